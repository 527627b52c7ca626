"""Many comparisons at once: adjusted p values, so that a board of twenty rows does not find its one chance winner.

    holm([0.01, 0.04, 0.03])    # no false finding at all, with probability 1 - alpha

An adjusted p is compared with alpha itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from glassbox.harness.stats.resample import Floats


def holm(p: ArrayLike) -> Floats:
    """Adjusted p of Holm (1979, Scandinavian Journal of Statistics 6:65-70): family-wise error, any dependence."""
    values, order = _ordered(p)
    steps = values[order] * np.arange(len(values), 0, -1)
    return _back(np.maximum.accumulate(steps), order)


def _ordered(p: ArrayLike) -> tuple[Floats, np.ndarray[tuple[int, ...], np.dtype[np.intp]]]:
    values = np.asarray(p, dtype=np.float64)
    if values.ndim != 1 or not ((values >= 0) & (values <= 1)).all():
        raise ValueError(f"p values are a flat list of numbers in 0..1, not {np.array2string(values, threshold=8)}")
    return values, np.argsort(values, kind="stable")


def _back(steps: Floats, order: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> Floats:
    adjusted = np.empty_like(steps)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted
