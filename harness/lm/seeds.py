"""One seed a row, so that a row's chance is its own.

row_seeds(7, rows=3)
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence


def row_seeds(seed: int | Sequence[int] | None, rows: int) -> list[int]:
    """One seed a row: from one seed for all (row 0 keeps it), as given, or fresh from the system when None.

    Raises:
      ValueError: Their number is not that of the rows.
    """
    if seed is None:
        return [secrets.randbits(63) for _ in range(rows)]
    if isinstance(seed, int):
        # An odd multiplier (2^64 over the golden ratio) keeps the rows of neighbouring seeds apart.
        return [(seed + row * 0x9E3779B97F4A7C15) % (1 << 63) for row in range(rows)]
    if len(seed) != rows:
        raise ValueError(f"{len(seed)} seeds are given for {rows} prompts; give one a prompt, or one for all")
    return list(seed)
