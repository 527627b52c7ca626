"""Two runs on the same samples in the figures that checks need: difference, interval, p, what n could have found.

compared(record, peer)
"""

from __future__ import annotations

from glassbox.harness.records.frames import RunRecord
from glassbox.harness.records.pairing import pair
from glassbox.harness.records.scored import NotComparable
from glassbox.harness.stats.paired import Comparison, compare


def compared(record: RunRecord, peer: RunRecord) -> Comparison | None:
    """The two runs' headline scores sample by sample; None where they cannot be compared, or are no ones and zeros."""
    try:
        pairs = pair(record, peer)
    except NotComparable:
        return None
    return compare(pairs.values_a.astype(int).tolist(), pairs.values_b.astype(int).tolist()) if pairs.binary else None
