"""Properties of the text form: every program round-trips, any text is bounded, and precedence is the usual one."""

from __future__ import annotations

import contextlib
import time
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassbox.harness.ir.lex import ParseError, ParseKind
from glassbox.harness.ir.program import Arithmetic, Loop, LoopKind, Op, Program, Result, Step
from glassbox.harness.ir.text import parse, read_first, to_text

ADD, SUBTRACT, MULTIPLY, DIVIDE = Op


@st.composite
def arithmetic(draw: st.DrawFn) -> Arithmetic:
    """Steps over any earlier results: trees, shared and unused results in every order."""
    steps: list[Step] = []
    recent = draw(st.booleans())  # mostly the step before, so that trees are common too
    for index in range(draw(st.integers(1, 7))):
        literal = st.integers(-5, 5) | st.integers()
        earlier = st.builds(Result, st.integers(max(0, index - 2) if recent else 0, index - 1))
        operand = literal | earlier if index else literal
        steps.append(Step(draw(st.sampled_from(Op)), draw(operand), draw(operand)))
    return Arithmetic(tuple(steps))


LOOPS = st.builds(Loop, st.sampled_from(LoopKind), st.integers(), st.integers())


@settings(max_examples=400, deadline=None)
@given(arithmetic() | LOOPS)
def test_every_program_is_read_back_as_it_was_written(program: Program) -> None:
    text = to_text(program)
    assert "\n" not in text
    assert parse(text) == program
    assert read_first(f" {text} = -12\nmore") == program


@st.composite
def infix(draw: st.DrawFn, depth: int = 4) -> str:
    """Expressions with and without parentheses, in Python's own syntax."""
    if depth == 0 or draw(st.booleans()):
        return str(draw(st.integers(-20, 20)))
    text = f"{draw(infix(depth - 1))} {draw(st.sampled_from('+-*'))} {draw(infix(depth - 1))}"
    return f"({text})" if draw(st.booleans()) else text


def value_of(program: Arithmetic) -> int:
    values: list[int] = []
    for step in program.steps:
        left, right = (values[side.step] if isinstance(side, Result) else side for side in (step.left, step.right))
        values.append({ADD: left + right, SUBTRACT: left - right, MULTIPLY: left * right}[step.op])
    return values[-1]


def shunted(text: str) -> int:
    """The value of an infix expression by two stacks: another algorithm than the parser's."""
    rank = {"(": 0, "+": 1, "-": 1, "*": 2}
    values: list[int] = []
    waiting: list[str] = []

    def reduce() -> None:
        right, left = values.pop(), values.pop()
        values.append({"+": left + right, "-": left - right, "*": left * right}[waiting.pop()])

    for word in text.replace("(", "( ").replace(")", " )").split():
        if word == "(":
            waiting.append(word)
        elif word == ")":
            while waiting[-1] != "(":
                reduce()
            waiting.pop()
        elif word in rank:
            while waiting and rank[waiting[-1]] >= rank[word]:
                reduce()
            waiting.append(word)
        else:
            values.append(int(word))
    while waiting:
        reduce()
    return values[0]


@settings(max_examples=300, deadline=None)
@given(infix().filter(lambda text: any(symbol in text for symbol in (" + ", " - ", " * "))))
def test_precedence_and_association_are_the_usual_ones(text: str) -> None:
    program = parse(text)
    assert isinstance(program, Arithmetic)
    assert value_of(program) == shunted(text)


GRAMMAR_LIKE = st.text(
    "0123456789+-*/()=#;.,x suműe\n\N{MINUS SIGN}\N{DIVISION SIGN}\u0661\N{SUPERSCRIPT TWO}", max_size=40
)


@settings(max_examples=600, deadline=None)
@given(GRAMMAR_LIKE | st.text(max_size=60))
def test_any_text_is_a_program_or_a_named_failure(text: str) -> None:
    for read in (parse, read_first):
        try:
            program = read(text)
        except ParseError as failure:
            place = (failure.kind in get_args(ParseKind), 1 <= failure.column <= len(text) + 1)
        else:
            place = (True, parse(to_text(program)) == program)
        assert place == (True, True)


@pytest.mark.parametrize(
    "unit",
    [
        "(",
        ")",
        "()",
        "(1+",
        "-",
        "9",
        "1,",
        "1,000",
        "1.",
        "a",
        "x",
        "=",
        "#",
        ";",
        " ",
        "1 ",
        "1 + ",
        "#0 = 1 + 2; ",
        "é(",
    ],
)
def test_a_hundred_thousand_characters_of_anything_are_read_or_refused_in_seconds(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    start = time.process_time()
    for read in (parse, read_first):
        with contextlib.suppress(ParseError):
            read(text)
    # Some 0.3 s at most; a quadratic reader would take minutes.
    assert time.process_time() - start < 5


def test_a_hundred_thousand_terms_are_read_and_nesting_as_deep_is_refused() -> None:
    program = parse(" + ".join(["1"] * 100_000))
    assert isinstance(program, Arithmetic)
    assert len(program.steps) == 99_999
    assert parse(to_text(program)) == program
    with pytest.raises(ParseError) as failure:
        parse("(" * 100_000 + "1" + ")" * 100_000)
    assert failure.value.kind == "too_deep"
