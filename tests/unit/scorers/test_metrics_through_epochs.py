"""Every metric of the headers, run by inspect itself over its real epoch reducer, with pytest-inspect-evals.

Reduced metrics must not care how often the same score came; metrics over all epochs count each of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import tiktoken
from inspect_ai.scorer import Score, Value
from pytest_inspect_evals.metrics import assert_agreeing_epochs_change_nothing, run_metrics
from tiktoken.registry import ENCODINGS

from glassbox.harness.stats.intervals import wilson
from glassbox.scorers.code_metrics import by, by_flag, case_counts, outcomes, pass_at_k
from glassbox.scorers.dcm_metrics import (
    balance_level,
    by_control,
    convergence_level,
    correlation,
    counts_of,
    mean_interval,
    per_minute,
    ratio_level,
)
from glassbox.scorers.dcm_signals import anti_correlated, few_converged
from glassbox.scorers.metrics import average, failures_by_kind, latency, proportion

MIXED: list[Value | Score] = [1, 0, 1, 1]
HALF_AND_NONE = [[1, 1, 0], [0, 0, 0]]


@pytest.fixture(autouse=True, scope="module")
def counted_offline() -> Iterator[None]:
    """The plug-in's silent model counts tokens with a vocabulary that it would download; bytes do as well."""
    vocabulary = {bytes([number]): number for number in range(256)}
    with pytest.MonkeyPatch.context() as patch:
        encoding = tiktoken.Encoding("o200k_base", pat_str=r"[\s\S]", mergeable_ranks=vocabulary, special_tokens={})
        patch.setitem(ENCODINGS, "o200k_base", encoding)
        yield


def scored(value: float, **metadata: object) -> Score:
    return Score(value=value, metadata=metadata)


def test_equal_epochs_change_no_share_mean_interval_latency_or_level() -> None:
    shares = [proportion(), average(), latency(), mean_interval(), per_minute()]
    levels = [convergence_level(), ratio_level(), balance_level(), few_converged(), anti_correlated()]
    assert_agreeing_epochs_change_nothing([*shares, *levels], MIXED)


def test_a_share_is_of_the_means_over_epochs_with_the_interval_of_its_samples() -> None:
    found = run_metrics([proportion()], HALF_AND_NONE)
    interval = wilson(2 / 3, 2)
    assert found == pytest.approx({"accuracy": 1 / 3, "low": interval.low, "high": interval.high, "n": 2})


def test_levels_are_those_of_the_mean_over_epochs() -> None:
    assert run_metrics([convergence_level()], [[1, 1]] * 10) == {"level": 3, "level_sure": 2}
    assert run_metrics([ratio_level()], HALF_AND_NONE)["level"] == 1
    assert run_metrics([balance_level()], HALF_AND_NONE)["level"] == 3


def test_signals_count_samples_and_not_epochs() -> None:
    few = run_metrics([few_converged()], [[0, 0]] * 25)
    assert few["n"] == 25
    assert few["signal"] != few["signal"], "50 scores are those of 25 pairs, too few to tell"
    assert run_metrics([few_converged()], [[0]] * 50)["signal"] == 1
    assert run_metrics([anti_correlated()], [[1, 1]] * 10)["signal"] == 1


def test_samples_a_minute_are_those_of_the_mean_seconds() -> None:
    assert run_metrics([per_minute()], [[2, 4], [3, 3]])["per_minute"] == 20


def test_failures_kinds_controls_and_cases_count_every_epoch() -> None:
    flat = scored(1, failure="parse:x", curve="flat", controls={"a": True, "b": 2.0}, cases=3, cases_passed=2)
    healthy = scored(0, curve="healthy", controls={"a": False, "b": 4.0}, cases=3, cases_passed=1)
    metrics = [failures_by_kind(), counts_of("curve"), by_control(), case_counts()]
    found = run_metrics(metrics, [[flat, flat, healthy], [scored(1)] * 3])
    assert found["failures"] == found["parse:x"] == found["curve:flat"] == 2
    assert found["curve:healthy"] == 1
    assert [found["a"], found["b:mean"]] == pytest.approx([2 / 3, 8 / 3])
    assert (found["a:n"], found["b:n"]) == (3, 3)
    assert (found["cases"], found["cases_right"]) == (9, 5)


def test_pass_at_k_is_estimated_over_epochs_and_outcomes_are_counted_over_them() -> None:
    found = run_metrics([pass_at_k()], HALF_AND_NONE)
    assert {k: found[f"pass@{k}"] for k in (1, 2, 3)} == pytest.approx({1: 1 / 3, 2: 1 / 2, 3: 1 / 2})
    assert run_metrics([outcomes()], [["pass", "wrong"], ["pass", "pass"]]) == {"pass": 3, "wrong": 1}


def test_groups_and_flags_read_the_mean_over_epochs() -> None:
    metadata = [{"category": "m", "tags": ["spec-conflict"]}, {"category": "s", "tags": []}]
    found = run_metrics([by("category"), by_flag()], HALF_AND_NONE, metadata=metadata)
    assert found == pytest.approx(
        {"m": 2 / 3, "m:n": 1, "s": 0, "s:n": 1, "spec-conflict": 2 / 3, "spec-conflict:n": 1}
        | {"unflagged": 0, "unflagged:n": 1}
    )


def test_a_correlation_is_over_samples() -> None:
    ranks = zip(range(5), (2, 1, 4, 3, 5), strict=True)
    found = run_metrics([correlation("first", "second")], [[scored(1, first=a, second=b)] * 2 for a, b in ranks])
    assert found["spearman"] == pytest.approx(0.8)
    assert found["n"] == 5
