"""What one statistic came to on the runs at hand: the point, its interval, and the samples behind it.

Measured(value=0.97, low=0.957, high=0.979, n=1000)
"""

from __future__ import annotations

from dataclasses import dataclass

from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.stats.intervals import Interval
from glassbox.leaderboards.claims.verdict import Standing


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with its interval.

    Attributes:
      value: The point; None where the runs do not give it.
      low: Lower end of the 95 % interval; None where there is none.
      high: Upper end.
      n: Samples behind it.
      note: What a reader must know to weigh it.
      verdict: Where the statistic judges by itself; None leaves it to the interval and the claim's threshold.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    note: str = ""
    verdict: Standing | None = None


class CannotMeasure(ValueError):
    """The runs that fit a claim do not give its statistic; the message says what they lack."""


def from_estimate(found: Estimate, note: str = "") -> Measured:
    """A log header's figure."""
    return Measured(found.value, found.low, found.high, found.n, note)


def from_interval(value: float, interval: Interval, n: int, note: str = "") -> Measured:
    """A figure with the interval made for it."""
    return Measured(value, interval.low, interval.high, n, note)


def certain(value: float, n: int, note: str = "") -> Measured:
    """A figure that is no sample of anything: a count of a whole suite, or a sum."""
    return Measured(value, value, value, n, note)
