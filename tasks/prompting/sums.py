"""Bare arithmetic, as in the seed: `2+3=?` with the answer `5`. Nothing but the operation is there to be held.

sum_pairs(24, seed=0)
"""

from __future__ import annotations

import itertools
import random

from glassbox.harness.data.arithmetic.generate import APPLY
from glassbox.harness.data.arithmetic.operands import Ranges, draw
from glassbox.harness.data.pair import Pair
from glassbox.harness.ir.program import Op

SOURCE = "arithmetic"
_MOST_TRIES = 50


def sum_pairs(n: int, seed: int = 0, ranges: Ranges | None = None) -> list[Pair]:
    """`n` different pairs, each operation in turn; quotients are exact.

    Args:
      n: How many.
      seed: Seed of the draw.
      ranges: Largest operands; 0..255 with factors up to 20 by default.

    Raises:
      ValueError: There are fewer than `n` different ones within the ranges.
    """
    rng = random.Random(f"{SOURCE}/{seed}")
    reach = ranges or Ranges()
    found: dict[str, Pair] = {}
    for op in itertools.islice(itertools.cycle(Op), _MOST_TRIES * n):
        a, b = draw(op, reach, rng)
        pair = Pair(f"{a}{op.symbol}{b}=?", str(APPLY[op](a, b)), "", SOURCE, {"op": op.value})
        found.setdefault(pair.id, pair)
        if len(found) == n:
            return list(found.values())
    raise ValueError(f"only {len(found)} different problems lie within {reach}; ask for fewer than {n}")
