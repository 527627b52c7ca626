"""Intervals for proportions, means, quantiles and ratios of quantiles.

    wilson(13, 18)                   # Interval(low=0.49, high=0.88, ...)
    bootstrap_quantile(latencies, 0.95)

Why these: Wilson's interval keeps its coverage near 0 and 1 and for small n, where the textbook (Wald) interval
collapses to a point at 100 %; Brown, Cai & DasGupta (2001), "Interval estimation for a binomial proportion",
Statistical Science 16:101-133, compare them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv, ndtri

from glassbox.harness.stats.resample import Floats, resampled_sums

Method = Literal[
    "wilson",
    "clopper-pearson",
    "bootstrap",
    "tango",
    "newcombe",
    "t",
    "cluster-t",
    "cluster-wilson",
    "cluster-floor",
    "cluster-bootstrap",
    "runs-t",
]


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided interval with the confidence and the method that made it."""

    low: float
    high: float
    confidence: float
    method: Method

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def wilson_bounds(successes: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson's score interval (1927, JASA 22:209-212), elementwise.

    `successes` may be fractional: where a sample was run in several epochs its score is their mean, whose variance is
    at most that of one draw, so that the interval is then conservative.

    Raises:
      ValueError: For n < 1 or successes outside 0..n.
    """
    k, trials = np.broadcast_arrays(np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64))
    bad = ~((trials >= 1) & (k >= 0) & (k <= trials) & np.isfinite(trials))  # so put that NaN is bad
    if bad.any():
        raise ValueError(f"{k[bad][0]:g} successes of {trials[bad][0]:g} is no proportion; need 0 <= successes <= n")
    z2 = _z(confidence) ** 2
    share = k / trials
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = np.sqrt(z2 * (share * (1 - share) / trials + z2 / (4 * trials**2))) / (1 + z2 / trials)
    # At the ends the bounds are exactly 0 and 1; rounding would leave 1 - 1e-17 there.
    low = np.where(k == 0, 0.0, centre - half)
    high = np.where(k == trials, 1.0, centre + half)
    return low, high


def wilson(successes: float, n: float, confidence: float = 0.95) -> Interval:
    """Wilson's score interval for one proportion; see `wilson_bounds`."""
    low, high = wilson_bounds(successes, n, confidence)
    return Interval(float(low), float(high), confidence, "wilson")


def exact(successes: float, n: float, confidence: float = 0.95) -> Interval:
    """The exact interval of Clopper & Pearson (1934, Biometrika 26:404-413): coverage is never below `confidence`.

    Fractions are allowed, as where a cluster counts with its mean: the bounds are quantiles of beta distributions,
    which run through the whole numbers' ones.

    Raises:
      ValueError: For n < 1 or successes outside 0..n.
    """
    if not (1 <= n < inf and 0 <= successes <= n):
        raise ValueError(f"{successes:g} successes of {n:g} is no proportion; need 0 <= successes <= n")
    _z(confidence)
    tail, failures = (1 - confidence) / 2, n - successes
    low = float(betaincinv(successes, failures + 1, tail)) if successes else 0.0
    high = float(betaincinv(successes + 1, failures, 1 - tail)) if failures else 1.0
    return Interval(low, high, confidence, "clopper-pearson")


def bootstrap_mean(values: ArrayLike, confidence: float = 0.95, draws: int = 10_000, seed: int = 0) -> Interval:
    """Percentile bootstrap (Efron 1979, Annals of Statistics 7:1-26) for a mean; 10,000 draws of 10,000 take 0.4 s."""
    sample = finite_sample(values)
    _z(confidence)
    means = resampled_sums(sample[:, None], draws, np.random.default_rng(seed))[:, 0] / len(sample)
    low, high = np.quantile(means, ((1 - confidence) / 2, (1 + confidence) / 2))
    return Interval(float(low), float(high), confidence, "bootstrap")


def bootstrap_quantile(
    values: ArrayLike, q: float, confidence: float = 0.95, draws: int = 10_000, seed: int = 0
) -> Interval:
    """Percentile bootstrap for the quantile `q` (0.5 is the median)."""
    return _bootstrap((finite_sample(values),), partial(np.quantile, q=q), confidence, draws, seed)


def bootstrap_ratio(
    numerator: ArrayLike,
    denominator: ArrayLike,
    q: float = 0.5,
    confidence: float = 0.95,
    draws: int = 10_000,
    seed: int = 0,
) -> Interval:
    """Percentile bootstrap for a quantile of one sample over the same quantile of another, independent one.

    Used for latency: how many times slower is the pipeline's median than the head's.
    """

    def ratio(above: Floats, below: Floats, axis: int = -1) -> Floats:
        return np.asarray(np.quantile(above, q, axis=axis) / np.quantile(below, q, axis=axis), dtype=np.float64)

    return _bootstrap((finite_sample(numerator), finite_sample(denominator)), ratio, confidence, draws, seed)


def _bootstrap(
    samples: tuple[Floats, ...], statistic: Callable[..., Floats], confidence: float, draws: int, seed: int
) -> Interval:
    """Resample each array on its own, in batches that keep the memory small."""
    from scipy import stats

    batch = max(1, 2_000_000 // max(len(sample) for sample in samples))
    found = stats.bootstrap(
        samples,
        statistic,
        vectorized=True,
        n_resamples=draws,
        batch=batch,
        confidence_level=confidence,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Interval(float(found.low), float(found.high), confidence, "bootstrap")


def finite_sample(values: ArrayLike) -> Floats:
    """The values as a flat array.

    Raises:
      ValueError: Fewer than two values, another shape, or some that are not finite.
    """
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != 1 or len(sample) < 2:
        raise ValueError(f"an interval needs a flat list of at least 2 values, not shape {sample.shape}")
    if not np.isfinite(sample).all():
        raise ValueError("an interval needs finite values; leave out the samples that were not measured")
    return sample


def _z(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is outside (0, 1); 0.95 means 95 %")
    return float(ndtri((1 + confidence) / 2))
