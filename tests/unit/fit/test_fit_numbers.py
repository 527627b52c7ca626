"""Numbers are found by token id alone, on tokenizers that write them one digit, three digits or whole at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from glassbox.harness.data.arithmetic.generate import generate
from glassbox.harness.data.arithmetic.prompts import expression_prompt
from glassbox.harness.fit.numbers import NumberFinder, Run
from glassbox.harness.ir.numbers import integers
from glassbox.harness.lm.shipped import shipped_models

SharedPath = Callable[[str], Path]
NAMES = ("arith", "gpt_neox_20b", "qwen2.5", "stories260K")


@cache
def opened(folder: str) -> tuple[PreTrainedTokenizerBase, NumberFinder]:
    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder)
    return tokenizer, NumberFinder(tokenizer)


def named(name: str, shared_models: SharedPath) -> tuple[PreTrainedTokenizerBase, NumberFinder]:
    if name == "arith":
        if name not in shipped_models():
            pytest.skip("no model `arith` is shipped in baselines/models; `glassbox models train arith` makes one")
        return opened(str(shipped_models()[name]))
    folder = name if name == "stories260K" else f"tokenizers/{name}"
    return opened(str(shared_models(folder)))


def found(tokenizer: PreTrainedTokenizerBase, finder: NumberFinder, text: str) -> list[Run]:
    return finder.runs(tokenizer(text)["input_ids"])


TEXTS = (
    "Subtract 49 from 69",
    "12 34",
    "12  34",
    "12, 34 and 5",
    "12\n34\t56",
    "7*8=56",
    "(16-3)*5",
    "  7",
    "7",
    "100000 + 1",
    "What is 12345678901234567890 plus 2?",
    "0 and 007",
    "Sam's 3rd box: $15.50, #4; 2x3",
    "no number here",
    "What is 1,234 plus -5?",
    "1,2 and 3,5 and 10,00 and 2.5 and .5",
    "5-3 and 5 -3 and (7)-2 and -1",
    "minus \N{MINUS SIGN}7",
    "ends with 9 ",
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", TEXTS)
def test_the_numbers_of_a_text_are_found_with_their_values(name: str, text: str, shared_models: SharedPath) -> None:
    tokenizer, finder = named(name, shared_models)
    assert [run.value for run in found(tokenizer, finder, text)] == [one.value for one in integers(text)]


@pytest.mark.parametrize("name", NAMES)
def test_a_runs_tokens_are_the_numbers_own_and_no_others(name: str, shared_models: SharedPath) -> None:
    tokenizer, finder = named(name, shared_models)
    text = "Question: What is 1205 minus 37, then times 4?\nExpression:"
    ids = tokenizer(text)["input_ids"]
    for run in finder.runs(ids):
        assert str(tokenizer.decode(ids[run.first : run.last + 1])).replace(" ", "") == str(run.value)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet="0123456789 0123456789 ab-+*/=.,()?\n$", min_size=1, max_size=40))
def test_on_any_text_a_tokenizer_sees_the_numbers_that_a_person_sees(
    name: str, text: str, shared_models: SharedPath
) -> None:
    tokenizer, finder = named(name, shared_models)
    assert [run.value for run in found(tokenizer, finder, text)] == [one.value for one in integers(text)]


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_the_tasks_own_prompts_is_found(name: str, shared_models: SharedPath) -> None:
    tokenizer, finder = named(name, shared_models)
    for family in ("single", "chain", "loop"):
        for problem in generate(family, "held_out_both", 60):
            prompt = expression_prompt(problem.question)
            assert [run.value for run in found(tokenizer, finder, prompt)] == [one.value for one in integers(prompt)]


def test_no_tokens_hold_no_number_and_neighbours_without_a_space_are_one_number(shared_models: SharedPath) -> None:
    tokenizer, finder = named("gpt_neox_20b", shared_models)
    assert finder.runs([]) == []
    vocabulary = tokenizer.get_vocab()
    ids = [vocabulary[piece] for piece in ("12", "3", "Ġ4", "5", "Ġ", "6")]
    assert [(run.first, run.last, run.value) for run in finder.runs(ids)] == [(0, 1, 123), (2, 3, 45), (5, 5, 6)]


def test_signs_of_other_scripts_are_no_digits(shared_models: SharedPath) -> None:
    tokenizer, finder = named("qwen2.5", shared_models)
    assert [
        run.value
        for run in found(
            tokenizer,
            finder,
            "\N{ARABIC-INDIC DIGIT THREE} plus \N{SUPERSCRIPT TWO} and \N{FULLWIDTH DIGIT FIVE} but 4",
        )
    ] == [4]
