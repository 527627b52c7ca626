"""Did a method become slower? By its time over that of a reference in the same run, against that ratio when blessed.

found = slowdown(row_then, reference_then, row_now, reference_now)

Times of different days compare machines and their load; the ratio to a reference that ran beside it does not. It is
taken sample by sample, on those served alone in all four runs, so that long prompts weigh the same in both, and its
median is bootstrapped over samples. What a load does to one of two runs and not to the other stays in it: therefore
the margin is wide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

import numpy as np

from glassbox.harness.stats.intervals import bootstrap_quantile

FEWEST = 5
FLOOR_MS = 0.1
"""A row whose samples take less when blessed is not timed: a regex of 30 microseconds is all noise and no cost."""


@dataclass(frozen=True, slots=True)
class Slowdown:
    """How many times longer a sample takes now, relative to the reference.

    Attributes:
      then: Median ratio to the reference when blessed.
      now: The same now.
      ratio: Median over samples of the ratio now over the ratio then; 1 is no change.
      low: One-sided lower bound of it.
      high: One-sided upper bound of it.
      n: Samples served alone in all four runs.
    """

    then: float
    now: float
    ratio: float
    low: float
    high: float
    n: int


def slowdown(
    row_then: Mapping[str, float],
    reference_then: Mapping[str, float],
    row_now: Mapping[str, float],
    reference_now: Mapping[str, float],
    alpha: float = 0.05,
) -> Slowdown | None:
    """Compare latencies in milliseconds by sample id; None where fewer than `FEWEST` samples have all four."""
    four = (row_then, reference_then, row_now, reference_now)
    common = [key for key in row_then if all(side.get(key, 0.0) > 0 for side in four)]
    if len(common) < FEWEST:
        return None
    then = np.asarray([row_then[key] / reference_then[key] for key in common])
    now = np.asarray([row_now[key] / reference_now[key] for key in common])
    interval = bootstrap_quantile(now / then, 0.5, confidence=1 - 2 * alpha)
    ratio = median((now / then).tolist())
    return Slowdown(median(then.tolist()), median(now.tolist()), ratio, interval.low, interval.high, len(common))
