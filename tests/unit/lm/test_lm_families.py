"""Every causal family that transformers knows, tiny and random: what is read of it is what transformers itself gives.

States of every layer, log-probabilities, text, sessions and soft prompts, alone and in padded batches, within and
beyond a sliding window; or a refusal that names the family. A family that is new in transformers fails here until it
is equal, or stands below with the reason why it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest
import torch
from open_models import build, random_model, rows_of, word_tokenizer
from tiny_families import FAMILIES, WINDOW, tiny_config, tiny_model

from glassbox.harness.dcm.frozen import Frozen
from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.generate import generate
from glassbox.harness.lm.load import wrap_loaded
from glassbox.harness.lm.logprobs import Row, score_rows
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.session import LEAST_SHARED, Session
from glassbox.harness.lm.states import hidden_states
from glassbox.harness.lm.tokens import Side, pad

LENGTHS = (3, 14, 8)
CLOSE = 1e-4
"""Largest difference, relative to the largest entry, that is rounding."""

UNBUILT = {
    "dots3_note": "its vision tower has no tiny form; its decoder is dots3_note_text",
    "gemma3n": "its vision tower needs timm; its decoder is gemma3n_text",
    "gemma4_assistant": "drafts for another model, whose keys and values it reads",
    "gemma4_unified_assistant": "drafts for another model, whose keys and values it reads",
    "musicgen": "writes sound; AutoModelForCausalLM takes its decoder's configuration only",
    "musicgen_melody": "writes sound; AutoModelForCausalLM takes its decoder's configuration only",
}
"""Families that cannot be made tiny here, and why."""


def told(*lists: tuple[str, str]) -> dict[str, str]:
    """By family what the refusal says."""
    return {family: says for says, families in lists for family in families.split()}


OPENING = told(
    (
        "gives a row in a batch something else than the row alone",
        # Positions are columns, whatever the padding and whatever `position_ids` say.
        "bart bigbird_pegasus blenderbot blenderbot-small marian mbart mvp pegasus plbart trocr xlm"
        # Positions begin behind the padding's id.
        " camembert data2vec-text roberta roberta-prelayernorm xlm-roberta xlm-roberta-xl xmod"
        # A recurrent state goes through the padding.
        " recurrent_gemma rwkv xlstm"
        # Bytes are read in patches, which are cut by what stands in the batch.
        " blt",
    ),
    ("is not causal", "cpmant prophetnet xlnet"),
    ("does not run on input_ids alone", "reformer"),
)
STATES = told(
    ("has no list of", "hrm_text longcat_flash"),
    ("has no one vector a token at layer 0", "deepseek_v4 gemma3n_text hy_v4"),
    ("calls layer 0 something else than what enters block 0", "falcon_mamba mamba mamba2"),
)
WRITING = told(
    (
        "keeps another state than keys and values",
        "axk2 bailing_hybrid bamba deepseek_v32 deepseek_v4 dots3_note_text falcon_h1 falcon_mamba glm_moe_dsa"
        " granitemoehybrid hy_v4 inkling2_text inkling_text jamba kimi_linear lfm2 lfm2_moe lfm3 mamba mamba2 minimax"
        " nemotron_h olmo_hybrid qwen3_5 qwen3_5_moe qwen3_5_moe_text qwen3_5_text qwen3_next qwen4_exp qwen4_exp_text"
        " zamba zamba2 zaya",
    ),
    ("does not keep keys and values where it is told to", "openai-gpt"),
    ("does not go on from keys and values", "mllama"),
    ("goes on otherwise than alone", "git roformer"),
)
EMBEDDINGS = told(("does not run on inputs_embeds alone", "deepseek_v4 gemma4 gemma4_text"))


@dataclass(frozen=True, eq=False)
class Case:
    """One family's model, and what transformers gives for each row alone, without mask, positions or cache."""

    model: OpenModel

    @cached_property
    def rows(self) -> list[list[int]]:
        return rows_of(self.model, LENGTHS)

    @cached_property
    def logits(self) -> list[torch.Tensor]:
        return [self.alone(row) for row in self.rows]

    @torch.no_grad()
    def alone(self, row: Sequence[int]) -> torch.Tensor:
        """Logits [position, vocabulary]."""
        found: torch.Tensor = self.model.model(input_ids=torch.tensor([row]), use_cache=False).logits[0]
        return found

    @cached_property
    @torch.no_grad()
    def layers(self) -> list[list[torch.Tensor]]:
        """Hidden states [position, hidden] by row and layer."""
        return [
            [
                layer[0]
                for layer in self.model.model(
                    input_ids=torch.tensor([row]), use_cache=False, output_hidden_states=True
                ).hidden_states
            ]
            for row in self.rows
        ]


def close(found: torch.Tensor, expected: torch.Tensor) -> None:
    assert found.shape == expected.shape
    assert float((found - expected).abs().max()) < CLOSE * max(1.0, float(expected.abs().max()))


def states_are_equal(case: Case) -> None:
    """Alone and on both sides of padding, at every layer."""
    model, last = case.model, len(case.model.blocks)
    for row, layers in zip(case.rows, case.layers, strict=True):
        assert len(layers) == last + 1
        for layer, states in hidden_states(model, pad([row], 0), range(last + 1)).items():
            close(states[0], layers[layer])
        close(hidden_states(model, pad([row], 0), [1])[1][0], layers[1])
    sides: tuple[Side, ...] = ("right", "left")
    for side in sides:
        batch = pad(case.rows, 0, side)
        for layer, states in hidden_states(model, batch, range(last + 1)).items():
            for mine, mask, layers in zip(states, batch.attention_mask.bool(), case.layers, strict=True):
                close(mine[mask], layers[layer])


