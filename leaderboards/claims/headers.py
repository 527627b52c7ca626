"""Statistics of one score: with its interval, as a count of a whole suite, the best and the worst of several runs.

Metric(score="semantic").measure({"run": [record]}, ())
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from glassbox.harness.records.frames import RunRecord
from glassbox.harness.stats.estimate import Estimate
from glassbox.leaderboards.claims.kind import Count, Kind, Roles, only
from glassbox.leaderboards.claims.measured import CannotMeasure, Measured
from glassbox.leaderboards.populations import beyond_of
from glassbox.leaderboards.runs import estimate, label, part_estimate


class Metric(Kind):
    """One metric of one run with its interval.

    Attributes:
      score: The score's name.
      name: The metric's: `accuracy`, `rate`, `mean`, `spearman`, or the name of a group or control.
    """

    is_share: ClassVar[bool] = True
    kind: Literal["metric"] = "metric"
    score: str
    name: str = "accuracy"

    def measure(self, runs: Roles, counts: Sequence[Count]) -> Measured:
        """By the samples; of new templates or passages, where the samples share such."""
        record = only(runs, "run")
        found, new = header(record, self.score, self.name), beyond_of(record, self.score, self.name)
        return Measured(found) if new is None else Measured(new.share, new.words, clusters=new.clusters)


class Census(Kind):
    """How many samples score 1, where the samples are all there are, so that the count has no error.

    Attributes:
      score: A score of 0 or 1.
    """

    kind: Literal["census"] = "census"
    score: str

    def measure(self, runs: Roles, counts: Sequence[Count]) -> Measured:
        """Of a whole suite."""
        record = only(runs, "run")
        found = header(record, self.score)
        if found.n != record.total:
            raise CannotMeasure(f"{found.n} of {record.total} samples are scored; a count needs all of them")
        return Measured(
            Estimate.exactly(found.value * found.n, found.n), f"all {found.n} of the suite, no sample of it"
        )


class Extreme(Kind):
    """The best or worst of several runs, with an interval that pays for having chosen it.

    Each run has its interval at 1 - 0.05 / m, so that all m hold together (Bonferroni); the best share then lies
    between the highest lower and the highest upper end, the worst between the lowest ones.

    Attributes:
      of: Which of them.
      score: A score of 0 or 1.
    """

    kind: Literal["extreme"] = "extreme"
    of: Literal["best", "worst"]
    score: str

    def measure(self, runs: Roles, counts: Sequence[Count]) -> Measured:
        """Over the argument that the claim ranges over."""
        records = runs["run"]
        pick = max if self.of == "best" else min
        found, level = [header(record, self.score) for record in records], 1 - 0.05 / len(records)
        new = [beyond_of(record, self.score, confidence=level) for record in records]
        wide = [
            other.share if other else Estimate.of_share(one.value, one.n, level)
            for one, other in zip(found, new, strict=True)
        ]
        chosen = pick(range(len(found)), key=lambda index: found[index].value)
        bounds = pick(one.low for one in wide), pick(one.high for one in wide)
        named, other = f"{self.of} of {len(found)} runs: {label(records[chosen])}", new[chosen]
        return Measured(
            Estimate(found[chosen].value, *bounds, found[chosen].n),
            f"{named}; {other.clusters:,} {other.kinds}" if other else named,
            clusters=other.clusters if other else None,
        )


def header(record: RunRecord, score: str, name: str = "accuracy") -> Estimate:
    """A figure of a run with its interval, in whichever of the ways the metrics of a score give it.

    Raises:
      CannotMeasure: It is not there, or has no interval.
    """
    found = estimate(record, score, name) or part_estimate(record, score, name)
    if found is not None:
        return found
    value = record.metric(score, name)
    if value is None:
        raise CannotMeasure(f"the run has no {name} of {score}")
    raise CannotMeasure(f"{name} of {score} is {value:.4g} without an interval: too few samples were scored")
