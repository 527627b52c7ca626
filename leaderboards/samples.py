"""A run's samples as a board needs them: scores to pair, what was asked, and when the run began and ended.

    found = read_samples(record, "semantic")      # None where the log holds none

Read once in a process for each log and score, and never kept on disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

import numpy as np

from glassbox.harness.records.frames import RunRecord, logged_samples
from glassbox.harness.records.scored import NotComparable, ScoredSample, data_digest, measured_costs, scored_samples
from glassbox.leaderboards.populations import Beyond, beyond

_KEPT = 32  # runs; a board larger than that reads some of them again


@dataclass(frozen=True, slots=True)
class RunSamples:
    """Samples of one run.

    Attributes:
      asked: All of them, by id, in the order of the data set.
      scored: Those that could be scored.
      data: Digest of the ids, inputs and targets of all: equal for runs that may be paired.
      costs: Mean of each cost over the samples on which it was measured (`amortised_ms`, `tokens`...).
      span_ms: From the first sample's start to the last one's end; None where the log has no times.
      done: Samples with or without the score, times their epochs.
      artefact: Content address of the fitted part, from the first sample; None where there is none.
      beyond: The score's share for new templates or passages; None where samples share nothing.
    """

    asked: Mapping[str, ScoredSample] = field(repr=False)
    scored: Mapping[str, ScoredSample] = field(repr=False)
    data: str
    costs: Mapping[str, float]
    span_ms: float | None
    done: int
    artefact: str | None
    beyond: Beyond | None

    @property
    def share_of_run_ms(self) -> float | None:
        """Wall time of the run over its samples and epochs: what one of them cost, however many ran at once."""
        return self.span_ms / self.done if self.span_ms is not None and self.done else None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A log in one state and a score; the record itself is only carried along."""

    path: str
    changed: int
    score: str
    record: RunRecord = field(compare=False, repr=False)


def read_samples(record: RunRecord, score: str) -> RunSamples | None:
    """The samples of a run that have `score`; None where the log is gone or holds none."""
    try:
        changed = record.path.stat().st_mtime_ns
    except OSError:
        return None
    return _read(_Asked(str(record.path), changed, score, record))


@lru_cache(maxsize=_KEPT)
def _read(asked: _Asked) -> RunSamples | None:
    try:
        samples = scored_samples(asked.record, asked.score)
        logged = logged_samples(asked.record)
    except (NotComparable, OSError):  # a score that is no number cannot be ranked
        return None
    scored = {key: sample for key, sample in samples.items() if sample.scored}
    if not scored:
        return None
    costs = measured_costs(list(scored.values()))
    return RunSamples(
        asked=samples,
        scored=scored,
        data=data_digest(samples),
        costs={name: float(np.nanmean(values)) for name, values in costs.items()},
        span_ms=_span([(sample.started_at, sample.completed_at) for sample in logged]),
        done=len(logged),
        artefact=asked.record.artefact,
        beyond=beyond(scored.values()),
    )


def _span(times: list[tuple[str | None, str | None]]) -> float | None:
    starts = [datetime.fromisoformat(start) for start, _ in times if start]
    ends = [datetime.fromisoformat(end) for _, end in times if end]
    if len(starts) < len(times) or len(ends) < len(times) or not times:
        return None
    return 1000 * (max(ends) - min(starts)).total_seconds()
