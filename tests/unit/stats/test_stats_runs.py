"""Several runs: variance between them is found, intervals hold it, and those of one run do not."""

from __future__ import annotations

import numpy as np
import pytest

from glassbox.harness.stats.intervals import wilson
from glassbox.harness.stats.means import t_mean
from glassbox.harness.stats.resample import Floats
from glassbox.harness.stats.runs import compare_runs, several_runs


def _table(draws: np.random.Generator, runs: int, samples: int, between: float) -> Floats:
    """Mean 0.6; run effects, sample effects and the rest."""
    run = draws.normal(0, between, size=(runs, 1)) if between else np.zeros((runs, 1))
    return 0.6 + run + draws.normal(0, 0.3, size=samples) + draws.normal(0, 0.3, size=(runs, samples))


@pytest.mark.parametrize(
    ("runs", "between"), [(2, 0.0), (2, 0.03), (2, 0.1), (2, 0.4), (3, 0.03), (3, 0.1), (6, 0.0), (6, 0.02), (6, 0.05)]
)
def test_the_interval_covers_the_truth_in_at_least_93_of_100_whether_runs_differ_or_not(
    runs: int, between: float
) -> None:
    draws = np.random.default_rng(1)
    covered = sum(0.6 in several_runs(_table(draws, runs, 150, between)).interval for _ in range(1000))
    assert covered / 1000 >= 0.93
    if runs == 6:
        assert covered / 1000 < 0.98  # the price of it is small where there are runs enough


def test_runs_that_are_all_right_are_as_certain_as_their_samples() -> None:
    found = several_runs(np.ones((3, 40)))
    assert (found.interval.low, found.interval.high) == (wilson(40, 40).low, 1.0)
    clustered = several_runs(np.ones((3, 40)), np.repeat(np.arange(8), 5))
    assert clustered.interval.low == pytest.approx(0.025 ** (1 / 8))


def test_runs_that_differ_on_few_samples_are_no_evidence() -> None:
    """Five samples on one side have p = 0.06 in the sign test; Student's t of 300 would have 0.025."""
    base = np.ones((3, 300))
    worse = base.copy()
    worse[:, :5] = 0
    found = compare_runs(base, worse)
    assert found.p == pytest.approx(2 * 0.5**5)
    assert not found.evidence
    worse[:, :8] = 0
    assert compare_runs(base, worse).evidence


def test_a_difference_that_is_the_same_everywhere_keeps_a_width() -> None:
    found = compare_runs(np.ones((2, 30)), np.zeros((2, 30)))
    assert found.evidence
    assert found.interval.low < 1


def test_one_run_does_not_cover_what_several_do() -> None:
    draws = np.random.default_rng(2)
    covered = sum(0.6 in several_runs(_table(draws, 1, 150, 0.05)).interval for _ in range(1500))
    assert covered / 1500 < 0.85


def test_the_deviation_between_runs_is_that_of_the_runs_and_not_of_the_samples() -> None:
    draws = np.random.default_rng(3)
    found = several_runs(_table(draws, 200, 400, 0.04))
    assert found.run_deviation == pytest.approx(0.04, rel=0.15)
    none = several_runs(_table(draws, 200, 400, 0.0))
    assert none.run_deviation is not None
    assert none.run_deviation < 0.01


def test_components_agree_with_the_table_of_variance_analysis_by_hand() -> None:
    # Runs 1 2 3 over samples with effects 0 2: no interaction, so MS_run = 2, MS_sample = 6, rest 0.
    found = several_runs([[1, 3], [2, 4], [3, 5]])
    assert found.run_deviation == pytest.approx(1.0)
    assert found.error == pytest.approx(np.sqrt((2 + 6) / 6))
    assert found.run_means == (2, 3, 4)


def test_a_single_run_has_the_t_interval_and_says_what_it_does_not_know() -> None:
    values = np.random.default_rng(4).random(50)
    found = several_runs([values])
    alone = t_mean(values)
    assert (found.interval.low, found.interval.high) == pytest.approx((alone.low, alone.high))
    assert found.run_deviation is None
    assert found.sentence.endswith("one run: how much runs differ is unknown")


def test_runs_in_words() -> None:
    table = np.repeat([[1, 1, 1, 0], [1, 1, 0, 0]], 25, axis=1)
    assert (
        "over 100 samples and 2 runs (50.0 to 75.0 %; standard deviation between runs" in several_runs(table).sentence
    )


@pytest.mark.parametrize("between", [0.0, 0.03])
def test_false_alarms_between_equal_methods_are_5_in_100_whether_runs_differ_or_not(between: float) -> None:
    draws = np.random.default_rng(5)
    alarms = naive = 0
    for _ in range(1500):
        shared = draws.normal(0, 0.3, size=200)
        a, b = _table(draws, 5, 200, between) + shared, _table(draws, 5, 200, between) + shared
        alarms += compare_runs(a, b).evidence
        apart = a.mean(axis=0) - b.mean(axis=0)
        naive += abs(apart.mean()) > 1.972 * apart.std(ddof=1) / np.sqrt(200)
    assert 0.01 < alarms / 1500 < 0.0625
    if between:
        assert naive / 1500 > 0.08  # pairs of means forget the runs


def test_runs_over_clustered_samples_keep_the_level_too() -> None:
    """Each method has templates of its own that it is better at, whatever the run."""
    draws, clusters = np.random.default_rng(8), np.repeat(np.arange(20), 10)
    alarms = naive = 0
    for _ in range(1500):
        a, b = (_table(draws, 3, 200, 0.02) + np.repeat(draws.normal(0, 0.3, size=20), 10) for _ in range(2))
        alarms += compare_runs(a, b, clusters).evidence
        naive += compare_runs(a, b).evidence
    assert 0.01 < alarms / 1500 < 0.0625
    assert naive / 1500 > 0.15


def test_a_difference_beyond_the_runs_is_found_and_one_within_is_not() -> None:
    draws = np.random.default_rng(6)
    base = _table(draws, 5, 300, 0.0)
    assert compare_runs(base + 0.2, _table(draws, 5, 300, 0.0)).evidence
    jumping = base + np.asarray([[-0.2], [0.2], [-0.1], [0.3], [0.0]])
    assert not compare_runs(jumping, base).evidence


def test_an_accuracy_of_five_seeds_is_less_certain_than_its_pooled_samples_pretend() -> None:
    draws = np.random.default_rng(7)
    right = np.asarray([draws.random(200) < chance for chance in (0.5, 0.6, 0.7, 0.55, 0.65)], dtype=np.float64)
    pooled = wilson(int(right.sum()), right.size)
    found = several_runs(right).interval
    assert found.high - found.low > 2 * (pooled.high - pooled.low)


def test_runs_that_cannot_be_judged_are_refused() -> None:
    with pytest.raises(ValueError, match="1 and 5 runs: variance between runs needs at least 2"):
        compare_runs(np.zeros((1, 9)), np.zeros((5, 9)))
    with pytest.raises(ValueError, match="runs over 9 and 8 samples cannot be paired"):
        compare_runs(np.zeros((2, 9)), np.zeros((2, 8)))
    with pytest.raises(ValueError, match="runs are a finite table"):
        several_runs([1, 0, 1])
