"""A figure with its 95 % interval and the samples behind it: the one type for it, and the one way it is written.

    found = Estimate.of_count(415, 1000)
    str(found)        # 41.5 % [38.5, 44.6]
    found.text        # 41.5 [38.5, 44.6], where a heading has the %

Whoever measures a share gives this; whoever shows one asks it for its words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from glassbox.harness.stats.intervals import Interval, bootstrap_mean, wilson

Unit = Literal["share", "number"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A proportion, or a mean, with its interval.

    Attributes:
      value: The point; a share lies between 0 and 1.
      low: Lower end of the 95 % interval.
      high: Upper end.
      n: Samples behind it.
      unit: How it is written: a share in per cent.
    """

    value: float
    low: float
    high: float
    n: int
    unit: Unit = "share"

    @classmethod
    def of_count(cls, right: float, n: int, confidence: float = 0.95) -> Estimate:
        """The share `right` of `n` with Wilson's interval; fractional where samples count in part.

        Raises:
          ValueError: Of nothing, or more than all.
        """
        return cls.within(wilson(right, n, confidence), right / n, n)

    @classmethod
    def of_share(cls, value: float, n: int, confidence: float = 0.95) -> Estimate:
        """A share that somebody else counted, as a log's header has it."""
        return cls.within(wilson(min(value * n, n), n, confidence), value, n)

    @classmethod
    def within(cls, interval: Interval, value: float, n: int, unit: Unit = "share") -> Estimate:
        """A figure with the interval made for it."""
        return cls(value, interval.low, interval.high, n, unit)

    @classmethod
    def of_mean(cls, values: Sequence[float] | NDArray[np.float64], unit: Unit = "number") -> Estimate | float:
        """A mean with its bootstrap interval; one value alone has none and stays a number.

        Raises:
          ValueError: Of nothing.
        """
        if not len(values):
            raise ValueError("there is nothing to take the mean of; give at least one value")
        if len(values) < 2:
            return float(values[0])
        return cls.within(bootstrap_mean(values), float(np.mean(values)), len(values), unit)

    @classmethod
    def exactly(cls, value: float, n: int) -> Estimate:
        """A figure that is no sample of anything: a count of a whole suite, or a sum."""
        return cls(value, value, value, n)

    @property
    def text(self) -> str:
        """`99.4 [98.7, 99.7]`, under a heading that has the unit."""
        write = percent if self.unit == "share" else plain
        return f"{write(self.value)} {self.bounds}"

    @property
    def bounds(self) -> str:
        """`[98.7, 99.7]`."""
        write = percent if self.unit == "share" else plain
        return f"[{write(self.low)}, {write(self.high)}]"

    def __str__(self) -> str:
        if self.unit == "number":
            return self.text
        return f"{percent(self.value)} % [{percent(self.low)}, {percent(self.high)}]"


def percent(share: float) -> str:
    """`99.4`; only all is `100.0` and only none is `0.0`: one failure in 10,000 is not rounded away."""
    if share in (0, 1):
        return f"{share * 100:.1f}"
    return f"{min(max(share * 100, 0.1), 99.9):.1f}"


def plain(value: float) -> str:
    """Three digits or so: `1,234`, `12.3`, `0.123`."""
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.3f}"


class Bounded(Protocol):
    """What has the two ends of an interval."""

    @property
    def low(self) -> float:
        """Lower end."""
        ...

    @property
    def high(self) -> float:
        """Upper end."""
        ...


def points(difference: float, within: Bounded, unit: str = " points") -> str:
    """`+4.0 points [-0.3, +8.1]`: a difference of shares; without `unit` under a heading that has it."""
    return f"{difference * 100:+.1f}{unit} [{within.low * 100:+.1f}, {within.high * 100:+.1f}]"
