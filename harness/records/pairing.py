"""Two logs, sample by sample: the same samples in the same order, or a refusal that says why not.

    pairs = pair(record_a, record_b)
    pairs.values_a - pairs.values_b

A comparison of logs over other data, other task versions or other samples has an answer to no question; it is refused
here, once, for every command that compares.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from inspect_ai.log import read_eval_log_sample_summaries
from inspect_ai.scorer import value_to_float

from harness.records.frames import RunRecord
from harness.stats.resample import Floats

if TYPE_CHECKING:
    from inspect_ai.log import EvalSampleSummary

HEADLINES = ("semantic", "passed")
CLUSTER_KEYS = ("passage", "passage_id", "template", "task", "task_id")
"""Metadata under which samples are known to share something, the widest first."""
NO_CLUSTERS = "none"
_WORDS = frozenset({"c", "i", "p", "n", "yes", "no", "true", "false"})
_SHOWN = 3


class NotComparable(ValueError):
    """Two logs between which a paired comparison has no meaning; the message names both, the reason and the way out."""


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


@dataclass(frozen=True)
class _Sample:
    """All epochs of one sample."""

    input: str
    target: str
    metadata: Mapping[str, object]
    values: tuple[float, ...]
    measured: Mapping[str, float]


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
    left, right = _samples(a, name), _samples(b, name)
    _refuse_other_samples(a, b, left, right)
    kept = [key for key in left if _scored(left[key])]
    _refuse_half_scored(a, b, left, right, name)
    if len(kept) < 2:
        raise NotComparable(f"{_both(a, b)} share {len(kept)} scored samples; a comparison needs at least 2")
    key, clusters = _clusters([left[sample].metadata for sample in kept], cluster)
    measured_a, measured_b = (_measured([side[sample] for sample in kept]) for side in (left, right))
    return PairedRuns(
        a=a,
        b=b,
        score=name,
        ids=tuple(kept),
        values_a=np.asarray([_mean(left[sample].values) for sample in kept]),
        values_b=np.asarray([_mean(right[sample].values) for sample in kept]),
        epochs=(_epochs(left), _epochs(right)),
        unscored=len(left) - len(kept),
        cluster=key,
        clusters=clusters,
        data=_digest(left),
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
    a: RunRecord, b: RunRecord, left: Mapping[str, _Sample], right: Mapping[str, _Sample]
) -> None:
    for record, samples in ((a, left), (b, right)):
        if not samples:
            raise NotComparable(f"{record.path.name} holds no samples; run it again without --no-log-samples")
    only_a, only_b = [key for key in left if key not in right], [key for key in right if key not in left]
    if only_a or only_b:
        raise NotComparable(
            f"{_both(a, b)} were not run on the same samples: {_named(only_a)} only in the first, {_named(only_b)} "
            f"only in the second, {len(left) - len(only_a)} in both; run both on the same ones"
        )
    for part in ("target", "input"):
        other = [key for key in left if getattr(left[key], part) != getattr(right[key], part)]
        if other:
            raise NotComparable(
                f"{_both(a, b)} have different data: {_named(other)} with another {part}; run both on the same data"
            )


def _refuse_half_scored(
    a: RunRecord, b: RunRecord, left: Mapping[str, _Sample], right: Mapping[str, _Sample], score: str
) -> None:
    for record, mine, theirs in ((a, left, right), (b, right, left)):
        missing = [key for key in mine if _scored(theirs[key]) and not _scored(mine[key])]
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
    return asked or next((name for name in HEADLINES if name in common), common[0])


def _samples(record: RunRecord, score: str) -> dict[str, _Sample]:
    """The run's samples by id, in the order of its data set, epochs gathered."""
    gathered: dict[str, list[EvalSampleSummary]] = {}
    for summary in read_eval_log_sample_summaries(str(record.path)):
        gathered.setdefault(str(summary.id), []).append(summary)
    order = [str(key) for key in record.sample_ids if str(key) in gathered]
    return {key: _gathered(gathered[key], score) for key in dict.fromkeys([*order, *sorted(gathered)])}


