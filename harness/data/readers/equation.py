"""Equations as the word-problem collections write them: `( 76.0 - 25.0 )`, `X=((32.0+42.0)-35.0)`, `70-x=27`.

A small exact recursive-descent parser over decimals, an inversion for one unknown that occurs once (`70-x=27` is
`70 - 27`), and a builder that turns an expression into steps while it computes their values in whole numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from glassbox.harness.data.readers.source import LeftOutError, Reason
from glassbox.harness.ir.program import Arithmetic, Op, Operand, Result, Step

# Longest official equation: under 60 tokens. The bounds keep recursion and numbers small whatever a file holds.
_MOST_TOKENS = 200
_MOST_DEPTH = 40
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?![0-9.]))|(?P<mark>[-+*/()xX]))"
)
_SUMS = {"+": Op.ADD, "-": Op.SUBTRACT}
_PRODUCTS = {"*": Op.MULTIPLY, "/": Op.DIVIDE}


@dataclass(frozen=True, slots=True)
class Number:
    """A literal."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Unknown:
    """The `x` of an equation."""


@dataclass(frozen=True, slots=True)
class Binary:
    """`left op right`."""

    op: Op
    left: Expression
    right: Expression


Expression = Number | Unknown | Binary


def not_expressible(detail: str) -> LeftOutError:
    """The equation is outside what these readers understand."""
    return LeftOutError(Reason.NOT_EXPRESSIBLE, detail)


def parse_expression(text: str) -> Expression:
    """Parse one side of an equation; `*` and `/` bind before `+` and `-`, all from left to right."""
    parser = _Parser(_tokens(text))
    expression = parser.sum()
    if parser.peek():
        raise not_expressible(f"{text!r} goes on after a complete expression")
    return expression


def solve_equation(text: str) -> Expression:
    """The expression that gives the unknown. Without `=` it is the text itself, as SVAMP writes it.

    Raises:
      LeftOutError: Several `=`, or an unknown that occurs more or less than once.
    """
    sides = [parse_expression(side) for side in text.split("=")]
    unknowns = [_count_unknowns(side) for side in sides]
    if len(sides) == 1 and unknowns == [0]:
        return sides[0]
    if len(sides) != 2 or sum(unknowns) != 1:
        raise not_expressible(f"{text!r} is not one equation with one x")
    with_x, without = sides if unknowns == [1, 0] else sides[::-1]
    return _invert(with_x, without)


def literals(expression: Expression) -> Iterator[Fraction]:
    """The numbers of an expression, from left to right."""
    match expression:
        case Number(value):
            yield value
        case Binary(_, left, right):
            yield from literals(left)
            yield from literals(right)


def settle(expression: Expression, answer: Fraction) -> tuple[Arithmetic, int]:
    """The program of an expression and its value, once both are whole numbers and agree with the stated answer."""
    if any(value.denominator != 1 for value in literals(expression)):
        raise LeftOutError(Reason.NON_INTEGER_OPERAND, str(expression))
    if answer.denominator != 1:
        raise LeftOutError(Reason.NON_INTEGER_ANSWER, str(answer))
    builder = StepBuilder()
    value = builder.value_of(builder.emit(expression, {}))
    if not builder.steps:
        raise not_expressible("a number alone is no operation")
    if value != answer:
        raise LeftOutError(Reason.ANSWER_DISAGREES, f"program gives {value}, record says {answer}")
    return Arithmetic(tuple(builder.steps)), value


