"""Token positions on real tokenizers, and the one label shift against Hugging Face's own loss."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from open_models import ALL, named, random_model, rows_of
from transformers import AutoTokenizer, PreTrainedTokenizerBase, PreTrainedTokenizerFast

from glassbox.harness.lm.positions import (
    IGNORED,
    answer_start,
    causal_loss,
    fence_close,
    fence_closes,
    labels_for,
    last_equals,
    shifted_logits_and_targets,
    tokens_of_span,
)
from glassbox.harness.lm.tokens import Side, Span, TextCodec, pad

Shared = Callable[[str], Path]
TOKENIZERS = ("stories260K", "tokenizers/gpt_neox_20b", "tokenizers/qwen2.5")
FENCED = "Here:\n```python\nx = 3\n```\nDone, a == b"


def encode(name: str, text: str, shared_models: Shared) -> tuple[list[int], list[Span], TextCodec]:
    folder = shared_models(name)
    tokenizer: PreTrainedTokenizerBase = (
        AutoTokenizer.from_pretrained(str(folder))
        if (folder / "tokenizer_config.json").exists()
        else PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))  # type: ignore[no-untyped-call]
    )
    codec = TextCodec(tokenizer, len(tokenizer))
    batch = codec.encode([text], offsets=True)
    assert batch.offsets is not None
    return batch.input_ids[0].tolist(), list(batch.offsets[0]), codec


@pytest.mark.parametrize("name", TOKENIZERS)
@pytest.mark.parametrize(("prompt", "answer"), [("12 + 34 =", " 46"), ("Question: 7?\n", "yes"), ("naïve 漢字:", "字")])
def test_prompt_and_answer_split_where_separate_tokenisation_splits_them(
    name: str, prompt: str, answer: str, shared_models: Shared
) -> None:
    ids, offsets, codec = encode(name, prompt + answer, shared_models)
    start = answer_start(offsets, len(prompt))
    assert ids[:start] == codec.ids(prompt)
    assert codec.continuation(ids[:start], ids[start:]) == answer


def test_a_token_over_the_boundary_belongs_to_the_answer(shared_models: Shared) -> None:
    """Qwen2.5 joins the last back-quote and the newline; cut between them, that token is not in the prompt."""
    text = "```python\nx = 3\n```\n"
    _, offsets, _ = encode("tokenizers/qwen2.5", text, shared_models)
    straddling = tokens_of_span(offsets, len(text) - 1, len(text))
    assert offsets[straddling[0]] == (len(text) - 2, len(text))
    assert answer_start(offsets, len(text) - 1) == straddling[0]


def test_a_prompt_without_an_answer_ends_at_its_last_token(shared_models: Shared) -> None:
    ids, offsets, _ = encode("stories260K", "Once upon a time", shared_models)
    assert answer_start(offsets, len("Once upon a time")) == len(ids)


def test_an_answer_that_nothing_predicts_is_refused(shared_models: Shared) -> None:
    _, offsets, _ = encode("tokenizers/qwen2.5", "42", shared_models)
    with pytest.raises(ValueError, match="put BOS before it"):
        answer_start(offsets, 0)


@pytest.mark.parametrize("name", TOKENIZERS)
def test_the_last_equals_sign_is_found_wherever_the_tokenizer_puts_it(name: str, shared_models: Shared) -> None:
    text = "a == b, 12 + 34 = 46 is = so"
    ids, offsets, codec = encode(name, text, shared_models)
    at = last_equals(text, offsets)
    assert "=" in codec.decode([ids[at]])
    assert not any("=" in codec.decode([token]) for token in ids[at + 1 :])


@pytest.mark.parametrize("name", TOKENIZERS)
def test_the_closing_fence_ends_at_the_token_with_its_last_back_quote(name: str, shared_models: Shared) -> None:
    ids, offsets, codec = encode(name, FENCED, shared_models)
    at = fence_close(FENCED, offsets)
    assert codec.decode(ids[: at + 1]).rstrip("\n").endswith("x = 3\n```")
    assert "`" in codec.decode([ids[at]])
    assert not any("`" in codec.decode([token]) for token in ids[at + 1 :])


@pytest.mark.parametrize("name", TOKENIZERS)
def test_a_span_of_characters_is_covered_by_its_tokens_and_no_more(name: str, shared_models: Shared) -> None:
    text = "Subtract 4907 from 漢字 69"
    ids, offsets, codec = encode(name, text, shared_models)
    for word in ("4907", "from", "漢字", "69"):
        start = text.index(word)
        found = tokens_of_span(offsets, start, start + len(word))
        assert codec.decode(ids[found.start : found.stop]).strip() == word


def test_a_span_beyond_the_text_is_refused(shared_models: Shared) -> None:
    _, offsets, _ = encode("stories260K", "short", shared_models)
    with pytest.raises(ValueError, match=r"no token holds characters 9\.\.12; the text's tokens end at 5"):
        tokens_of_span(offsets, 9, 12)


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("```\na\n```", ["```"]),
        ("```python\na\n```\nthen\n```\nb\n```\n", ["```", "```"]),
        ("```python\nnever closed", []),
        ("````\n```\nstill inside\n````", ["````"]),
        ("```py\n```js\n```", ["```"]),
        ("inline ``` is no fence ```", []),
        ("   ```\na\n   ```", ["```"]),
        ("    ```\nindented code\n    ```", []),
    ],
)
def test_closing_fences_are_told_from_opening_ones(text: str, closed: list[str]) -> None:
    assert [text[start:end] for start, end in fence_closes(text)] == closed


def test_what_is_not_there_is_refused(shared_models: Shared) -> None:
    _, offsets, _ = encode("stories260K", "nothing", shared_models)
    with pytest.raises(ValueError, match="no '=' in 'nothing'"):
        last_equals("nothing", offsets)
    with pytest.raises(ValueError, match="no code fence is closed in 'nothing'"):
        fence_close("nothing", offsets)


@pytest.mark.parametrize("side", ["left", "right"])
def test_labels_stand_at_the_answer_tokens_and_nowhere_else(side: Side) -> None:
    batch = pad([[11, 12, 13, 14], [21, 22, 23]], 0, side)
    labels = labels_for(batch.input_ids, [2, 1], batch.attention_mask)
    gap = [IGNORED]
    second = [IGNORED, 22, 23]
    assert labels.tolist() == [[IGNORED, IGNORED, 13, 14], gap + second if side == "left" else second + gap]


def test_padding_that_looks_like_an_answer_token_is_not_labelled() -> None:
    batch = pad([[11, 7, 7], [11, 7]], 7, "right")
    assert labels_for(batch.input_ids, 1, batch.attention_mask).tolist() == [[IGNORED, 7, 7], [IGNORED, 7, IGNORED]]


@pytest.mark.parametrize("start", [0, 3, -1])
def test_an_answer_outside_its_row_is_refused(start: int) -> None:
    with pytest.raises(ValueError, match=rf"answer start {start} is outside row 0 \(1\.\.2\)"):
        labels_for(torch.tensor([[4, 5, 6]]), start)


@pytest.mark.parametrize("architecture", ALL)
def test_the_own_loss_equals_the_loss_of_a_model_that_shifts_inside(architecture: str, shared_models: Shared) -> None:
    model = named(architecture, shared_models)
    batch = pad(rows_of(model, (9, 6, 9)), 0, "right")
    labels = labels_for(batch.input_ids, [4, 2, 8], batch.attention_mask)
    with torch.no_grad():
        output = model.model(**{"input_ids": batch.input_ids, "attention_mask": batch.attention_mask}, labels=labels)
    assert float(causal_loss(output.logits, labels)) == pytest.approx(float(output.loss), abs=1e-5)


def test_each_kept_logit_stands_beside_the_next_token() -> None:
    model = random_model("llama")
    ids = torch.tensor([[11, 12, 13, 14, 15]])
    logits = torch.nn.functional.one_hot(torch.tensor([[12, 13, 14, 15, 0]]), 97).float() * 100
    predicted, targets = shifted_logits_and_targets(logits, labels_for(ids, 1))
    assert torch.equal(predicted.argmax(-1), targets)
    assert causal_loss(logits, labels_for(ids, 1)) < 1e-6
    assert model.model.config.vocab_size == logits.shape[-1]


def test_logits_that_were_cut_before_are_refused() -> None:
    ids = torch.tensor([[11, 12, 13]])
    with pytest.raises(ValueError, match="shift neither before"):
        causal_loss(torch.zeros(1, 2, 97), labels_for(ids, 1))
