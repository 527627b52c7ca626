"""What a run's header keeps of its scores: proportions with their interval, failures by kind, latencies, means.

Each metric answers with a dictionary, so that the log header holds `accuracy`, `low`, `high` and `n` side by side and
a leaderboard never has to recompute anything. Unscored samples never reach a metric (inspect leaves NaN out).
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from inspect_ai.scorer import Metric, SampleScore, Value, metric

from glassbox.harness.stats.estimate import Estimate

NAN = float("nan")


@metric
def proportion(of: str = "accuracy", confidence: float = 0.95) -> Metric:
    """Proportion of ones with its Wilson interval.

    Args:
      of: What the proportion is called in the header; `accuracy`, or `rate` where a one is no merit.
      confidence: Of the interval; 0.95 is what the leaderboard expects.
    """

    def compute(scores: list[SampleScore]) -> Value:
        values = _values(scores)
        if not values:
            return {of: NAN, "low": NAN, "high": NAN, "n": 0}
        found = Estimate.of_count(sum(values), len(values), confidence)
        return {of: found.value, "low": found.low, "high": found.high, "n": found.n}

    return compute


@metric(scores="unreduced")
def failures_by_kind() -> Metric:
    """Attempts without a value, counted as `parse:no_expression`, `runtime:overflow` and so on.

    Every epoch counts: a reduced score keeps the metadata of its first epoch only.
    """

    def compute(scores: list[SampleScore]) -> Value:
        kinds = Counter(kind for item in scores if (kind := (item.score.metadata or {}).get("failure")))
        return {"failures": kinds.total(), **dict(sorted(kinds.items()))}

    return compute


@metric
def latency() -> Metric:
    """Median and 95th percentile in milliseconds over the samples on which it was measured, and their number."""

    def compute(scores: list[SampleScore]) -> Value:
        values = _values(scores)
        if not values:
            return {"p50": NAN, "p95": NAN, "n": 0}
        p50, p95 = np.quantile(values, (0.5, 0.95))
        return {"p50": float(p50), "p95": float(p95), "n": len(values)}

    return compute


@metric
def average() -> Metric:
    """Mean over the samples, and their number."""

    def compute(scores: list[SampleScore]) -> Value:
        values = _values(scores)
        return {"mean": sum(values) / len(values) if values else NAN, "n": len(values)}

    return compute


def parts(name: str, found: Estimate) -> dict[str, float]:
    """One of several shares in a score's header: `name`, `name:low`, `name:high`, `name:n`."""
    return {name: found.value, f"{name}:low": found.low, f"{name}:high": found.high, f"{name}:n": found.n}


def _values(scores: list[SampleScore]) -> list[float]:
    return [item.score.as_float() for item in scores]
