"""Where a text ends: at any token that any of a model's files names, and at a stop string, special tokens included."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from open_models import build, config_of, word_tokenizer
from transformers import AutoTokenizer, GenerationConfig

from glassbox.harness.lm.load import wrap_loaded
from glassbox.harness.lm.stopping import Stops, ending
from glassbox.harness.lm.tokens import TextCodec

Shared = Callable[[str], Path]
SAID = "yes<|im_end|>\n<|im_start|>user\nno no no"


@pytest.fixture
def codec(shared_models: Shared) -> TextCodec:
    tokenizer = AutoTokenizer.from_pretrained(str(shared_models("tokenizers/qwen2.5")))
    assert {"<|im_start|>", "<|im_end|>"} <= set(tokenizer.all_special_tokens)
    return TextCodec(tokenizer, len(tokenizer))


def written(codec: TextCodec, stops: Stops) -> tuple[str, str | None, int]:
    """What stands, why it ended and after how many tokens, where a model writes SAID token by token."""
    ids, tokens = codec.ids(SAID, special=False), []
    for token in ids:
        tokens.append(token)
        if reason := ending(tokens, stops, budget=100):
            return stops.cut([], tokens), reason, len(tokens)
    return stops.cut([], tokens), None, len(tokens)


@pytest.mark.parametrize("string", ["<|im_end|>", "<|im_end|>\n", "\n<|im_start|>"])
def test_a_stop_string_that_spells_a_special_token_stops(codec: TextCodec, string: str) -> None:
    text, reason, tokens = written(codec, Stops(frozenset(), (string,), codec))
    assert (text, reason) == ("yes", "stop")
    assert tokens <= 4


def test_a_stop_token_stops_and_is_no_part_of_the_text(codec: TextCodec) -> None:
    end = codec.ids("<|im_end|>", special=False)
    assert written(codec, Stops(frozenset(end), (), codec)) == ("yes", "stop", 2)


def test_without_either_special_tokens_are_no_text(codec: TextCodec) -> None:
    assert written(codec, Stops(frozenset(), (), codec)) == (
        "yes\nuser\nno no no",
        None,
        len(codec.ids(SAID, special=False)),
    )


@pytest.mark.parametrize(
    ("generation", "configuration", "expected"),
    [(7, 9, {7, 9, 1}), ([7, 8], None, {7, 8, 1}), ([], -1, {1}), (None, 9, {9, 1}), (-1, 10**6, {1})],
)
def test_the_stop_tokens_are_those_of_all_three_files_that_are_tokens(
    generation: int | list[int] | None, configuration: int | None, expected: set[int]
) -> None:
    made = build(config_of("llama"))
    made.config.eos_token_id = configuration
    made.generation_config = GenerationConfig(eos_token_id=generation)  # type: ignore[no-untyped-call]
    assert set(wrap_loaded("stops", made, word_tokenizer()).stop_ids) == expected
