"""Draws for bootstraps and sign-flip tests: sums over resampled units, fast enough for 10,000 draws of 10,000.

    resampled_sums(values[:, None], draws=10_000, rng=np.random.default_rng(0))
    flipped_sums(differences, draws=10_000, rng=np.random.default_rng(0))

Every statistic here is a function of column sums, so that no resample is ever kept: indices are drawn in blocks that
fit the processor's cache. Where units take few distinct values (right or wrong, say) the counts of those values are
drawn instead, which is the same distribution and costs nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_BLOCK = 160_000  # indices held at once: they and the values stay in the second-level cache
_FEW = 32  # distinct units below which counts are cheaper than indices


def resampled_sums(units: Floats, draws: int, rng: Generator) -> Floats:
    """Column sums over as many units as there are, drawn with replacement: `Float[draws, column]`."""
    kinds, counts = np.unique(units, axis=0, return_counts=True) if _repeats(units) else (units, None)
    if counts is not None and len(kinds) <= _FEW:
        drawn = rng.multinomial(len(units), counts / len(units), size=draws)
        return np.asarray(drawn @ kinds, dtype=np.float64)
    columns = [np.ascontiguousarray(column) for column in units.T]
    sums = np.empty((draws, len(columns)))
    rows = max(1, _BLOCK // len(units))
    for start in range(0, draws, rows):
        stop = min(start + rows, draws)
        picked = rng.integers(0, len(units), size=(stop - start, len(units)))
        for index, column in enumerate(columns):
            sums[start:stop, index] = column.take(picked, mode="clip").sum(axis=1)
    return sums


def flipped_sums(values: Floats, draws: int, rng: Generator) -> Floats:
    """Sums of the values, each with a sign from a fair coin: `Float[draws]`."""
    sizes, counts = np.unique(np.abs(values[values != 0]), return_counts=True)
    if len(sizes) <= _FEW:
        heads = rng.binomial(counts, 0.5, size=(draws, len(sizes)))
        return np.asarray((2 * heads - counts) @ sizes, dtype=np.float64)
    kept = np.abs(values[values != 0])
    sums = np.empty(draws)
    rows = max(1, _BLOCK // len(kept))
    for start in range(0, draws, rows):
        stop = min(start + rows, draws)
        coins = rng.integers(0, 256, size=(stop - start, -(-len(kept) // 8)), dtype=np.uint8)
        signs = np.unpackbits(coins, axis=1, count=len(kept)).astype(np.float64)
        sums[start:stop] = 2 * (signs @ kept) - kept.sum()
    return sums


def all_flipped_sums(values: Floats) -> Floats:
    """The sums under every one of the 2^n ways to set the signs, for few values."""
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums + value, sums - value])
    return sums


def _repeats(units: Floats) -> bool:
    """Whether few distinct units are likely, judged by the first few hundred: a full search costs a sort."""
    return len(np.unique(units[:256], axis=0)) <= min(_FEW, len(units) - 1)
