"""What a soft-prompt run's header keeps beside proportions: means with intervals, the seed's levels, counts by kind.

Levels are the seed's: 1 minimum, 2 good, 3 excellent, 0 below. `level` is that of the estimate, `level_sure` that of
the unfavourable end of its 95 % interval.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from math import atanh, sqrt, tanh
from statistics import fmean

from inspect_ai.scorer import Metric, SampleScore, Value, metric

from glassbox.harness.dcm.criteria import GRADES, Grade, balance_grade, convergence_grade, ratio_grade
from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.stats.intervals import bootstrap_mean, wilson
from glassbox.scorers.metrics import NAN, parts

_DRAWS = 2000
_Z95 = 1.959964


@metric
def mean_interval() -> Metric:
    """Mean over the samples with its bootstrap interval; one sample has a mean and no interval."""

    def compute(scores: list[SampleScore]) -> Value:
        return _mean(_values(scores))

    return compute


@metric
def convergence_level() -> Metric:
    """The seed's level of a rate of convergence."""

    def compute(scores: list[SampleScore]) -> Value:
        values = _values(scores)
        if not values:
            return {"level": NAN, "level_sure": NAN}
        low = wilson(sum(values), len(values)).low
        return {"level": _level(convergence_grade, fmean(values)), "level_sure": _level(convergence_grade, low)}

    return compute


@metric
def ratio_level() -> Metric:
    """The seed's level of a mean loss ratio."""

    def compute(scores: list[SampleScore]) -> Value:
        return _mean_level(ratio_grade, scores)

    return compute


@metric
def balance_level() -> Metric:
    """The seed's level of the balance of both targets."""

    def compute(scores: list[SampleScore]) -> Value:
        return _mean_level(balance_grade, scores)

    return compute


@metric
def per_minute() -> Metric:
    """Samples a minute where each score is the seconds of a sample's share of the run."""

    def compute(scores: list[SampleScore]) -> Value:
        seconds = sum(_values(scores))
        return {"per_minute": 60 * len(scores) / seconds if seconds > 0 else NAN}

    return compute


@metric(scores="unreduced")
def counts_of(key: str) -> Metric:
    """How many samples, over all epochs, have each value of a field of the score's metadata; `key:value` each.

    Args:
      key: The field; samples without it are not counted.
    """

    def compute(scores: list[SampleScore]) -> Value:
        found = [value for item in scores if (value := (item.score.metadata or {}).get(key)) is not None]
        return {f"{key}:{value}": count for value, count in sorted(Counter(map(str, found)).items())}

    return compute


@metric
def correlation(first: str, second: str) -> Metric:
    """Spearman's rank correlation of two fields of the metadata, with Fisher's interval.

    Fewer than four samples, or a field that never varies, have none.

    Args:
      first: A field with a number.
      second: The other.
    """

    def compute(scores: list[SampleScore]) -> Value:
        kept = [item.score.metadata or {} for item in scores]
        both = [
            (float(one[first]), float(one[second])) for one in kept if None not in (one.get(first), one.get(second))
        ]
        if len(both) < 4 or any(len(set(column)) < 2 for column in zip(*both, strict=True)):
            return {"spearman": NAN, "low": NAN, "high": NAN, "n": len(both)}
        from scipy.stats import spearmanr  # takes a second to import

        found = float(spearmanr([a for a, _ in both], [b for _, b in both]).statistic)
        if abs(found) >= 1:
            return {"spearman": found, "low": found, "high": found, "n": len(both)}
        half = _Z95 / sqrt(len(both) - 3)
        return {"spearman": found, "low": tanh(atanh(found) - half), "high": tanh(atanh(found) + half), "n": len(both)}

    return compute


@metric(scores="unreduced")
def by_control() -> Metric:
    """What the controls in the metadata's `controls` gave, by name: a share with its interval, or a mean."""

    def compute(scores: list[SampleScore]) -> Value:
        flags: defaultdict[str, list[bool]] = defaultdict(list)
        figures: defaultdict[str, list[float]] = defaultdict(list)
        for item in scores:
            for name, value in ((item.score.metadata or {}).get("controls") or {}).items():
                if isinstance(value, bool):
                    flags[name].append(value)
                else:
                    figures[name].append(float(value))
        found: dict[str, float] = {}
        for name, hits in sorted(flags.items()):
            found |= parts(name, Estimate.of_count(sum(hits), len(hits)))
        for name, values in sorted(figures.items()):
            found |= {f"{name}:mean": fmean(values), f"{name}:n": len(values)}
        return dict(found)

    return compute


def _mean(values: list[float]) -> dict[str, float]:
    if len(values) < 2:
        return {"mean": values[0] if values else NAN, "low": NAN, "high": NAN, "n": len(values)}
    interval = bootstrap_mean(values, draws=_DRAWS)
    return {"mean": fmean(values), "low": interval.low, "high": interval.high, "n": len(values)}


def _mean_level(grade: Callable[[float], Grade], scores: list[SampleScore]) -> Value:
    values = _values(scores)
    if not values:
        return {"level": NAN, "level_sure": NAN}
    found = _mean(values)
    return {"level": _level(grade, found["mean"]), "level_sure": _level(grade, found["high"])}


def _level(grade: Callable[[float], Grade], value: float) -> int:
    """0 to 3; what has no interval (NaN) is not sure of any."""
    return 0 if value != value else GRADES.index(grade(value))


def _values(scores: list[SampleScore]) -> list[float]:
    return [item.score.as_float() for item in scores]
