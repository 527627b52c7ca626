"""Operands: how they are drawn, and which are held out.

An operand tuple is held out as a *set of numbers*, whatever the operation and the order, so that 3 + 8 in training
cannot teach 8 * 3 in a test. About one tuple in ten is held out; the origin's fixed items are all held out.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass

from glassbox.harness.ir.program import Op

FIXED_OPERANDS: frozenset[tuple[int, ...]] = frozenset(
    tuple(sorted(operands))
    for operands in (
        *((11, 94), (69, 49), (7, 8), (48, 6), (25, 17), (100, 37), (12, 9), (144, 12)),
        *((50, 15), (200, 75), (15, 4), (0, 5), (100, 100), (1, 255), (0, 7)),
        *((16, 3, 5), (10, 20, 5), (4, 7, 8), (50, 20, 3), (8, 4, 3), (20, 5, 2), (6, 7, 10), (100, 40, 2)),
        *((1, 10), (1, 100), (5, 15), (1, 5), (1, 6), (10, 0)),
    )
)


def is_held_out(operands: Sequence[int]) -> bool:
    """Whether this set of numbers is kept from every training text and every `train` and `iid` item."""
    key = tuple(sorted(operands))
    if key in FIXED_OPERANDS:
        return True
    digest = hashlib.sha256(",".join(map(str, key)).encode()).digest()
    return digest[0] < 26


@dataclass(frozen=True)
class Ranges:
    """Largest operands. Factors bound the second operand of a product and a quotient's divisor."""

    most: int = 255
    most_factor: int = 20


def _draw_number(most: int, rng: random.Random, least: int = 0) -> int:
    """A number with every digit count equally likely, so that one-digit operands are not rare."""
    digits = rng.randint(1, len(str(most)))
    low = 0 if digits == 1 else 10 ** (digits - 1)
    return rng.randint(max(least, low), min(most, 10**digits - 1))


def draw(op: Op, ranges: Ranges, rng: random.Random, *, story: bool = False) -> tuple[int, int]:
    """Operands `(a, b)` of `a op b`; quotients are exact.

    Args:
      op: The operation.
      ranges: Largest operands.
      rng: Source of randomness.
      story: Ask for operands a word problem can name: no zero, and a difference that is not negative.
    """
    least = 2 if story else 0
    if op is Op.DIVIDE:
        divisor = rng.randint(max(1, least), ranges.most_factor)
        return divisor * rng.randint(least, max(least, ranges.most // divisor)), divisor
    if op is Op.MULTIPLY:
        pair = _draw_number(ranges.most, rng, least), rng.randint(least, ranges.most_factor)
        return pair if rng.random() < 0.5 else pair[::-1]
    first, second = _draw_number(ranges.most, rng, least), _draw_number(ranges.most, rng, least)
    if op is Op.SUBTRACT and story and first < second:
        return second, first
    return first, second
