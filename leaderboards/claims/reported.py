"""Statistics of what the origin reported, and of what its samples could show at all: no run is needed.

ReportedDifference().measure({}, [Count(right=15, n=18, of="..."), Count(right=13, n=18, of="...")])
Detectable(n=18).measure({}, ())
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import ClassVar, Literal

from pydantic import Field

from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.stats.power import paired_detectable, unpaired_needed
from glassbox.harness.stats.reported import newcombe, rejudge
from glassbox.leaderboards.claims.kind import Count, Kind, Roles
from glassbox.leaderboards.claims.measured import CannotMeasure, Measured

AS_REPORTED, BY_ARITHMETIC = "as reported", "by arithmetic"


class ReportedShare(Kind):
    """The origin's first count as a share, with Wilson's interval."""

    roles: ClassVar[tuple[str, ...]] = ()
    basis: ClassVar[str] = AS_REPORTED
    is_share: ClassVar[bool] = True
    kind: Literal["reported_share"] = "reported_share"

    def measure(self, runs: Roles, counts: Sequence[Count]) -> Measured:
        """From the count alone."""
        [first] = _counts(counts, 1)
        return Measured(Estimate.of_count(first.right, first.n))


class ReportedDifference(Kind):
    """The origin's first count less its second, as shares; over the same samples as `glassbox compare 13/18 15/18`.

    The interval is that of an unpaired difference, as counts do not say which samples were right. Where the verdict
    of the paired test depends on that, the interval is drawn out to zero.
    """

    roles: ClassVar[tuple[str, ...]] = ()
    basis: ClassVar[str] = AS_REPORTED
    kind: Literal["reported_difference"] = "reported_difference"

    def measure(self, runs: Roles, counts: Sequence[Count]) -> Measured:
        """From the counts alone."""
        a, b = _counts(counts, 2)
        point = a.right / a.n - b.right / b.n
        if a.n != b.n:
            interval = newcombe(a.right, a.n, b.right, b.n)
            needed = (
                f"; {unpaired_needed(a.right / a.n, b.right / b.n):,} samples a side would show it" if point else ""
            )
            verdict = "evidence of a difference" if 0.0 not in interval else "no evidence of a difference"
            return Measured(Estimate.within(interval, point, min(a.n, b.n)), f"{verdict}, unpaired{needed}")
        found = rejudge(a.right, b.right, a.n)
        low, high = found.interval.low, found.interval.high
        if not found.evidence:
            low, high = min(low, 0.0), max(high, 0.0)
        opening = found.sentence("A", "B").partition(" between ")[0]
        needed = ""
        if found.needed is not None and not found.evidence:
            needed = (
                f"; a true difference of this size would need {found.needed:,} samples a side, or "
                f"{found.needed_paired:,} to {found.needed_unrelated:,} pairs"
            )
        note = f"{opening}, paired p from {found.least_p:.2g} to {found.most_p:.2g} by the pairing{needed}"
        return Measured(Estimate(point, low, high, a.n), note)


class Detectable(Kind):
    """The smallest difference that `n` pairs show with 80 % power, at best: where no sample is lost by the better one.

    Attributes:
      n: Pairs.
    """

    roles: ClassVar[tuple[str, ...]] = ()
    basis: ClassVar[str] = BY_ARITHMETIC
    kind: Literal["detectable"] = "detectable"
    n: int = Field(ge=1)

    def measure(self, runs: Roles, counts: Sequence[Count]) -> Measured:
        """By the power of McNemar's test."""
        found = paired_detectable(self.n, 0.0)
        if found is None:
            return Measured(Estimate.exactly(1.0, self.n), f"with {self.n} pairs no outcome is evidence")
        note = f"exact McNemar test, 80 % power: {ceil(found * self.n - 1e-9)} of {self.n} at least"
        return Measured(Estimate.exactly(found, self.n), note)


class Provable(Kind):
    """The highest share that `n` samples can prove: the lower end of the interval when every one is right.

    Attributes:
      n: Samples.
    """

    roles: ClassVar[tuple[str, ...]] = ()
    basis: ClassVar[str] = BY_ARITHMETIC
    kind: Literal["provable"] = "provable"
    n: int = Field(ge=1)

    def measure(self, runs: Roles, counts: Sequence[Count]) -> Measured:
        """By Wilson's interval."""
        lowest = Estimate.of_count(self.n, self.n).low
        return Measured(Estimate.exactly(lowest, self.n), f"lower end of the interval of {self.n}/{self.n}")


def _counts(counts: Sequence[Count], wanted: int) -> Sequence[Count]:
    if len(counts) < wanted:
        raise CannotMeasure(f"the origin reported {len(counts)} counts, and {wanted} are needed")
    return counts[:wanted]
