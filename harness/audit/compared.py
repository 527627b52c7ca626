"""Two runs on the same samples in the figures that checks need: difference, interval, p, what n could have found.

compared(record, peer)
"""

from __future__ import annotations

from dataclasses import dataclass

from glassbox.harness.records.frames import RunRecord
from glassbox.harness.records.pairing import pair
from glassbox.harness.records.scored import NotComparable
from glassbox.harness.stats.paired import compare
from glassbox.harness.stats.power import paired_detectable, paired_needed


@dataclass(frozen=True, slots=True)
class Compared:
    """A paired comparison of right and wrong.

    Attributes:
      n: Samples scored in both.
      difference: Share right of the one less that of the other.
      low: Of its 95 % interval (Tango).
      high: Of the same.
      p: Exact McNemar.
      detectable: Smallest difference that so many samples find four times in five; None where they find none.
      discordance: Share of samples on which exactly one is right.
    """

    n: int
    difference: float
    low: float
    high: float
    p: float
    detectable: float | None
    discordance: float

    @property
    def evidence(self) -> bool:
        """Whether interval and exact test both leave out equality."""
        return not self.low <= 0 <= self.high and self.p < 0.05

    def needed(self, difference: float) -> int:
        """Samples that find `difference`, at this discordance."""
        return paired_needed(difference, max(self.discordance, abs(difference)))

    @property
    def limit(self) -> str:
        """`11.1 points`, what so many samples mostly find; in words where they find nothing."""
        return "nothing at all" if self.detectable is None else f"{self.detectable * 100:.1f} points"


def compared(record: RunRecord, peer: RunRecord) -> Compared | None:
    """The two runs' headline scores sample by sample; None where they cannot be compared, or are no ones and zeros."""
    try:
        pairs = pair(record, peer)
    except NotComparable:
        return None
    if not pairs.binary:
        return None
    found = compare(pairs.values_a.astype(int).tolist(), pairs.values_b.astype(int).tolist())
    discordance = (found.table.only_a + found.table.only_b) / found.table.n
    return Compared(
        found.table.n,
        found.difference,
        found.interval.low,
        found.interval.high,
        found.p,
        paired_detectable(found.table.n, discordance),
        discordance,
    )