def logprobs_are_equal(case: Case) -> None:
    scores = score_rows(case.model, [Row(tuple(row), 2) for row in case.rows])
    for (logprob, greedy), row, logits in zip(scores, case.rows, case.logits, strict=True):
        predicted, targets = logits[1:-1].log_softmax(-1), torch.tensor(row[2:])
        assert logprob == pytest.approx(float(predicted.gather(-1, targets[:, None]).sum()), rel=CLOSE)
        assert greedy == bool((predicted.argmax(-1) == targets).all())


def writing_is_equal(case: Case) -> None:
    """Greedy text in a batch, then every move of a session, against full forwards over the same tokens."""
    model = case.model
    for written, row in zip(generate(model, case.rows, max_tokens=5, stop_ids=()), case.rows, strict=True):
        text = [*row, *written.tokens]
        assert case.alone(text)[len(row) - 1 : -1].argmax(-1).tolist() == list(written.tokens)

    session, rows = Session(model), [list(row) for row in case.rows]

    def agrees() -> None:
        for logits, row in zip(session.logits, rows, strict=True):
            close(logits, case.alone(row)[-1])

    def steps(count: int) -> None:
        for _ in range(count):
            tokens = session.logits.argmax(-1).tolist()
            session.step(tokens)
            for row, token in zip(rows, tokens, strict=True):
                row.append(token)

    session.prefill(rows)
    agrees()
    steps(2)
    said = [[5, 6], [], [7, 8, 9]]
    session.force(said)
    rows = [row + more for row, more in zip(rows, said, strict=True)]
    agrees()
    rows = [rows[row] for row in session.leave([1])]
    steps(1)
    agrees()
    entering = rows_of(model, (20, 2), seed=3)
    session.prefill(entering)
    rows += entering
    steps(1)
    agrees()
    session.leave(range(len(rows)))
    beginning = rows_of(model, (LEAST_SHARED + 1,), seed=5)[0]
    rows = [[*beginning, *end] for end in rows_of(model, (2, 3 + WINDOW, 1), seed=6)]
    session.prefill(rows)
    agrees()
    steps(1)
    agrees()


def embeddings_are_equal(case: Case) -> None:
    """The embeddings that a search starts from stand for their tokens, and others are read too."""
    frozen = Frozen(case.model)
    with torch.no_grad():
        for row, logits in zip(case.rows, case.logits, strict=True):
            close(frozen.logits(frozen.table[torch.tensor([row])], 2)[0], logits[-2:])
        assert frozen.logits(frozen.table[torch.tensor(case.rows[1:2])] * 0.9, 1).isfinite().all()


READINGS: tuple[tuple[dict[str, str], Callable[[Case], None]], ...] = (
    (STATES, states_are_equal),
    ({}, logprobs_are_equal),
    (WRITING, writing_is_equal),
    (EMBEDDINGS, embeddings_are_equal),
)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_read_of_a_family_is_what_transformers_gives_or_is_refused_by_name(family: str) -> None:
    if family in UNBUILT:
        pytest.skip(UNBUILT[family])
    model = tiny_model(family)
    name = type(model).__name__
    if family in OPENING:
        with pytest.raises(OpenModelError, match=f"^{name} {OPENING[family]}"):
            wrap_loaded(family, model, word_tokenizer())
        return
    case = Case(wrap_loaded(family, model, word_tokenizer()))
    for refused, equal in READINGS:
        if family in refused:
            with pytest.raises(OpenModelError, match=f"^{name} {refused[family]}"):
                equal(case)
        else:
            equal(case)


def test_families_that_are_refused_or_left_out_are_families_still() -> None:
    named = {family for listed in (UNBUILT, OPENING, STATES, WRITING, EMBEDDINGS) for family in listed}
    assert named <= set(FAMILIES)


def test_an_encoder_that_could_be_a_decoder_is_refused_by_name() -> None:
    encoder = build(tiny_config("bert", is_decoder=False))
    with pytest.raises(OpenModelError, match=r"^BertLMHeadModel is not causal: .* is_decoder: true"):
        wrap_loaded("bert", encoder, word_tokenizer())


@pytest.mark.parametrize("family", ["deepseek_v3", "gemma2", "mixtral", "olmoe", "qwen3_moe"])
def test_half_precision_is_no_reason_to_refuse(family: str) -> None:
    half: Any = tiny_model(family)
    model = wrap_loaded(family, half.to(torch.bfloat16), word_tokenizer())
    assert (model.layers_refused, model.writing_refused, model.embeddings_refused) == (None, None, None)


def test_rows_end_where_one_of_them_would_turn_the_others_otherwise() -> None:
    rope = {"rope_type": "longrope", "rope_theta": 1e4, "short_factor": [1.0] * 4, "long_factor": [2.0, 3.0, 4.0, 5.0]}
    config = tiny_config("phi3", rope_parameters=rope, original_max_position_embeddings=14)
    case = Case(wrap_loaded("phi3", build(config), word_tokenizer()))
    assert case.model.context == 14
    states_are_equal(case)
    with pytest.raises(ValueError, match=r"^15 tokens are more than the context of phi3 \(14\)"):
        hidden_states(case.model, pad(rows_of(case.model, (3, 15)), 0), [1])


def test_a_lack_of_memory_is_not_laid_to_the_family(monkeypatch: pytest.MonkeyPatch) -> None:
    model = wrap_loaded("llama", build(random_model("llama").model.config), word_tokenizer())

    def full(*_args: object, **_given: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(model.model, "forward", full)
    with pytest.raises(torch.OutOfMemoryError):
        model.layers_refused  # noqa: B018  # asked when it is first read