@dataclass
class StepBuilder:
    """Steps in the order they are computed, each with its value."""

    steps: list[Step] = field(default_factory=list)
    values: list[int] = field(default_factory=list)

    def emit(self, expression: Expression, known: Mapping[int, Operand]) -> Operand:
        """Append the steps of an expression. A literal whose value is a key of `known` becomes that operand."""
        match expression:
            case Number(value):
                if value.denominator != 1:
                    raise LeftOutError(Reason.NON_INTEGER_OPERAND, str(value))
                return known.get(int(value), int(value))
            case Binary(op, left, right):
                return self._append(Step(op, self.emit(left, known), self.emit(right, known)))
            case Unknown():
                raise not_expressible("x has no value")

    def value_of(self, operand: Operand) -> int:
        """The value of a literal or of an earlier step."""
        return self.values[operand.step] if isinstance(operand, Result) else operand

    def _append(self, step: Step) -> Result:
        left, right = self.value_of(step.left), self.value_of(step.right)
        self.steps.append(step)
        self.values.append(_apply(step.op, left, right))
        return Result(len(self.steps) - 1)


def _apply(op: Op, left: int, right: int) -> int:
    match op:
        case Op.ADD:
            return left + right
        case Op.SUBTRACT:
            return left - right
        case Op.MULTIPLY:
            return left * right
        case Op.DIVIDE:
            if right == 0:
                raise not_expressible(f"{left} / 0")
            if left % right:
                raise LeftOutError(Reason.INEXACT_DIVISION, f"{left} / {right}")
            return left // right


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position)
        if found is None or len(tokens) == _MOST_TOKENS:
            raise not_expressible(f"{text!r} is no arithmetic from character {position} on")
        tokens.append(found["number"] or found["mark"])
        position = found.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._position = 0
        self._depth = 0

    def peek(self) -> str:
        """The next token, or an empty string at the end."""
        return self._tokens[self._position] if self._position < len(self._tokens) else ""

    def _next(self) -> str:
        token = self.peek()
        self._position += 1
        return token

    def sum(self) -> Expression:
        left = self._product()
        while self.peek() in _SUMS:
            left = Binary(_SUMS[self._next()], left, self._product())
        return left

    def _product(self) -> Expression:
        left = self._factor()
        while self.peek() in _PRODUCTS:
            left = Binary(_PRODUCTS[self._next()], left, self._factor())
        return left

    def _factor(self) -> Expression:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise not_expressible(f"nested deeper than {_MOST_DEPTH}")
        factor = self._signed_factor()
        self._depth -= 1
        return factor

    def _signed_factor(self) -> Expression:
        token = self._next()
        if token in _SUMS:
            return _signed(token, self._factor())
        if token == "(":
            inside = self.sum()
            if self._next() != ")":
                raise not_expressible("a bracket is not closed")
            return inside
        if token in ("x", "X"):
            return Unknown()
        if not token or token in "*/)":
            raise not_expressible(f"a number is missing before {token or 'the end'!r}")
        return Number(Fraction(token))


def _signed(sign: str, factor: Expression) -> Expression:
    if sign == "+":
        return factor
    if not isinstance(factor, Number):
        raise not_expressible("a minus sign before something other than a number")
    return Number(-factor.value)


def _count_unknowns(expression: Expression) -> int:
    match expression:
        case Binary(_, left, right):
            return _count_unknowns(left) + _count_unknowns(right)
        case Unknown():
            return 1
        case _:
            return 0


def _invert(side: Expression, other: Expression) -> Expression:
    """Peel the operations off the side that holds the single unknown, undoing each on the other side."""
    while isinstance(side, Binary):
        on_left = _count_unknowns(side.left) == 1
        rest = side.right if on_left else side.left
        other = _undo(side.op, on_left, rest, other)
        side = side.left if on_left else side.right
    return other


def _undo(op: Op, on_left: bool, rest: Expression, other: Expression) -> Binary:
    match op:
        case Op.ADD:
            return Binary(Op.SUBTRACT, other, rest)
        case Op.MULTIPLY:
            return Binary(Op.DIVIDE, other, rest)
        case Op.SUBTRACT:
            return Binary(Op.ADD, other, rest) if on_left else Binary(Op.SUBTRACT, rest, other)
        case Op.DIVIDE:
            return Binary(Op.MULTIPLY, other, rest) if on_left else Binary(Op.DIVIDE, rest, other)
