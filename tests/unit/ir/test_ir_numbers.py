"""One reader of integers for every door: what people write is read as they mean it, or not at all."""

from __future__ import annotations

import pytest

from glassbox.harness.ir.numbers import integers, plainly, whole_integer
from glassbox.harness.ir.program import Op, single
from glassbox.harness.ir.text import ParseError, read_first
from glassbox.solvers.direct import Direct
from glassbox.solvers.regex_only import read_question

MINUS = "\N{MINUS SIGN}"
TEXTS = {
    "1,2": [],
    "3,5": [],
    "10,00": [],
    "1,234,56": [],
    "2.5": [],
    ".5": [],
    "1,234": [1234],
    "12,345,678": [12345678],
    f"{MINUS}7": [-7],
    "-3": [-3],
    "5-3": [5, 3],
    "5 -3": [5, 3],
    "(7)-2": [7, 2],
    "(-2) + -3": [-2, -3],
    "What is 1,234 plus 5?": [1234, 5],
    "What is -5 plus 3?": [-5, 3],
    "3, 4 and 5.": [3, 4, 5],
    "Sam has $1,200.": [1200],
    "in 1999, 12 men": [1999, 12],
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_has_the_integers_that_a_person_sees(text: str) -> None:
    found = list(integers(text))
    assert [one.value for one in found] == TEXTS[text]
    for one in found:
        assert int(text[one.start : one.end].replace(",", "").replace(MINUS, "-")) == one.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" 42", 42),
        ("42.", 42),
        ("$1,200", 1200),
        ("**42**", 42),
        (r"\boxed{42}", 42),
        (r"**\boxed{-7}**", None),
        (f"{MINUS}7", -7),
        ("-3", -3),
        ("1,2", None),
        ("3,5", None),
        ("10,00", None),
        ("2.5", None),
        ("42 apples", None),
        ("6 * 7", None),
        ("", None),
        ("9" * 19, None),
    ],
)
def test_a_completion_is_an_integer_or_none(text: str, value: int | None) -> None:
    assert whole_integer(text) == value
    (attempt,) = Direct((), 8).read([text])
    assert attempt.value == value
    assert (attempt.failure is None) == (value is not None)


@pytest.mark.parametrize(
    ("question", "program"),
    [
        ("What is 1,234 plus 5?", single(Op.ADD, 1234, 5)),
        ("What is -5 plus 3?", single(Op.ADD, -5, 3)),
        ("What is 5 - 3?", single(Op.SUBTRACT, 5, 3)),
        ("Subtract 1,000 from 2,500", single(Op.SUBTRACT, 2500, 1000)),
    ],
)
def test_patterns_read_the_same_integers(question: str, program: object) -> None:
    assert read_question(question) == program


def test_expressions_read_the_same_integers() -> None:
    assert read_first("1,234 + -5") == single(Op.ADD, 1234, -5)
    for text in ("1,2 + 3", "10,00 + 3", "2.5 + 3"):
        with pytest.raises(ParseError):
            read_first(text)


def test_a_text_with_its_integers_as_bare_digits() -> None:
    assert plainly(f"Take 1,234 from {MINUS}5, not 2.5") == "Take 1234 from 5, not 2.5"
