"""What a measurement says about a claim, judged by its interval and never by its point.

above(wilson(995, 1000), 0.99)      # undetermined: the interval reaches below 99 %
"""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from glassbox.harness.stats.estimate import Bounded


class Verdict(StrEnum):
    """The three things evidence can say; and that the design leaves it nothing to say."""

    SUPPORTED = "supported"
    REFUTED = "refuted"
    UNDETERMINED = "undetermined"
    BY_CONSTRUCTION = "by construction"

    @property
    def mark(self) -> str:
        """One character for narrow tables."""
        match self:
            case Verdict.SUPPORTED:
                return "✓"
            case Verdict.REFUTED:
                return "✗"
            case Verdict.UNDETERMINED:
                return "?"
            case Verdict.BY_CONSTRUCTION:
                return "="
            case _:
                assert_never(self)


def above(interval: Bounded, threshold: float) -> Verdict:
    """Is the quantity greater than `threshold`? Supported or refuted only where the whole interval says so."""
    if interval.low > threshold:
        return Verdict.SUPPORTED
    if interval.high <= threshold:
        return Verdict.REFUTED
    return Verdict.UNDETERMINED
