"""Two logs, sample by sample: the same samples in the same order, or a refusal that says why not.

    pairs = pair(record_a, record_b)
    pairs.values_a - pairs.values_b

A comparison of logs over other data, other task versions or other samples has an answer to no question; it is refused
here, once, for every command that compares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from glassbox.harness.plugins.families import headline_of
from glassbox.harness.records.frames import RunRecord
from glassbox.harness.records.scored import (
    NotComparable,
    ScoredSample,
    clusters_of,
    data_digest,
    measured_costs,
    scored_samples,
)
from glassbox.harness.stats.resample import Floats

__all__ = ["NotComparable", "PairedRuns", "pair"]

_SHOWN = 3


@dataclass(frozen=True)
class PairedRuns:
    """Two runs over the same samples.

    Attributes:
      score: The score that is compared.
      ids: Samples scored in both runs.
      values_a: Score of each sample in run A, the mean over its epochs.
      values_b: The same in run B.
      epochs: Epochs in either run.
      unscored: Samples that neither run could score, and that are left out.
      cluster: Metadata key by which samples are clustered; empty where they are independent.
      clusters: Its value for each sample; None where they are independent.
      data: Digest of ids, inputs and targets, equal by construction.
      measured_a: Costs by name (`alone_ms`, `tokens`...), one value a sample, NaN where not measured.
      measured_b: The same in run B.
    """

    a: RunRecord
    b: RunRecord
    score: str
    ids: tuple[str, ...] = field(repr=False)
    values_a: Floats = field(repr=False)
    values_b: Floats = field(repr=False)
    epochs: tuple[int, int]
    unscored: int
    cluster: str
    clusters: tuple[str, ...] | None = field(repr=False)
    data: str
    measured_a: Mapping[str, Floats] = field(repr=False)
    measured_b: Mapping[str, Floats] = field(repr=False)

    @property
    def binary(self) -> bool:
        """Whether each sample was right or wrong, and nothing between."""
        return bool(np.isin(self.values_a, (0, 1)).all() and np.isin(self.values_b, (0, 1)).all())


def pair(a: RunRecord, b: RunRecord, score: str | None = None, cluster: str | None = None) -> PairedRuns:
    """Match two runs by sample id.

    Args:
      a: One run.
      b: The other.
      score: What to compare; the headline of the task by default.
      cluster: Metadata key that samples share; by default the first of `CLUSTER_KEYS` that groups them, and `none`
        takes them for independent.

    Raises:
      NotComparable: Other task, version, data or samples, no common score, or fewer than two samples.
    """
    _refuse_other_task(a, b)
    name = _common_score(a, b, score)
    left, right = scored_samples(a, name), scored_samples(b, name)
    _refuse_other_samples(a, b, left, right)
    kept = [key for key in left if left[key].scored]
    _refuse_half_scored(a, b, left, right, name)
    if len(kept) < 2:
        raise NotComparable(f"{_both(a, b)} share {len(kept)} scored samples; a comparison needs at least 2")
    key, clusters = clusters_of([left[sample].metadata for sample in kept], cluster)
    measured_a, measured_b = (measured_costs([side[sample] for sample in kept]) for side in (left, right))
    return PairedRuns(
        a=a,
        b=b,
        score=name,
        ids=tuple(kept),
        values_a=np.asarray([left[sample].value for sample in kept]),
        values_b=np.asarray([right[sample].value for sample in kept]),
        epochs=(_epochs(left), _epochs(right)),
        unscored=len(left) - len(kept),
        cluster=key,
        clusters=clusters,
        data=data_digest(left),
        measured_a=measured_a,
        measured_b=measured_b,
    )


def _refuse_other_task(a: RunRecord, b: RunRecord) -> None:
    if a.task != b.task:
        raise NotComparable(f"{_both(a, b)} are of different tasks, {a.task} and {b.task}; compare runs of one task")
    if a.task_version != b.task_version:
        raise NotComparable(
            f"{_both(a, b)} are of different versions of {a.task}, {a.task_version} and {b.task_version}; "
            "run the older one again"
        )


def _refuse_other_samples(
    a: RunRecord, b: RunRecord, left: Mapping[str, ScoredSample], right: Mapping[str, ScoredSample]
) -> None:
    for record, samples in ((a, left), (b, right)):
        if not samples:
            raise NotComparable(f"{record.path.name} holds no samples; run it again without --no-log-samples")
    only_a, only_b = [key for key in left if key not in right], [key for key in right if key not in left]
    if only_a or only_b:
        raise NotComparable(
            f"{_both(a, b)} were not run on the same samples: {_named(only_a)} only in the first, {_named(only_b)} "
            f"only in the second, {len(left) - len(only_a)} in both; run both on the same ones{_hashes(a, b)}"
        )
    for part in ("target", "input", "choices"):
        other = [key for key in left if getattr(left[key], part) != getattr(right[key], part)]
        if other:
            raise NotComparable(
                f"{_both(a, b)} have different data: {_named(other)} with another {part}; run both on the same data"
                f"{_hashes(a, b)}"
            )
    if _hashes(a, b):  # of a larger data set, of which these samples are a part
        raise NotComparable(f"{_both(a, b)} have different data; run both on the same data{_hashes(a, b)}")


def _refuse_half_scored(
    a: RunRecord, b: RunRecord, left: Mapping[str, ScoredSample], right: Mapping[str, ScoredSample], score: str
) -> None:
    for record, mine, theirs in ((a, left, right), (b, right, left)):
        missing = [key for key in mine if theirs[key].scored and not mine[key].scored]
        if missing:
            raise NotComparable(
                f"{_named(missing)} without the score {score} in {record.path.name} but with it in the other; "
                "run again what was not scored"
            )


def _common_score(a: RunRecord, b: RunRecord, asked: str | None) -> str:
    has_a, has_b = ([*record.scores, *record.scorers] for record in (a, b))
    common = [name for name in dict.fromkeys(has_a) if name in has_b]
    if asked is not None and asked not in common:
        known = ", ".join(common) or "none"
        raise NotComparable(f"{_both(a, b)} do not both have the score {asked}; common to both: {known}")
    if not common:
        raise NotComparable(f"{_both(a, b)} have no score in common: {', '.join(has_a)} and {', '.join(has_b)}")
    return asked or headline_of(common)


def _epochs(samples: Mapping[str, ScoredSample]) -> int:
    return max(len(sample.values) for sample in samples.values())


def _named(keys: Sequence[str]) -> str:
    """`2 samples (a, b)`, a few of them by name."""
    if not keys:
        return "0 samples"
    more = ", ..." if len(keys) > _SHOWN else ""
    return f"{len(keys)} sample{'s' if len(keys) > 1 else ''} ({', '.join(keys[:_SHOWN])}{more})"


def _hashes(a: RunRecord, b: RunRecord) -> str:
    """The data hashes in words, where both runs have one and they differ; else nothing."""
    if not a.data_hash or not b.data_hash or a.data_hash == b.data_hash:
        return ""
    return f" (data hashes {a.data_hash} and {b.data_hash})"


def _both(a: RunRecord, b: RunRecord) -> str:
    return f"{a.path.name} and {b.path.name}"
