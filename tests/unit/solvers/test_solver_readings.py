"""What text solvers make of what was written: strict, every failure with its kind, nothing read that is not there."""

from __future__ import annotations

import pytest

from glassbox.harness.data.arithmetic.fixed import fixed_items
from glassbox.harness.data.arithmetic.generate import generate
from glassbox.harness.engine.technique import Question
from glassbox.harness.ir.lex import MAX_DIGITS
from glassbox.harness.ir.program import LoopKind, Op
from glassbox.harness.ir.text import parse
from glassbox.harness.outcome import Outcome
from glassbox.solvers.direct import Direct
from glassbox.solvers.regex_only import RegexOnly, read_question
from glassbox.solvers.regex_pipeline import RegexPipeline


@pytest.mark.parametrize(
    ("completion", "program", "value"),
    [
        (" 69 - 49", "69 - 49", 20),
        ("69-49\n", "69 - 49", 20),
        (" (16 - 3) * 5", "(16 - 3) * 5", 65),
        (" 69 - 49 = 21", "69 - 49", 20),
        (" sum(1..10)", "sum(1..10)", 55),
        (" countdown(10..0)", "countdown(10..0)", 0),
        (" 0 / 7", "0 / 7", 0),
    ],
)
def test_the_pipeline_reads_an_expression_and_runs_it(completion: str, program: str, value: int) -> None:
    (attempt,) = RegexPipeline((), 48, 32).read([completion])
    assert (attempt.program, attempt.value, attempt.failure) == (program, value, None)


@pytest.mark.parametrize(
    ("completion", "failure", "kind"),
    [
        ("", Outcome.PARSE, "empty"),
        (" once upon a time", Outcome.PARSE, "no_expression"),
        (" 69", Outcome.PARSE, "no_expression"),
        (" 69 -", Outcome.PARSE, "incomplete"),
        (" 69 - 49 and more", Outcome.PARSE, "trailing_text"),
        (" 3.5 + 2", Outcome.PARSE, "not_an_integer"),
        (f" {'9' * (MAX_DIGITS + 1)} + 1", Outcome.PARSE, "not_an_integer"),
        (" 7 / 0", Outcome.RUNTIME, "division_by_zero"),
        (" 7 / 2", Outcome.RUNTIME, "inexact"),
        (" 99999 * 99999", Outcome.RUNTIME, "overflow"),
    ],
)
def test_every_failure_of_the_pipeline_is_kept_with_its_kind(completion: str, failure: Outcome, kind: str) -> None:
    (attempt,) = RegexPipeline((), 48, 32).read([completion])
    assert (attempt.value, attempt.failure, attempt.failure_kind) == (None, failure, kind)
    assert (attempt.program is None) == (failure is Outcome.PARSE)


def test_a_failure_in_a_batch_leaves_its_neighbours_alone() -> None:
    read = RegexPipeline((), 48, 32).read([" 1 + 2", " nonsense", " 7 / 0", " 3 * 4"])
    assert [a.value for a in read] == [3, None, None, 12]
    assert [a.failure for a in read] == [None, Outcome.PARSE, Outcome.RUNTIME, None]


def test_64_bits_hold_what_32_do_not() -> None:
    assert RegexPipeline((), 48, 64).read([" 99999 * 99999"])[0].value == 9_999_800_001


@pytest.mark.parametrize(
    ("completion", "value"), [(" 20", 20), ("-7\n", -7), (" 1,234,567", 1_234_567), ("0", 0), (" 007", 7)]
)
def test_direct_takes_the_number_as_it_is_written(completion: str, value: int) -> None:
    (attempt,) = Direct((), 24).read([completion])
    assert (attempt.value, attempt.program, attempt.reads_program) == (value, None, False)


@pytest.mark.parametrize(
    "completion", ["", "  ", "20 apples", "3.5", "--5", "²", "٣", "1e3", "0x10", "9" * 19, "-", "5 = 5"]
)
def test_direct_takes_nothing_for_a_number_that_is_none(completion: str) -> None:
    (attempt,) = Direct((), 24).read([completion])
    assert (attempt.value, attempt.failure, attempt.reads_program) == (None, Outcome.PARSE, False)
    assert attempt.failure_kind == ("not_an_integer" if completion.strip() else "empty")


@pytest.mark.parametrize(
    ("question", "program"),
    [
        ("Add 11 and 94", "11 + 94"),
        ("Subtract 49 from 69", "69 - 49"),
        ("Take 20 away from 50", "50 - 20"),
        ("What is 7 times 8?", "7 * 8"),
        ("Divide 48 by 6", "48 / 6"),
        ("How many times does 6 go into 48?", "48 / 6"),
        ("Add all the numbers from 1 to 10", "sum(1..10)"),
        ("Multiply all the numbers from 1 to 5", "product(1..5)"),
        ("Count down from 10 to 0", "countdown(10..0)"),
    ],
)
def test_regex_only_reads_the_wordings_that_an_engineer_would_write_patterns_for(question: str, program: str) -> None:
    assert read_question(question) == parse(program)


@pytest.mark.parametrize("question", ["", "What is seven?", "Add 5", "Hello 3 and 4"])
def test_regex_only_reads_nothing_where_there_is_no_operation_or_too_few_numbers(question: str) -> None:
    assert read_question(question) is None
    (attempt,) = RegexOnly(32).attempt([Question(question)])
    assert (attempt.failure, attempt.failure_kind) == (Outcome.PARSE, "no_pattern")


def test_regex_only_is_a_control_worth_having() -> None:
    """Good on the fixed symbolic items, clearly below a reader of meaning on word problems."""
    fixed = [read_question(p.question) == p.program for p in fixed_items("single")[:8]]
    assert sum(fixed) >= 7
    stories = generate("single", "word_problems", 400)
    right = sum(read_question(p.question) == p.program for p in stories) / len(stories)
    assert 0.2 < right < 0.9


def test_the_operations_and_loops_that_regex_only_knows_are_all_of_them() -> None:
    read = [read_question(p.question) for f in ("single", "loop") for p in generate(f, "train", 300)]
    kinds = {getattr(p, "kind", None) or p.steps[0].op for p in read if p is not None}  # type: ignore[union-attr]
    assert kinds == {*Op, *LoopKind}
