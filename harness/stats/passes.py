"""Several attempts at each sample: pass@k, one of k passes, unbiased.

    pass_at(right=3, drawn=10, k=5)
    pass_at_each([3, 0, 10], 10, k=5)

The plug-in estimate 1 - (1 - p)^k is biased downwards.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from glassbox.harness.stats.resample import Floats


def pass_at(right: int, drawn: int, k: int) -> float:
    """Chance that k attempts picked from `drawn`, of which `right` pass, hold one that passes.

    The unbiased estimator of Chen et al. (2021), arXiv:2107.03374, equation 1.

    Raises:
      ValueError: For k outside 1..drawn, or `right` outside 0..drawn.
    """
    return float(pass_at_each(right, drawn, k))


def pass_at_each(right: ArrayLike, drawn: ArrayLike, k: int) -> Floats:
    """`pass_at`, elementwise over samples."""
    passed, attempts = _checked(right, drawn, k)
    return 1 - _ratio(attempts - passed, attempts, k)


def _ratio(some: Floats, all_: Floats, k: int) -> Floats:
    """C(some, k) / C(all, k), as a product of k shares: no factorial overflows and whole answers are exact."""
    steps = np.arange(k)
    shares = np.maximum(some[..., None] - steps, 0) / (all_[..., None] - steps)
    return np.asarray(shares.prod(axis=-1), dtype=np.float64)


def _checked(right: ArrayLike, drawn: ArrayLike, k: int) -> tuple[Floats, Floats]:
    passed, attempts = np.broadcast_arrays(np.asarray(right, dtype=np.float64), np.asarray(drawn, dtype=np.float64))
    good = (passed >= 0) & (passed <= attempts) & (attempts >= k) & (k >= 1) & np.isfinite(attempts)
    bad = np.atleast_1d(~good)  # so put that NaN is bad
    if bad.any():
        first, of = np.atleast_1d(passed)[bad][0], np.atleast_1d(attempts)[bad][0]
        raise ValueError(f"pass@{k} of {first:g} right among {of:g} is undefined; need 1 <= k <= drawn, right <= drawn")
    return passed, attempts
