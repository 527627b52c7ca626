"""Programs are written in one form, read from many, and a text that is no program says why, in linear time."""

from __future__ import annotations

import pytest

from glassbox.harness.ir.lex import MAX_DIGITS, ParseError
from glassbox.harness.ir.program import Arithmetic, Loop, LoopKind, Op, Program, Result, Step, chain, single
from glassbox.harness.ir.text import MAX_DEPTH, parse, read_first, to_text
from glassbox.harness.ir.validate import InvalidProgram

ADD, SUBTRACT, MULTIPLY, DIVIDE = Op


def kind_of(text: str) -> str:
    with pytest.raises(ParseError) as failure:
        parse(text)
    assert "\n" not in str(failure.value)
    assert str(failure.value).startswith(f"column {failure.value.column}: ")
    return failure.value.kind


@pytest.mark.parametrize(
    ("program", "text"),
    [
        (single(SUBTRACT, 69, 49), "69 - 49"),
        (single(DIVIDE, -8, -2), "-8 / -2"),
        (chain(16, (SUBTRACT, 3), (MULTIPLY, 5)), "(16 - 3) * 5"),
        (chain(4, (MULTIPLY, 7), (ADD, 8)), "(4 * 7) + 8"),
        (chain(1, (ADD, 2), (ADD, 3), (ADD, 4)), "((1 + 2) + 3) + 4"),
        (Arithmetic((Step(ADD, 1, 2), Step(SUBTRACT, 3, Result(0)))), "3 - (1 + 2)"),
        (
            Arithmetic((Step(ADD, 1, 2), Step(ADD, 3, 4), Step(MULTIPLY, Result(0), Result(1)))),
            "(1 + 2) * (3 + 4)",
        ),
        (Loop(LoopKind.SUM, 1, 10), "sum(1..10)"),
        (Loop(LoopKind.PRODUCT, 1, 5), "product(1..5)"),
        (Loop(LoopKind.COUNTDOWN, 10, -1), "countdown(10..-1)"),
        # No expression: a result used twice, a result never used, another order than left to right.
        (Arithmetic((Step(DIVIDE, 48, 2), Step(ADD, Result(0), Result(0)))), "#0 = 48 / 2; #0 + #0"),
        (Arithmetic((Step(ADD, 1, 2), Step(ADD, 3, -4))), "#0 = 1 + 2; 3 + -4"),
        (
            Arithmetic((Step(ADD, 1, 2), Step(ADD, 3, 4), Step(MULTIPLY, Result(1), Result(0)))),
            "#0 = 1 + 2; #1 = 3 + 4; #1 * #0",
        ),
    ],
)
def test_each_program_has_one_canonical_text(program: Program, text: str) -> None:
    assert to_text(program) == text
    assert parse(text) == program


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("69-49", "69 - 49"),
        ("  69\t-\n49 ", "69 - 49"),
        ("((69) - (49))", "69 - 49"),
        ("7 x 8", "7 * 8"),
        ("7X8", "7 * 8"),
        ("7 \N{MULTIPLICATION SIGN} 8", "7 * 8"),
        ("7 \N{MIDDLE DOT} 8", "7 * 8"),
        ("7 \N{DOT OPERATOR} 8", "7 * 8"),
        ("48 \N{DIVISION SIGN} 6", "48 / 6"),
        ("5 \N{MINUS SIGN} \N{MINUS SIGN}3", "5 - -3"),
        ("5--3", "5 - -3"),
        ("- 5 + 3", "-5 + 3"),
        ("1,000 + 1,234,567", "1000 + 1234567"),
        ("007 + 1", "7 + 1"),
        ("4 * 7 + 8", "(4 * 7) + 8"),
        ("8 + 4 * 7", "8 + (4 * 7)"),
        ("1 - 2 - 3", "(1 - 2) - 3"),
        ("100 / 5 * 2", "(100 / 5) * 2"),
        ("1 + 2 * 3 - 4 / 5", "(1 + (2 * 3)) - (4 / 5)"),
        ("SUM ( 1 .. 10 )", "sum(1..10)"),
        ("Countdown(1,000..-5)", "countdown(1000..-5)"),
        ("#0=16-3;#0*5", "(16 - 3) * 5"),
    ],
)
def test_other_ways_to_write_a_program_are_read_exactly(text: str, canonical: str) -> None:
    assert to_text(parse(text)) == canonical


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("42", "no_expression"),
        ("(-5)", "no_expression"),
        ("I cannot say.", "no_expression"),
        ("sum of apples", "no_expression"),
        ("x", "no_expression"),
        ("$3 + 4", "unknown_symbol"),
        ("3 apples + 4", "unknown_symbol"),
        ("the sum is 3 + 4", "unknown_symbol"),
        ("5!", "unknown_symbol"),
        ("2 + sum(1..3)", "unknown_symbol"),
        ("\u0661 + \u0662", "unknown_symbol"),
        ("?", "unknown_symbol"),
        ("(3 + 4", "unbalanced"),
        ("3 + 4)", "unbalanced"),
        (")", "unbalanced"),
        ("sum(1..10", "unbalanced"),
        ("3 + 4 apples", "trailing_text"),
        ("3 + 4 = 7", "trailing_text"),
        ("3 + 4 5", "trailing_text"),
        ("3 + 4 costs 2.5", "trailing_text"),
        ("sum(1..10) + 2", "trailing_text"),
        ("3.5 + 1", "not_an_integer"),
        ("1e5 + 1", "not_an_integer"),
        ("10,00 + 1", "not_an_integer"),
        ("1,0000 + 1", "not_an_integer"),
        ("1000,000 + 1", "not_an_integer"),
        ("9" * (MAX_DIGITS + 1) + " + 1", "not_an_integer"),
        ("3 +", "incomplete"),
        ("* 4", "incomplete"),
        ("2 ** 3", "incomplete"),
        ("+5 + 3", "incomplete"),
        ("3 - (1 + )", "incomplete"),
        ("()", "incomplete"),
        ("(3 4)", "incomplete"),
        ("-(3 + 4)", "incomplete"),
        ("sum(1..)", "incomplete"),
        ("sum(1, 10)", "unknown_symbol"),
        ("#0 = 1 + 2", "incomplete"),
        ("#0 = 1 + 2;", "incomplete"),
        ("#0 = 1; #0 + 2", "incomplete"),
        ("#0 + 1", "bad_reference"),
        ("#1 = 1 + 2; #1 + 1", "bad_reference"),
        ("#0 = 1 + 2; #0 = 1 + 2; #0 + 1", "bad_reference"),
        ("#0 = 1 + 2; #1 = #1 + 1; #0 + 1", "bad_reference"),
        ("#0 = 1 + 2; #7 + 1", "bad_reference"),
        ("(" * (MAX_DEPTH + 1) + "1 + 1", "too_deep"),
    ],
)
def test_each_way_to_be_no_program_has_its_kind(text: str, kind: str) -> None:
    assert kind_of(text) == kind


def test_errors_say_where_and_what() -> None:
    with pytest.raises(ParseError, match=r"^column 6: an integer is missing before '\)'$") as failure:
        parse("(3 * )")
    assert (failure.value.kind, failure.value.column) == ("incomplete", 6)
    with pytest.raises(ParseError, match=r"^column 7: the parenthesis of column 1 is never closed$"):
        parse("(3 + 4")


@pytest.mark.parametrize(
    ("completion", "canonical"),
    [
        ("69 - 49", "69 - 49"),
        ("\n  69 - 49 = 20\nSo the answer is 20.", "69 - 49"),
        ("69 - 49 =", "69 - 49"),
        ("69 - 49 = -20 \r\n", "69 - 49"),
        ("7 / 2 = 3.5", "7 / 2"),
        ("1,000 * 2 = 2,000", "1000 * 2"),
        ("(16 - 3) * 5 = 65", "(16 - 3) * 5"),
        ("sum(1..10) = 55", "sum(1..10)"),
        ("#0 = 48 / 2; #0 + #0 = 48", "#0 = 48 / 2; #0 + #0"),
        ("#0 = 48 / 2; #0 + #0", "#0 = 48 / 2; #0 + #0"),
    ],
)
def test_a_completion_is_read_from_its_first_line_without_its_result(completion: str, canonical: str) -> None:
    assert to_text(read_first(completion)) == canonical


@pytest.mark.parametrize(
    ("completion", "kind"),
    [
        ("", "empty"),
        ("\n \n", "empty"),
        ("20", "no_expression"),
        ("= 20", "empty"),
        ("Answer = 20", "no_expression"),
        ("The answer is 69 - 49", "unknown_symbol"),
        ("69 - 49.", "trailing_text"),
        ("69 - 49 = 20 apples", "trailing_text"),
        ("69 - 49 = 20 = 20", "trailing_text"),
        ("69 - 49 = 10 + 10", "trailing_text"),
        ("69 -\n49", "incomplete"),
    ],
)
def test_a_completion_that_is_anything_else_is_a_failure_with_its_kind(completion: str, kind: str) -> None:
    with pytest.raises(ParseError) as failure:
        read_first(completion)
    assert failure.value.kind == kind


def test_a_result_that_is_no_number_is_reported_at_its_column() -> None:
    with pytest.raises(ParseError, match=r"^column 10: ' 20 apples' after '=' is not a number$"):
        read_first("69 - 49 = 20 apples")


def test_chains_as_long_as_the_depth_are_expressions_and_longer_ones_are_listed() -> None:
    longest = chain(1, *[(ADD, 1)] * (MAX_DEPTH + 1))
    longer = chain(1, *[(ADD, 1)] * (MAX_DEPTH + 2))
    assert to_text(longest).startswith("(" * MAX_DEPTH + "1 + 1)")
    assert to_text(longer).startswith("#0 = 1 + 1; #1 = #0 + 1; ")
    assert parse(to_text(longest)) == longest
    assert parse(to_text(longer)) == longer


def test_programs_without_meaning_or_beyond_the_longest_integer_are_not_written() -> None:
    for program, kind in (
        (Arithmetic(()), "empty"),
        (Arithmetic((Step(ADD, Result(0), 1),)), "bad_reference"),
        (single(ADD, 10**MAX_DIGITS, 1), "operand_out_of_range"),
        (Loop(LoopKind.SUM, -(10**MAX_DIGITS), 1), "operand_out_of_range"),
    ):
        with pytest.raises(InvalidProgram) as refusal:
            to_text(program)
        assert refusal.value.kind == kind
    widest = single(ADD, 10**MAX_DIGITS - 1, -(10**MAX_DIGITS) + 1)
    assert parse(to_text(widest)) == widest
