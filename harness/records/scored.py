"""The samples of one log with their score, cost and what they share: read here once for all that compares runs.

samples = scored_samples(record, headline)
key, groups = clusters_of([sample.metadata for sample in samples.values()], None)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from inspect_ai.scorer import value_to_float

from glassbox.harness.records.data_hash import data_hash, input_text, target_text
from glassbox.harness.records.frames import RunRecord, logged_samples
from glassbox.harness.records.logged import whole_samples
from glassbox.harness.stats.resample import Floats

if TYPE_CHECKING:
    from inspect_ai.log import EvalSample, EvalSampleSummary

CLUSTER_KEYS = ("passage", "passage_id", "template", "task", "task_id")
"""Metadata under which samples are known to share something, the widest first."""
NO_CLUSTERS = "none"
_SUMMARISED = 5120
"""Characters that the summaries of a zipped log hold of a text; a JSON log holds all."""
_WORDS = frozenset({"c", "i", "p", "n", "yes", "no", "true", "false"})


class NotComparable(ValueError):
    """Two logs between which a paired comparison has no meaning; the message names both, the reason and the way out."""


@dataclass(frozen=True)
class ScoredSample:
    """All epochs of one sample.

    Attributes:
      input: What was asked, as text.
      target: What was expected, as text.
      choices: What there was to choose from, if it was a choice.
      metadata: The sample's own.
      values: The score of each epoch that could be scored; empty where none could.
      epochs: How many there were.
      measured: Costs by name (`alone_ms`, `tokens`...), the mean over epochs.
    """

    input: str
    target: str
    choices: tuple[str, ...]
    metadata: Mapping[str, object]
    values: tuple[float, ...]
    epochs: int
    measured: Mapping[str, float]

    @property
    def scored(self) -> bool:
        """Whether any epoch could be scored."""
        return bool(self.values)

    @property
    def partly(self) -> bool:
        """Whether some epochs could be scored and others not."""
        return 0 < len(self.values) < self.epochs

    @property
    def value(self) -> float:
        """The mean over its epochs; NaN where none could be scored."""
        return _mean(self.values)


def scored_samples(record: RunRecord, score: str) -> dict[str, ScoredSample]:
    """The run's samples by id, in the order of its data set, epochs gathered.

    Raises:
      NotComparable: The score is no number, an epoch of a sample is there twice, or its epochs asked different things.
    """
    gathered: dict[str, list[EvalSample | EvalSampleSummary]] = {}
    for sample in _with_texts(record):
        gathered.setdefault(str(sample.id), []).append(sample)
    order = [str(key) for key in record.sample_ids if str(key) in gathered]
    return {key: _gathered(record, gathered[key], score) for key in dict.fromkeys([*order, *sorted(gathered)])}


def _with_texts(record: RunRecord) -> Sequence[EvalSample | EvalSampleSummary]:
    """The samples, whole where a summary has cut what was asked or expected."""
    found = logged_samples(record)
    texts = (text for one in found for text in (input_text(one.input), target_text(one.target)))
    cut = record.path.suffix == ".eval" and any(len(text) > _SUMMARISED for text in texts)
    return whole_samples(record.path) if cut else found


def _gathered(record: RunRecord, epochs: Sequence[EvalSample | EvalSampleSummary], score: str) -> ScoredSample:
    first = epochs[0]
    if len({one.epoch for one in epochs}) < len(epochs):
        raise NotComparable(f"sample {first.id} is in {record.path.name} twice in one epoch; run it again")
    asked = {(input_text(one.input), target_text(one.target), tuple(one.choices or ())) for one in epochs}
    if len(asked) > 1:
        raise NotComparable(f"sample {first.id} of {record.path.name} asked other things in other epochs; run it again")
    [(shown, target, choices)] = asked
    values = [value for epoch in epochs if (value := _value(epoch, score)) is not None]
    costs = [_costs(epoch) for epoch in epochs]
    names = {name: None for cost in costs for name in cost}
    measured = {name: _mean([cost[name] for cost in costs if name in cost]) for name in names}
    return ScoredSample(shown, target, choices, first.metadata, tuple(values), len(epochs), measured)


def _value(sample: EvalSample | EvalSampleSummary, score: str) -> float | None:
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


def _costs(sample: EvalSample | EvalSampleSummary) -> dict[str, float]:
    """What one epoch cost, under the names of `glassbox.scorers.cost`, or as inspect itself measured it."""
    found: dict[str, float] = {}
    for one in (sample.scores or {}).values():
        if isinstance(one.value, Mapping):
            numbers = {name: part for name, part in one.value.items() if isinstance(part, int | float)}
            found |= {name: float(numbers[name]) for name in ("alone_ms", "amortised_ms") if name in numbers}
            if "prompt_tokens" in numbers and "generated_tokens" in numbers:
                found["generated_tokens"] = float(numbers["generated_tokens"])
                found["tokens"] = float(numbers["prompt_tokens"] + numbers["generated_tokens"])
    if "tokens" not in found and sample.model_usage:
        found["generated_tokens"] = float(sum(usage.output_tokens for usage in sample.model_usage.values()))
        found["tokens"] = float(sum(usage.total_tokens for usage in sample.model_usage.values()))
    if sample.working_time is not None:
        found["working_ms"] = 1000 * float(sample.working_time)
    return {name: value for name, value in found.items() if value == value}


def measured_costs(samples: Sequence[ScoredSample]) -> dict[str, Floats]:
    """Costs by name, one value a sample in their order, NaN where not measured."""
    names = {name: None for sample in samples for name in sample.measured}
    nan = float("nan")
    return {name: np.asarray([sample.measured.get(name, nan) for sample in samples]) for name in names}


def clusters_of(metadata: Sequence[Mapping[str, object]], asked: str | None) -> tuple[str, tuple[str, ...] | None]:
    """The key that groups samples, and each sample's group; an empty key and None where they are independent.

    Args:
      metadata: Of each sample.
      asked: A key, `none` for no clusters, or None for the first of `CLUSTER_KEYS` that groups them.

    Raises:
      NotComparable: The key is not on every sample, or the same on all.
    """
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


def data_digest(samples: Mapping[str, ScoredSample]) -> str:
    """The content address of these samples, equal to the header's `data_hash`."""
    return data_hash((key, sample.input, sample.target) for key, sample in samples.items())


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else float("nan")


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
