"""Log-probabilities of continuations against a token-by-token computation, and their borders: BOS, context, special."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from open_models import ALL, CONTEXT, build, config_of, named, random_model, rows_of, word_tokenizer
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerFast

from glassbox.harness.lm.generate import generate
from glassbox.harness.lm.load import wrap_loaded
from glassbox.harness.lm.logprobs import Row, continuation_row, prefix_id, score_rows
from glassbox.harness.lm.model import OpenModel

Shared = Callable[[str], Path]
LENGTHS = (2, 9, 17, 30)
STARTS = (1, 3, 16, 8)


def one_by_one(model: OpenModel, row: Row) -> tuple[float, bool]:
    """Each scored token from a forward of its own, over the tokens before it."""
    total, greedy = 0.0, True
    for at in range(row.start, len(row.ids)):
        with torch.inference_mode():
            logits = model.model(input_ids=torch.tensor([row.ids[:at]])).logits[0, -1].float()
        total += float(logits.log_softmax(-1)[row.ids[at]])
        greedy &= int(logits.argmax()) == row.ids[at]
    return total, greedy


@pytest.mark.parametrize("architecture", ALL)
def test_rows_of_unequal_length_in_one_batch_score_as_token_by_token(architecture: str, shared_models: Shared) -> None:
    model = named(architecture, shared_models)
    rows = [Row(tuple(ids), start) for ids, start in zip(rows_of(model, LENGTHS), STARTS, strict=True)]
    for row, (logprob, greedy) in zip(rows, score_rows(model, rows), strict=True):
        expected, expected_greedy = one_by_one(model, row)
        assert logprob == pytest.approx(expected, abs=2e-4)
        assert greedy == expected_greedy


@pytest.mark.parametrize("architecture", ALL)
def test_what_the_model_would_write_is_greedy_and_its_last_token_changed_is_not(
    architecture: str, shared_models: Shared
) -> None:
    model = named(architecture, shared_models)
    (prompt,) = rows_of(model, (7,), seed=3)
    (written,) = generate(model, [prompt], max_tokens=6, stop_ids=())
    assert len(written.tokens) == 6
    right = Row((*prompt, *written.tokens), len(prompt))
    wrong = Row((*right.ids[:-1], (right.ids[-1] + 1) % 90 + 3), len(prompt))
    (best, greedy), (less, still_greedy) = score_rows(model, [right, wrong])
    assert greedy
    assert not still_greedy
    assert less < best < 0


def test_a_continuation_begins_at_its_first_character_whatever_the_context(shared_models: Shared) -> None:
    model = named("stories260K", shared_models)
    row = continuation_row(model, "Once upon a time", ", there was")
    assert model.codec.decode(row.ids[row.start :]).strip() == ", there was"
    assert row.ids[0] == model.tokenizer.bos_token_id
    spaced = continuation_row(model, "Once upon a ", "time")
    assert spaced.ids == continuation_row(model, "Once upon a", " time").ids
    assert model.codec.decode(spaced.ids[spaced.start :]).strip() == "time"


def test_log_probabilities_of_two_parts_add_up_to_the_whole(shared_models: Shared) -> None:
    model = named("stories260K", shared_models)
    texts = [("Once", " upon a time"), ("Once", " upon"), ("Once upon", " a time")]
    whole, first, second = (logprob for logprob, _ in score_rows(model, [continuation_row(model, *t) for t in texts]))
    assert whole == pytest.approx(first + second, abs=1e-4)


def test_an_empty_context_stands_for_one_bos_or_where_there_is_none_for_eos(shared_models: Shared) -> None:
    stories = named("stories260K", shared_models)
    row = continuation_row(stories, "", "Once")
    assert (row.start, row.ids.count(int(stories.tokenizer.bos_token_id))) == (1, 1)
    model = random_model("gpt2")
    assert continuation_row(model, "", "w5 w6") == Row((1, 5, 6), 1)
    assert prefix_id(model) == 1


def test_spaces_that_a_tokenizer_trims_off_its_offsets_are_the_continuations(shared_models: Shared) -> None:
    file = shared_models("tokenizers/gpt_neox_20b") / "tokenizer.json"
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(file), eos_token="<|endoftext|>")  # type: ignore[no-untyped-call]
    config = config_of("gpt_neox")
    config.vocab_size = len(tokenizer)
    model = wrap_loaded("neox", build(config), tokenizer)
    assert model.encode(["if x:    y"], offsets=True).offsets == (((0, 2), (3, 4), (4, 5), (9, 9), (9, 10)),)
    for context, continuation in (("if x:", "    y"), ("if x:", "    "), ("if x:\n", "    y\n\n")):
        row = continuation_row(model, context, continuation)
        assert tokenizer.decode(list(row.ids[row.start :])) == continuation
        assert tokenizer.decode(list(row.ids[: row.start])) == context


def test_a_special_token_put_after_a_text_is_not_scored() -> None:
    tokenizer = word_tokenizer()
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(single="$A <end>", special_tokens=[("<end>", 1)])
    model = wrap_loaded("ends", build(config_of("llama")), tokenizer)
    assert model.codec.ids("w5 w6") == [5, 6]
    assert continuation_row(model, "w5", " w6") == Row((5, 6), 1)


def test_a_long_context_loses_its_beginning_and_fills_the_models_context() -> None:
    model = random_model("llama")
    words = [f"w{2 + i % 90}" for i in range(CONTEXT + 20)]
    row = continuation_row(model, " ".join(words[:-3]), " " + " ".join(words[-3:]))
    assert len(row.ids) == CONTEXT + 1
    assert row.start == CONTEXT - 2
    ((logprob, _),) = score_rows(model, [row])
    assert logprob == pytest.approx(one_by_one(model, row)[0], abs=2e-4)


def test_what_cannot_be_scored_is_refused_in_one_line() -> None:
    model = random_model("llama")
    with pytest.raises(ValueError, match=r"^the continuation after 'w5' is empty; there is nothing to score$"):
        continuation_row(model, "w5", "")
    with pytest.raises(ValueError, match=r"^a continuation of 50 tokens does not fit in the context of llama \(48\)$"):
        continuation_row(model, "w5", " w7" * 50)
