"""Arithmetic programs as data: straight-line steps over integers, and counted loops (seed 000, phases 2 and 4).

A program says *what* is computed; `text` writes and reads it, `validate` judges its structure, `machine` runs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Op(StrEnum):
    """The four operations of the seed. The value is the word a logit lens looks for."""

    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    DIVIDE = "divide"

    @property
    def symbol(self) -> str:
        """`+`, `-`, `*` or `/`."""
        return _SYMBOLS[self]


_SYMBOLS = {Op.ADD: "+", Op.SUBTRACT: "-", Op.MULTIPLY: "*", Op.DIVIDE: "/"}


class LoopKind(StrEnum):
    """Counted loops. SUM and PRODUCT fold start..stop inclusive; COUNTDOWN goes down from start and ends at stop."""

    SUM = "sum"
    PRODUCT = "product"
    COUNTDOWN = "countdown"


@dataclass(frozen=True, slots=True)
class Result:
    """The value of an earlier step, by its index (0 is the first step)."""

    step: int


Operand = int | Result


@dataclass(frozen=True, slots=True)
class Step:
    """One operation; a `Result` operand may name earlier steps only."""

    op: Op
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Steps run in order; the value of the last one is the program's value. Never empty once validated."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """A counted loop with both bounds inclusive. Its value is the fold, or `stop` for a countdown."""

    kind: LoopKind
    start: int
    stop: int


Program = Arithmetic | Loop


def single(op: Op, left: int, right: int) -> Arithmetic:
    """`left op right` as a program of one step."""
    return Arithmetic((Step(op, left, right),))


def chain(first: int, *rest: tuple[Op, int]) -> Arithmetic:
    """A left-to-right chain: `chain(16, (SUBTRACT, 3), (MULTIPLY, 5))` is `(16 - 3) * 5`."""
    steps: list[Step] = []
    for op, right in rest:
        left: Operand = Result(len(steps) - 1) if steps else first
        steps.append(Step(op, left, right))
    return Arithmetic(tuple(steps))
