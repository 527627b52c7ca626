"""Statistics of two runs on the same samples: a difference, a ratio of costs, a line of the seed's success table.

Difference(score="semantic").measure({"a": [head], "b": [pipeline]}, ())
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Literal

from glassbox.harness.records.frames import RunRecord
from glassbox.harness.records.pairing import NotComparable, pair
from glassbox.harness.stats.estimate import Estimate
from glassbox.leaderboards import success
from glassbox.leaderboards.claims.kind import Count, Kind, Roles, only
from glassbox.leaderboards.claims.measured import CannotMeasure, Measured
from glassbox.leaderboards.claims.verdict import Standing
from glassbox.leaderboards.compare.report import Report, report

NOT_WORSE = "not worse"
KEPT = 64
"""Comparisons kept; each is a few figures."""


class Difference(Kind):
    """Score of `a` less that of `b`, as `glassbox compare` gives it: paired, robust to clusters.

    Attributes:
      score: What is compared; the task's headline by default.
    """

    roles: ClassVar[tuple[str, ...]] = ("a", "b")
    kind: Literal["difference"] = "difference"
    score: str | None = None

    def measure(self, runs: Roles, counts: Sequence[Count]) -> Measured:
        """An interval that leaves out zero while the test sees no evidence is drawn out to zero."""
        found = _report(runs, self.score)
        test = found.test
        low, high = (test.low, test.high) if test.evidence else (min(test.low, 0.0), max(test.high, 0.0))
        clusters = f", {test.clusters} clusters" if test.clusters is not None else ""
        needed = f"; n = {test.needed:,} would show this difference" if test.needed and not test.evidence else ""
        return Measured(Estimate(test.difference, low, high, found.n), f"p = {test.p:.2g}{clusters}{needed}")


class CostRatio(Kind):
    """A cost of `a` over that of `b`, measured on the same samples.

    Attributes:
      cost: `alone_ms` (medians), `amortised_ms`, `working_ms` or `tokens` (means).
    """

    roles: ClassVar[tuple[str, ...]] = ("a", "b")
    kind: Literal["cost_ratio"] = "cost_ratio"
    cost: Literal["alone_ms", "amortised_ms", "working_ms", "tokens"]

    def measure(self, runs: Roles, counts: Sequence[Count]) -> Measured:
        """As `glassbox compare` shows it."""
        names = {
            "alone_ms": "latency alone, median",
            "amortised_ms": "time in a batch, mean",
            "working_ms": "working time, mean",
            "tokens": "tokens, mean",
        }
        for ratio in _report(runs, None).ratios:
            if (
                ratio.name == names[self.cost]
                and ratio.ratio is not None
                and ratio.low is not None
                and ratio.high is not None
            ):
                return Measured(Estimate(ratio.ratio, ratio.low, ratio.high, ratio.n, "number"), names[self.cost])
        raise CannotMeasure(f"{names[self.cost]} was not measured on both runs")


class Criterion(Kind):
    """A line of the seed's success table for `a` (the head) beside `b` (the pipeline), judged where that table is.

    Attributes:
      name: The line's name, or `not worse` for the paired comparison below it.
    """

    roles: ClassVar[tuple[str, ...]] = ("a", "b")
    kind: Literal["criterion"] = "criterion"
    name: str

    def measure(self, runs: Roles, counts: Sequence[Count]) -> Measured:
        """The table's own figures and verdict."""
        try:
            table = _success(_logged(only(runs, "a")), _logged(only(runs, "b")))
        except success.CannotPair as fault:
            raise CannotMeasure(str(fault)) from fault
        if self.name == NOT_WORSE:
            test = table.paired.comparison.test
            note = f"p = {test.p:.2g}, {test.method}"
            found = Estimate(test.difference, test.low, test.high, table.n)
            return Measured(found, note, Standing.of(table.paired.verdict))
        for line in table.criteria:
            if line.name == self.name:
                verdict = Standing.of(line.verdict)
                return Measured(line.measured, line.note, verdict, table.n)
        raise CannotMeasure(f"the success table has no line {self.name!r}")


@dataclass(frozen=True, slots=True)
class _Logged:
    """A run known by its file, so that what several claims ask of the same two is worked out once."""

    path: Path
    changed: int
    record: RunRecord = field(compare=False)


def _logged(record: RunRecord) -> _Logged:
    return _Logged(record.path, record.path.stat().st_mtime_ns if record.path.exists() else 0, record)


@lru_cache(maxsize=KEPT)
def _success(head: _Logged, pipeline: _Logged) -> success.Success:
    return success.success(head.record, pipeline.record)


@lru_cache(maxsize=KEPT)
def _compared(a: _Logged, b: _Logged, score: str | None) -> Report:
    return report(pair(a.record, b.record, score))


def _report(runs: Roles, score: str | None) -> Report:
    try:
        return _compared(_logged(only(runs, "a")), _logged(only(runs, "b")), score)
    except NotComparable as fault:
        raise CannotMeasure(str(fault)) from fault
