"""Tokens: the direct call to the backend gives what the Hugging Face call gives, and padding is our own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from open_models import random_model
from tokenizers.processors import TemplateProcessing
from transformers import AutoTokenizer, ByT5Tokenizer, PreTrainedTokenizerBase, PreTrainedTokenizerFast

from glassbox.harness.lm.tokens import Side, TextCodec, pad

Shared = Callable[[str], Path]
TOKENIZERS = ("stories260K", "tokenizers/gpt_neox_20b", "tokenizers/qwen2.5")
TEXTS = [
    "Subtract 49 from 69",
    "  two  spaces, a\ttab\nand a line",
    "12+34=46 déjà vu 漢字 🙂",
    "<|endoftext|> is a token, <s> may be one",
    "x",
]


def load(name: str, shared_models: Shared) -> PreTrainedTokenizerBase:
    folder = shared_models(name)
    if (folder / "tokenizer_config.json").exists():
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(str(folder))
        return tokenizer
    return PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("special", [True, False])
@pytest.mark.parametrize("name", TOKENIZERS)
def test_ids_and_offsets_equal_those_of_the_hugging_face_call(name: str, special: bool, shared_models: Shared) -> None:
    tokenizer = load(name, shared_models)
    codec = TextCodec(tokenizer, len(tokenizer))
    # Text that is to be given special tokens has none yet, whatever it spells.
    theirs = tokenizer(TEXTS, add_special_tokens=special, split_special_tokens=special, return_offsets_mapping=True)
    mine = codec.encode(TEXTS, offsets=True, special=special)
    assert mine.offsets is not None
    plain = codec.encode(TEXTS, special=special)
    for row, ids in enumerate(theirs["input_ids"]):
        assert mine.input_ids[row, : len(ids)].tolist() == ids
        assert mine.lengths[row] == len(ids)
        assert list(mine.offsets[row]) == [tuple(span) for span in theirs["offset_mapping"][row]]
        assert codec.ids(TEXTS[row], special=special) == ids
        assert codec.decode(ids) == tokenizer.decode(ids, skip_special_tokens=True)
    assert torch.equal(plain.input_ids, mine.input_ids)
    assert plain.offsets is None


@pytest.mark.parametrize("name", TOKENIZERS)
def test_padding_switched_on_in_the_hugging_face_tokenizer_does_not_leak_in(name: str, shared_models: Shared) -> None:
    tokenizer = load(name, shared_models)
    tokenizer.pad_token = tokenizer.pad_token or "<|endoftext|>"
    codec = TextCodec(tokenizer, len(tokenizer))
    before = codec.ids("one two")
    tokenizer(["one two", "one two three four five"], padding="max_length", max_length=40, truncation=True)
    assert codec.ids("one two") == before
    late = TextCodec(tokenizer, len(tokenizer))
    assert late.ids("one two") == before


def test_bos_is_there_exactly_when_the_tokenizer_itself_adds_it(shared_models: Shared) -> None:
    stories, qwen = load("stories260K", shared_models), load("tokenizers/qwen2.5", shared_models)
    assert TextCodec(stories, len(stories)).ids("Once")[0] == 1
    assert 1 not in TextCodec(stories, len(stories)).ids("Once", special=False)
    assert TextCodec(qwen, len(qwen)).ids("Once") == TextCodec(qwen, len(qwen)).ids("Once", special=False)


@pytest.mark.parametrize(
    ("side", "ids", "mask", "positions"),
    [
        ("right", [[7, 8, 9], [5, 0, 0]], [[1, 1, 1], [1, 0, 0]], [[0, 1, 2], [0, 0, 0]]),
        ("left", [[7, 8, 9], [0, 0, 5]], [[1, 1, 1], [0, 0, 1]], [[0, 1, 2], [0, 0, 0]]),
    ],
)
def test_rows_are_padded_on_the_side_asked_for(
    side: Side, ids: list[list[int]], mask: list[list[int]], positions: list[list[int]]
) -> None:
    batch = pad([[7, 8, 9], [5]], 0, side)
    assert batch.input_ids.tolist() == ids
    assert batch.attention_mask.tolist() == mask
    assert batch.position_ids.tolist() == positions
    assert batch.lengths == (3, 1)


def test_left_padded_positions_start_at_the_first_real_token() -> None:
    assert pad([[1, 2, 3, 4], [5, 6]], 0, "left").position_ids.tolist() == [[0, 1, 2, 3], [0, 0, 0, 1]]


def test_a_pad_id_that_the_model_cannot_embed_is_not_used() -> None:
    tokenizer = random_model("llama").tokenizer
    assert TextCodec(tokenizer, 97).pad_id == 0
    tokenizer = load_with_pad()
    assert TextCodec(tokenizer, 98).pad_id == 97
    assert TextCodec(tokenizer, 97).pad_id == 0


def load_with_pad() -> PreTrainedTokenizerBase:
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=random_model("llama").tokenizer.backend_tokenizer)  # type: ignore[no-untyped-call]
    tokenizer.add_special_tokens({"pad_token": "<pad>"})
    return tokenizer


def test_a_text_without_tokens_is_named() -> None:
    codec = random_model("llama").codec
    with pytest.raises(ValueError, match="text 1 gives no tokens"):
        codec.encode(["w5", ""])
    with pytest.raises(ValueError, match="no texts are given"):
        codec.encode([])


def test_a_tokenizer_without_a_backend_works_but_has_no_offsets() -> None:
    tokenizer = ByT5Tokenizer()
    codec = TextCodec(tokenizer, 400)
    assert tokenizer("c")["input_ids"] == [102, 1]
    assert codec.encode(["ab", "c"]).input_ids.tolist() == [[100, 101], [102, 0]]
    assert codec.decode(codec.ids("été")) == "été"
    with pytest.raises(ValueError, match="ByT5Tokenizer gives no character offsets"):
        codec.encode(["ab"], offsets=True)


@pytest.mark.parametrize("name", TOKENIZERS)
def test_prompt_and_continuation_make_up_the_whole_text(name: str, shared_models: Shared) -> None:
    tokenizer = load(name, shared_models)
    codec = TextCodec(tokenizer, len(tokenizer))
    for text in ("Once upon a time there was", "12 + 30 = 42", "a 🙂 and 漢字 at the end"):
        ids = codec.ids(text)
        for cut in range(2, len(ids)):
            prompt, rest = ids[:cut], ids[cut:]
            if codec.decode(prompt).endswith("�"):
                continue
            assert codec.decode(prompt) + codec.continuation(prompt, rest) == text


@pytest.mark.parametrize("name", TOKENIZERS)
def test_text_that_spells_a_special_token_is_text(name: str, shared_models: Shared) -> None:
    tokenizer = load(name, shared_models)
    codec = TextCodec(tokenizer, len(tokenizer))
    for spelt in codec.special_names:
        text = f"What does the {spelt} tag do?"
        ids = codec.ids(text)
        assert codec.decode(ids) == text
        assert not set(codec.ids(spelt)) & set(tokenizer.all_special_ids) - {tokenizer.bos_token_id}
        assert codec.encode([text]).input_ids[0].tolist() == ids
        # What a chat template wrote holds special tokens.
        assert tokenizer.convert_tokens_to_ids(spelt) in codec.ids(text, special=False)


@pytest.mark.parametrize("ending", ["$A </s>", "<s> $A </s>", "<s> $A"])
def test_nothing_stands_behind_the_last_token_of_a_text(ending: str, shared_models: Shared) -> None:
    tokenizer = load("stories260K", shared_models)
    named = [("<s>", 1), ("</s>", 2)]
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(single=ending, special_tokens=named)
    codec = TextCodec(tokenizer, len(tokenizer))
    bare = codec.ids("Once upon", special=False)
    for ids in (codec.ids("Once upon"), codec.encode(["Once upon"]).input_ids[0].tolist()):
        assert ids == ([1, *bare] if ending.startswith("<s>") else bare)
    batch = codec.encode(["Once upon", "a"], offsets=True)
    assert batch.offsets is not None
    assert [len(row) for row in batch.offsets] == list(batch.lengths)
    assert batch.input_ids[0].tolist() == codec.ids("Once upon")
