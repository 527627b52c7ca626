"""What one statistic came to on the runs at hand: the figure with its interval, and what it says by itself.

Measured(Estimate.of_count(970, 1000))
"""

from __future__ import annotations

from dataclasses import dataclass

from glassbox.harness.stats.estimate import Estimate
from glassbox.leaderboards.claims.verdict import Standing


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure for a claim.

    Attributes:
      found: With its interval; None where the runs do not give it.
      note: What a reader must know to weigh it.
      verdict: Where the statistic judges by itself; None leaves it to the interval and the claim's threshold.
      looked_at: Samples that were looked at where nothing was found.
      clusters: Templates or passages that the interval is over; None where samples are independent.
    """

    found: Estimate | None
    note: str = ""
    verdict: Standing | None = None
    looked_at: int = 0
    clusters: int | None = None

    @property
    def n(self) -> int:
        """Samples behind it."""
        return self.found.n if self.found else self.looked_at


class CannotMeasure(ValueError):
    """The runs that fit a claim do not give its statistic; the message says what they lack."""
