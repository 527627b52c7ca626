"""Of which problems a share speaks: of *these*, or of problems from *new templates*.

    found = beyond(samples)         # None where samples share nothing
    found.share, found.these        # the same point with either interval
    found.words                     # 24 templates; these problems 72.8 [70.0, 75.5]

A thousand questions made from 24 templates are 24 templates: Wilson's interval says how sure the share is on them, and
nothing of the next template. Claims about what a method can do are about the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from glassbox.harness.records.frames import RunRecord
from glassbox.harness.records.scored import ScoredSample, clusters_of, scored_samples
from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.stats.shares import clustered_share

SHARES = ("accuracy", "rate")
"""Metrics that are the mean of right and wrong over the samples."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """A share for other clusters of the same kind.

    Attributes:
      kind: What samples share: `template`, `passage`...
      clusters: How many there are.
      share: With the interval for new ones.
      these: With Wilson's interval, for these.
    """

    kind: str
    clusters: int
    share: Estimate
    these: Estimate

    @property
    def kinds(self) -> str:
        """`templates`."""
        return f"{self.kind.removesuffix('_id')}s"

    @property
    def words(self) -> str:
        """`24 templates; these problems 72.8 [70.0, 75.5]`."""
        return f"{self.clusters:,} {self.kinds}; these problems {self.these.text}"


def beyond(samples: Iterable[ScoredSample], confidence: float = 0.95) -> Beyond | None:
    """The share of right answers for other clusters; None where samples share nothing, or scores are no shares."""
    scored = [sample for sample in samples if sample.scored]
    return beyond_values([sample.value for sample in scored], [sample.metadata for sample in scored], confidence)


def beyond_values(
    values: Sequence[float], metadata: Sequence[Mapping[str, object]], confidence: float = 0.95
) -> Beyond | None:
    """The same of one value a sample with the samples' metadata."""
    if not values or not all(0 <= value <= 1 for value in values):
        return None
    kind, groups = clusters_of(metadata, None)
    if groups is None:
        return None
    mean, n = sum(values) / len(values), len(values)
    share = Estimate.within(clustered_share(values, groups, confidence), mean, n)
    return Beyond(kind, len(set(groups)), share, Estimate.of_share(mean, n, confidence))


def beyond_of(record: RunRecord, score: str, metric: str = "accuracy", confidence: float = 0.95) -> Beyond | None:
    """The same of one score of a run; None also for a metric that is no share over its samples."""
    if metric not in SHARES or record.metric(score, metric) is None or not record.path.exists():
        return None
    return beyond(scored_samples(record, score).values(), confidence)
