"""What an interval says about a claim's threshold: supported, refuted, undetermined, or that nothing was run.

    judge(0.988, 0.998, Threshold(low=0.99, strict=True))      # undetermined: the interval reaches below 99 %
    judge(0.994, 0.9998, Threshold(low=1.0, margin=0.01))      # refuted: one counterexample to "always"

The same rule as `harness.stats.verdict.above`, for thresholds on either side and ranges, with `not run` beside it.
"""

from __future__ import annotations

from enum import StrEnum
from math import inf
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from glassbox.harness.stats.intervals import wilson
from glassbox.harness.stats.verdict import Verdict

MOST_NEEDED = 10_000_000
"""Beyond this many samples a share is as good as on the threshold."""


class Standing(StrEnum):
    """Where a claim stands: the three things evidence can say, that it could say nothing else, or that there is none.

    What the design cannot fail is no evidence, and never counted among what is supported.
    """

    SUPPORTED = "supported"
    REFUTED = "refuted"
    UNDETERMINED = "undetermined"
    BY_CONSTRUCTION = "by construction"
    NOT_RUN = "not run"

    @classmethod
    def of(cls, verdict: Verdict) -> Standing:
        """The same verdict on the ledger."""
        return cls(verdict.value)

    @property
    def mark(self) -> str:
        """One character for narrow tables."""
        marks = {"supported": "✓", "refuted": "✗", "undetermined": "?", "by construction": "=", "not run": "·"}
        return marks[self.value]


class Threshold(BaseModel):
    """The side of the statistic on which the claim lies; shares and differences are of 1, not of 100.

    Attributes:
      low: The claim is at least this; None where it has no lower end.
      high: The claim is at most this.
      strict: More than `low` and less than `high`, as in "> 95 %".
      margin: How far outside the interval may reach and still support the claim. Needed for claims at an end of the
        scale ("100 %", "0 %"), which no finite sample can prove; a counterexample refutes them all the same.
      whose: `ours` where the seed gives no figure and this is how we read its words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: float | None = None
    high: float | None = None
    strict: bool = False
    margin: float = Field(default=0.0, ge=0)
    whose: Literal["seed", "ours"] = "seed"

    @model_validator(mode="after")
    def _has_a_side(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError("a threshold needs low, high, or both; without one nothing could refute the claim")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"threshold from {self.low:g} to {self.high:g} is empty; low must not exceed high")
        return self


def judge(low: float, high: float, threshold: Threshold) -> Standing:
    """Refuted where the whole interval is outside, supported where it is inside (within the margin), else undetermined.

    Args:
      low: Lower end of the interval of the statistic.
      high: Its upper end.
      threshold: The claim's side.

    Raises:
      ValueError: The ends are no interval.
    """
    if not low <= high:
        raise ValueError(f"{low:g} to {high:g} is no interval and judges nothing; leave the claim undetermined")
    if _outside(low, high, threshold):
        return Standing.REFUTED
    return Standing.SUPPORTED if _inside(low, high, threshold) else Standing.UNDETERMINED


def _outside(low: float, high: float, asked: Threshold) -> bool:
    below = asked.low is not None and (high < asked.low or (asked.strict and high == asked.low))
    above = asked.high is not None and (low > asked.high or (asked.strict and low == asked.high))
    return below or above


def _inside(low: float, high: float, asked: Threshold) -> bool:
    strict = asked.strict and not asked.margin
    least = -inf if asked.low is None else asked.low - asked.margin
    most = inf if asked.high is None else asked.high + asked.margin
    return least < low and high < most if strict else least <= low and high <= most


def needed_for_share(share: float, threshold: Threshold) -> int | None:
    """Samples with which this very share would decide the claim by Wilson's interval.

    None where no number would, because the share lies on the threshold. It takes the observed share for the true
    one, so that it is an order of magnitude rather than a plan.
    """
    n, decided = 1, False
    while n < MOST_NEEDED and not decided:
        n *= 2
        decided = _decides(share, n, threshold)
    if not decided:
        return None
    below, above = n // 2, n
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if _decides(share, middle, threshold) else (middle, above)
    return above


def _decides(share: float, n: int, threshold: Threshold) -> bool:
    interval = wilson(share * n, n)
    return judge(interval.low, interval.high, threshold) is not Standing.UNDETERMINED
