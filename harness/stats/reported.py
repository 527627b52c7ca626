"""Two scores known only as counts, as papers and reports give them: is there evidence of a difference?

    rejudge(13, 14, 18).sentence("greedy", "32B")

Counts leave open on which samples each was right. Two runs over the same samples could agree as far as the counts
allow (best for the paired test) or as little as they allow; the paired p is therefore given for all pairings.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import stats

from glassbox.harness.stats.intervals import Interval, wilson
from glassbox.harness.stats.paired import PairedTable, mcnemar
from glassbox.harness.stats.power import paired_needed, unpaired_needed


@dataclass(frozen=True, slots=True)
class Rejudged:
    """Two reported counts over `n` samples each, judged.

    Attributes:
      difference: Proportion right of A less that of B.
      interval: Of the difference, taken as unpaired (Newcombe).
      p: Of Fisher's exact test, unpaired.
      least_p: Smallest p of the exact paired test over all pairings that the counts allow.
      most_p: The largest.
      needed: Samples on each side to find this difference without pairing, 80 % power; None where there is none.
      needed_paired: Pairs, where the two agree as far as the counts allow; None where there is no difference.
      needed_unrelated: Pairs, where failures of the two are unrelated; None where there is no difference.
    """

    right_a: int
    right_b: int
    n: int
    difference: float
    interval: Interval
    p: float
    least_p: float
    most_p: float
    needed: int | None
    needed_paired: int | None
    needed_unrelated: int | None

    @property
    def evidence(self) -> bool:
        """Whether there is evidence of a difference under every pairing that the counts allow."""
        return self.most_p < 1 - self.interval.confidence

    @property
    def possible(self) -> bool:
        """Whether some pairing would give evidence; if not, only more samples can."""
        return self.least_p < 1 - self.interval.confidence

    def sentence(self, a: str, b: str) -> str:
        """One line for a report."""
        figures = (
            f"{self.right_a}/{self.n} against {self.right_b}/{self.n}, difference {self.difference * 100:+.1f} points "
            f"[{self.interval.low * 100:+.1f}, {self.interval.high * 100:+.1f}], paired p from {self.least_p:.2g} "
            f"to {self.most_p:.2g} by the pairing, unpaired p = {self.p:.2g}"
        )
        if self.needed is not None:
            figures += (
                f"; a true difference of this size would need {self.needed:,} samples a side, or "
                f"{self.needed_paired:,} to {self.needed_unrelated:,} pairs (80 % power)"
            )
        if self.evidence:
            opening = "evidence of a difference"
        elif self.possible:
            opening = "undecided without the samples themselves: the pairing decides on a difference"
        else:
            opening = "no evidence of a difference"
        return f"{opening} between {a} and {b}: {figures}"


def rejudge(right_a: int, right_b: int, n: int, confidence: float = 0.95) -> Rejudged:
    """Judge two counts over the same `n` samples without the samples themselves.

    Raises:
      ValueError: The counts are no proportions of n.
    """
    interval = newcombe(right_a, n, right_b, n, confidence)
    p = float(stats.fisher_exact(np.asarray([[right_a, n - right_a], [right_b, n - right_b]])).pvalue)
    tables = [
        PairedTable(both, right_a - both, right_b - both, n - right_a - right_b + both)
        for both in range(max(0, right_a + right_b - n), min(right_a, right_b) + 1)
    ]
    ps = [mcnemar(table) for table in tables]
    share_a, share_b = right_a / n, right_b / n
    delta = share_a - share_b
    found = {} if right_a == right_b else _needed(share_a, share_b)
    return Rejudged(
        right_a,
        right_b,
        n,
        delta,
        interval,
        p,
        min(ps),
        max(ps),
        found.get("apart"),
        found.get("nested"),
        found.get("unrelated"),
    )


def newcombe(right_a: int, n_a: int, right_b: int, n_b: int, confidence: float = 0.95) -> Interval:
    """Interval of an unpaired difference from two Wilson intervals (Newcombe 1998, Stat Med 17:873, method 10)."""
    a, b = wilson(right_a, n_a, confidence), wilson(right_b, n_b, confidence)
    share_a, share_b = right_a / n_a, right_b / n_b
    delta = share_a - share_b
    low = delta - sqrt((share_a - a.low) ** 2 + (b.high - share_b) ** 2)
    high = delta + sqrt((a.high - share_a) ** 2 + (share_b - b.low) ** 2)
    return Interval(low, high, confidence, "newcombe")


def _needed(share_a: float, share_b: float) -> dict[str, int]:
    delta = abs(share_a - share_b)
    unrelated = max(delta, share_a * (1 - share_b) + share_b * (1 - share_a))
    return {
        "apart": unpaired_needed(share_a, share_b),
        "nested": paired_needed(delta, delta),
        "unrelated": paired_needed(delta, unrelated),
    }
