"""Stop a comparison as soon as it is decided, without the error that looking again and again brings.

    sequential(a, b, margin=0.02).stopped_at

An ordinary test looked at after every sample finds a difference between equal methods sooner or later. Here the level
holds at every sample at once, whenever and for whatever reason one stops: by Ville's inequality a non-negative
martingale that starts at 1 ever reaches 1 / alpha with probability at most alpha (Ramdas, Gruenwald, Vovk & Shafer
2023, Statistical Science 38:576-601).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln

from glassbox.harness.stats.intervals import Interval
from glassbox.harness.stats.resample import Floats


class Stop(StrEnum):
    """Why a sequential comparison stopped, or that it did not."""

    A_BETTER = "A is better"
    B_BETTER = "B is better"
    EQUIVALENT = "no difference beyond the margin"
    UNDECIDED = "undecided: more samples are needed"


@dataclass(frozen=True, slots=True)
class Sequential:
    """A comparison followed sample by sample.

    Attributes:
      stop: What was decided.
      stopped_at: Samples seen at the decision; all of them where there was none.
      e: Evidence against "equally good" there; 1 / alpha or more is a rejection, 1 is none.
      p: A p value that may be read at any time.
      interval: Of the difference A - B, valid at any time.
    """

    stop: Stop
    stopped_at: int
    e: float
    p: float
    interval: Interval


def sequential(a: ArrayLike, b: ArrayLike, margin: float | None = None, alpha: float = 0.05) -> Sequential:
    """Follow two methods over the same samples, in the order in which they were run, and stop when decided.

    Args:
      a: 1 where A is right, else 0.
      b: The same of B.
      margin: Also stop once the difference is surely within this margin; None goes on.
      alpha: Chance of ever declaring a difference between equals.

    Raises:
      ValueError: The sides differ, are empty, hold something other than 0 and 1, or the margin is not positive.
    """
    left, right = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if left.shape != right.shape or left.ndim != 1 or not left.size or not np.isin([left, right], (0, 1)).all():
        raise ValueError("a sequential comparison needs outcomes of 0 or 1 of the same samples on both sides")
    if margin is not None and margin <= 0:
        raise ValueError(f"margin {margin} must be positive: 0.02 stops when the two are surely within two points")
    evidence = e_values(np.cumsum(left > right), np.cumsum(right > left))
    low, high = confidence_sequence(left - right, -1.0, 1.0, 1 - alpha)
    decided = evidence >= 1 / alpha
    alike = np.zeros_like(decided) if margin is None else (low > -margin) & (high < margin)
    where = np.flatnonzero(decided | alike)
    last = int(where[0]) if len(where) else len(left) - 1
    ahead = float((left - right)[: last + 1].sum())
    if decided[last]:
        stop = Stop.A_BETTER if ahead > 0 else Stop.B_BETTER
    else:
        stop = Stop.EQUIVALENT if alike[last] else Stop.UNDECIDED
    p = min(1.0, 1 / float(evidence[: last + 1].max()))
    interval = Interval(float(low[last]), float(high[last]), 1 - alpha, "empirical-bernstein")
    return Sequential(stop, last + 1, float(evidence[last]), p, interval)


def e_values(only_a: ArrayLike, only_b: ArrayLike) -> Floats:
    """Evidence that discordant pairs are no fair coin, elementwise: Jeffreys' mixture over the fair coin.

    Robbins (1970, Annals of Mathematical Statistics 41:1397-1409); the mixture over biases has mean 1 under the fair
    coin at every step, and grows exponentially under any other.
    """
    heads, tails = np.asarray(only_a, dtype=np.float64), np.asarray(only_b, dtype=np.float64)
    logs = betaln(heads + 0.5, tails + 0.5) - betaln(0.5, 0.5) + (heads + tails) * np.log(2)
    return np.asarray(np.exp(np.minimum(logs, 700.0)), dtype=np.float64)


def confidence_sequence(values: ArrayLike, low: float, high: float, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Bounds of the mean of values in `low..high` after each sample, all valid at once; along the last axis.

    The predictable plug-in empirical-Bernstein sequence of Waudby-Smith & Ramdas (2024, JRSS B 86:1-27), theorem 2.

    Raises:
      ValueError: Values outside low..high.
    """
    sample = np.asarray(values, dtype=np.float64)
    if not sample.size or not ((sample >= low) & (sample <= high)).all():
        raise ValueError(f"a confidence sequence needs values in {low:g}..{high:g}")
    x = (sample - low) / (high - low)
    t = np.arange(1, x.shape[-1] + 1)
    means = (0.5 + x.cumsum(-1)) / (t + 1)
    variances = (0.25 + ((x - means) ** 2).cumsum(-1)) / (t + 1)
    before = np.concatenate([np.full((*x.shape[:-1], 1), 0.25), variances[..., :-1]], -1)
    guess = np.concatenate([np.full((*x.shape[:-1], 1), 0.5), means[..., :-1]], -1)
    log = np.log(2 / (1 - confidence))
    bets = np.minimum(np.sqrt(2 * log / (before * t * np.log1p(t))), 0.5)
    penalty = (4 * (x - guess) ** 2 * (-np.log1p(-bets) - bets) / 4).cumsum(-1)
    total = bets.cumsum(-1)
    centre, half = (bets * x).cumsum(-1) / total, (log + penalty) / total
    lows = np.maximum.accumulate(np.maximum(centre - half, 0.0), -1)
    highs = np.minimum.accumulate(np.minimum(centre + half, 1.0), -1)
    return low + (high - low) * lows, low + (high - low) * highs
