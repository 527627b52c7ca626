"""Two methods on the same samples: the difference, its interval, and whether there is evidence of one.

    found = compare(head_right, pipeline_right)
    found.difference, found.interval, found.p, found.evidence

Only discordant samples (one right, the other wrong) carry information; a test that forgets the pairing throws it away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import stats
from scipy.optimize import brentq

from glassbox.harness.stats.intervals import Interval
from glassbox.harness.stats.power import paired_detectable, paired_needed


@dataclass(frozen=True, slots=True)
class PairedTable:
    """How often both, one or neither of two methods was right on the same samples."""

    both: int
    only_a: int
    only_b: int
    neither: int

    @property
    def n(self) -> int:
        """Number of pairs."""
        return self.both + self.only_a + self.only_b + self.neither

    @property
    def difference(self) -> float:
        """Proportion right of A less that of B."""
        return (self.only_a - self.only_b) / self.n

    @property
    def discordance(self) -> float:
        """Share of pairs on which exactly one is right."""
        return (self.only_a + self.only_b) / self.n


def paired_table(a: Sequence[bool] | Sequence[int], b: Sequence[bool] | Sequence[int]) -> PairedTable:
    """Count the four cells.

    Raises:
      ValueError: The sequences differ in length, are empty, or hold something other than 0 and 1.
    """
    if len(a) != len(b) or not len(a):
        raise ValueError(f"a paired comparison needs the same samples on both sides, not {len(a)} against {len(b)}")
    left, right = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if not (np.isin(left, (0, 1)).all() and np.isin(right, (0, 1)).all()):
        raise ValueError("a paired comparison needs outcomes that are 0 or 1; leave unscored samples out on both sides")
    x, y = left.astype(bool), right.astype(bool)
    return PairedTable(int((x & y).sum()), int((x & ~y).sum()), int((~x & y).sum()), int((~x & ~y).sum()))


def mcnemar(table: PairedTable) -> float:
    """Two-sided p of the exact test of McNemar (1947, Psychometrika 12:153-157): are discordants a fair coin?"""
    discordant = table.only_a + table.only_b
    return float(stats.binomtest(table.only_a, discordant).pvalue) if discordant else 1.0


def tango(table: PairedTable, confidence: float = 0.95) -> Interval:
    """Score interval for the paired difference A - B (Tango 1998, Statistics in Medicine 17:891-908).

    It inverts the score test, so that it stays within -1..1 and has width even where no pair is discordant.
    """
    z = float(stats.norm.ppf((1 + confidence) / 2))
    point, edge = table.difference, 1 - 1e-12
    low = float(brentq(lambda d: _score(table, d) - z, -edge, point, xtol=1e-12)) if point > -edge else -1.0
    high = float(brentq(lambda d: _score(table, d) + z, point, edge, xtol=1e-12)) if point < edge else 1.0
    return Interval(low, high, confidence, "tango")


def _score(table: PairedTable, d: float) -> float:
    """Score statistic for a true difference `d`, with the rate of only-B at its restricted maximum likelihood."""
    n, a, b = table.n, table.only_a, table.only_b
    linear = (2 * n - a + b) * d - a - b
    only_b_rate = (sqrt(max(0.0, linear**2 + 8 * n * b * d * (1 - d))) - linear) / (4 * n)
    variance = n * (2 * only_b_rate + d * (1 - d))
    distance = a - b - n * d
    if variance <= 0:
        return 0.0 if abs(distance) < 1e-12 else float(np.copysign(np.inf, distance))
    return distance / sqrt(variance)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A paired difference A - B with all that is needed to judge it."""

    table: PairedTable
    difference: float
    interval: Interval
    p: float

    @property
    def evidence(self) -> bool:
        """Whether the interval leaves out zero and the exact test agrees; otherwise the two are a tie."""
        return 0.0 not in self.interval and self.p < 1 - self.interval.confidence

    @property
    def detectable(self) -> float | None:
        """Smallest difference that so many samples find four times in five; None where they find none."""
        return paired_detectable(self.table.n, self.table.discordance)

    @property
    def limit(self) -> str:
        """`11.1 points`, what so many samples mostly find; in words where they find nothing."""
        return "nothing at all" if self.detectable is None else f"{self.detectable * 100:.1f} points"

    def needed(self, difference: float) -> int:
        """Samples that find `difference`, at this discordance."""
        return paired_needed(difference, max(self.table.discordance, abs(difference)))


def compare(
    a: Sequence[bool] | Sequence[int], b: Sequence[bool] | Sequence[int], confidence: float = 0.95
) -> Comparison:
    """Compare two methods on the same samples, given in the same order; the difference is A - B."""
    table = paired_table(a, b)
    return Comparison(table, table.difference, tango(table, confidence), mcnemar(table))