def _gathered(epochs: Sequence[EvalSampleSummary], score: str) -> _Sample:
    values = [value for epoch in epochs if (value := _value(epoch, score)) is not None]
    costs = [_costs(epoch) for epoch in epochs]
    names = {name: None for cost in costs for name in cost}
    measured = {name: _mean([cost[name] for cost in costs if name in cost]) for name in names}
    first = epochs[0]
    return _Sample(_text(first.input), _text(first.target), first.metadata, tuple(values), measured)


def _value(sample: EvalSampleSummary, score: str) -> float | None:
    found: object = None
    for name, one in (sample.scores or {}).items():
        if name.rsplit("/", 1)[-1] == score:
            found = one.value
        elif isinstance(one.value, Mapping) and score in one.value:
            found = one.value[score]
    if found is None or (isinstance(found, float) and found != found):
        return None
    if isinstance(found, bool | int | float):
        return float(found)
    if isinstance(found, str) and found.lower() in _WORDS:
        return value_to_float()(found)
    raise NotComparable(f"the score {score} of sample {sample.id} is {found!r}, no number; choose another with --score")


def _costs(sample: EvalSampleSummary) -> dict[str, float]:
    """What one epoch cost, under the names of `scorers.cost`, or as inspect itself measured it."""
    found: dict[str, float] = {}
    for one in (sample.scores or {}).values():
        if isinstance(one.value, Mapping):
            numbers = {name: part for name, part in one.value.items() if isinstance(part, int | float)}
            found |= {name: float(numbers[name]) for name in ("alone_ms", "amortised_ms") if name in numbers}
            if "prompt_tokens" in numbers and "generated_tokens" in numbers:
                found["tokens"] = float(numbers["prompt_tokens"] + numbers["generated_tokens"])
    if "tokens" not in found and sample.model_usage:
        found["tokens"] = float(sum(usage.total_tokens for usage in sample.model_usage.values()))
    if sample.working_time is not None:
        found["working_ms"] = 1000 * float(sample.working_time)
    return {name: value for name, value in found.items() if value == value}


def _measured(samples: Sequence[_Sample]) -> dict[str, Floats]:
    names = {name: None for sample in samples for name in sample.measured}
    nan = float("nan")
    return {name: np.asarray([sample.measured.get(name, nan) for sample in samples]) for name in names}


def _clusters(metadata: Sequence[Mapping[str, object]], asked: str | None) -> tuple[str, tuple[str, ...] | None]:
    """The key that groups samples, and each sample's group."""
    if asked == NO_CLUSTERS:
        return "", None
    for key in (asked,) if asked is not None else CLUSTER_KEYS:
        if not all(one.get(key) not in (None, "") for one in metadata):
            continue
        groups = tuple(_text(one[key]) for one in metadata)
        if 1 < len(set(groups)) < len(groups):
            return key, groups
        if asked is not None and len(set(groups)) == 1:
            raise NotComparable(f"all {len(groups)} samples have the same {asked}; no interval can be robust to that")
        if asked is not None:
            return "", None  # each sample is a cluster of its own
    if asked is not None:
        known = sorted(set.intersection(*(set(one) for one in metadata)))
        raise NotComparable(f"not every sample has {asked} in its metadata; all have {', '.join(known) or 'nothing'}")
    return "", None


def _digest(samples: Mapping[str, _Sample]) -> str:
    content = [[key, samples[key].input, samples[key].target] for key in sorted(samples)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)


def _scored(sample: _Sample) -> bool:
    return bool(sample.values)


def _epochs(samples: Mapping[str, _Sample]) -> int:
    return max(len(sample.values) for sample in samples.values())


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else float("nan")


def _named(keys: Sequence[str]) -> str:
    """`2 samples (a, b)`, a few of them by name."""
    if not keys:
        return "0 samples"
    more = ", ..." if len(keys) > _SHOWN else ""
    return f"{len(keys)} sample{'s' if len(keys) > 1 else ''} ({', '.join(keys[:_SHOWN])}{more})"


def _both(a: RunRecord, b: RunRecord) -> str:
    return f"{a.path.name} and {b.path.name}"
