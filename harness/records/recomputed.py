"""Metrics computed anew from the scores of samples, by inspect's own reducers and the metrics that a header names.

    recomputed(header, samples)["semantic"]["accuracy"]

Nothing is scored again: the scores of the samples stand, and only what is made of them is made here. Of a metric that
is not installed nothing is known but its name: an `accuracy` is the mean of the scores, others are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING, Any

# Inspect offers no public call that makes results of sample summaries: tests/unit/test_private_parts.py names these.
from inspect_ai._eval.task.results import ScorerInfo, eval_results  # inspect-evals-lint: ignore[IECQ001] -- see above
from inspect_ai.scorer import Metric, SampleScore, accuracy
from inspect_ai.scorer._reducer.registry import create_reducers  # inspect-evals-lint: ignore[IECQ001] -- see above
from inspect_ai.util import registry_create

from glassbox.harness.plugins.entries import PACKAGE, load
from glassbox.harness.plugins.registered import GROUP
from glassbox.harness.records.sample_figures import Scores, metrics_in, short

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog, EvalSample, EvalSampleSummary


class OnlyScore(SampleScore):
    """A score of which inspect changes nothing but the value, so that a shallow copy is copy enough."""

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> OnlyScore:
        return self.model_copy(update={"score": self.score.model_copy()})


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What the samples give.

    Attributes:
      scores: Metrics by score and name, NaN where nothing was scored or the metrics refuse the scores, with `n` where
        the metrics do not say it.
      whole: Whether every metric of the header could be computed.
    """

    scores: Scores
    whole: bool


def recomputed(log: EvalLog, samples: Sequence[EvalSample | EvalSampleSummary]) -> Recomputed:
    """Metrics over the samples' scores.

    Args:
      log: The header, which names scorers, metrics and reducers.
      samples: All of them, every epoch.
    """
    known = {one.name: _metrics(one.metrics) for one in log.eval.scorers or ()}
    scorers = [ScorerInfo(one.name, known[one.name], dict(one.options or {})) for one in log.eval.scorers or ()]
    scores: list[dict[str, SampleScore]] = [
        {
            name: OnlyScore(score=score, sample_id=sample.id, sample_metadata=sample.metadata)
            for name, score in (sample.scores or {}).items()
            if name in known or name.rstrip("0123456789") in known
        }
        for sample in samples
    ]
    # Of one epoch the only score is the reduced one, and inspect's copies of it would cost most of the time.
    reducers: Any = create_reducers(log.eval.config.epochs_reducer) if max(one.epoch for one in samples) > 1 else []
    try:
        results, _ = eval_results(len(samples), [one for one in scores if one], reducers, scorers, None)
    except (ArithmeticError, LookupError, TypeError, ValueError):  # scores that their own metrics refuse
        return Recomputed({name: dict.fromkeys(found, nan) for name, found in metrics_in(log.results).items()}, True)
    found = metrics_in(results)
    for score in results.scores:
        found[short(score.name)].setdefault("n", float(score.scored_samples or 0))
    whole = all(_count(known[one.name]) == _count(one.metrics) for one in log.eval.scorers or ())
    return Recomputed(found, whole)


def _metrics(defined: Any) -> Any:
    """The metrics that a header defines, in its own nesting, without those that are not installed."""
    if isinstance(defined, Mapping):
        return {key: _created(metrics) for key, metrics in defined.items()}
    found: list[Any] = []
    for one in defined or ():
        found += [_metrics(one)] if isinstance(one, Mapping) else _created([one])
    return found


def _created(defined: Sequence[Any]) -> list[Metric]:
    made = (_create(one) for one in defined)
    return [metric for metric in made if metric is not None]


def _create(defined: Any) -> Metric | None:
    """By its name; by ours, where the log is of an editable install and this is none."""
    load(GROUP)
    for name in (defined.name, f"{PACKAGE}/{defined.name}"):
        try:
            return registry_create("metric", name, **(defined.options or {}))
        except (LookupError, TypeError, ValueError):
            continue
    return accuracy() if short(defined.name) == "accuracy" else None


def _count(metrics: Any) -> int:
    """How many metrics there are, nested ones too."""
    if isinstance(metrics, Mapping):
        return sum(map(_count, metrics.values()))
    return sum(_count(one) if isinstance(one, Mapping | list) else 1 for one in metrics or ())
