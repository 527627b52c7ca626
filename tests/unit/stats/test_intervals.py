"""Intervals against published figures, and their coverage by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from glassbox.harness.stats.intervals import (
    bootstrap_mean,
    bootstrap_quantile,
    bootstrap_ratio,
    exact,
    wilson,
    wilson_bounds,
)


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        (13, 18, 49, 88),  # the two single runs of the code-spec suite, FACTS section 002
        (14, 18, 55, 91),
        (1000, 1000, 99.6, 100),
    ],
)
def test_wilson_gives_the_published_figures(right: int, n: int, low: float, high: float) -> None:
    interval = wilson(right, n)
    assert interval.low * 100 == pytest.approx(low, abs=0.5)
    assert interval.high * 100 == pytest.approx(high, abs=0.5)


def test_wilson_agrees_with_scipy_to_the_last_digits() -> None:
    from scipy.stats import binomtest

    for right in range(0, 41, 4):
        theirs = binomtest(right, 40).proportion_ci(0.9, method="wilson")
        mine = wilson(right, 40, confidence=0.9)
        assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high), abs=1e-14)


def test_exact_at_zero_successes_is_the_closed_form() -> None:
    # Clopper-Pearson at 0 of n: 1 - (alpha / 2) ** (1 / n).
    assert exact(0, 10).high == pytest.approx(1 - 0.025**0.1)
    assert exact(0, 10).low == 0


def test_exact_contains_wilson_at_the_edges() -> None:
    assert exact(18, 18).low < wilson(18, 18).low


def test_bounds_at_none_and_all_are_exactly_zero_and_one() -> None:
    low, high = wilson_bounds([0, 7], [7, 7])
    assert (low[0], high[1]) == (0.0, 1.0)
    assert 0 < high[0] < 1
    assert 0 < low[1] < 1


def test_exact_runs_through_the_whole_numbers_and_between_them() -> None:
    from scipy.stats import binomtest

    theirs = binomtest(7, 12).proportion_ci(0.9, method="exact")
    mine = exact(7, 12, 0.9)
    assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert exact(7, 12).low < exact(7.5, 12).low < exact(8, 12).low


def test_fractional_successes_of_several_epochs_lie_between_whole_ones() -> None:
    assert wilson(7, 10).low < wilson(7.5, 10).low < wilson(8, 10).low


@pytest.mark.parametrize(
    ("right", "n"), [(1, 0), (-1, 5), (6, 5), (float("nan"), 5), (1, float("nan")), (1, float("inf"))]
)
def test_an_impossible_proportion_is_refused_with_its_figures(right: float, n: float) -> None:
    with pytest.raises(ValueError, match=rf"{right} successes of {n} is no proportion"):
        wilson(right, n)
    with pytest.raises(ValueError, match=rf"{right} successes of {n} is no proportion"):
        exact(right, n)


def test_a_confidence_in_percent_is_refused() -> None:
    with pytest.raises(ValueError, match=r"0\.95 means 95 %"):
        wilson(5, 10, confidence=95)


def test_wilson_covers_the_truth_in_95_of_100_experiments() -> None:
    draws = np.random.default_rng(7)
    truth = draws.uniform(0.02, 0.98, size=20_000)
    low, high = wilson_bounds(draws.binomial(40, truth), 40)
    covered = float(((low <= truth) & (truth <= high)).mean())
    assert covered == pytest.approx(0.95, abs=0.01)


def test_bootstrap_of_a_mean_agrees_with_the_normal_interval() -> None:
    values = np.random.default_rng(1).normal(10, 2, size=400)
    interval = bootstrap_mean(values)
    half = 1.96 * values.std(ddof=1) / 20
    assert interval.low == pytest.approx(values.mean() - half, abs=0.03)
    assert interval.high == pytest.approx(values.mean() + half, abs=0.03)


def test_bootstrap_of_the_median_covers_the_truth() -> None:
    draws = np.random.default_rng(2)
    covered = sum(0 in bootstrap_quantile(draws.normal(size=60), 0.5, draws=400, seed=i) for i in range(200))
    assert 180 <= covered <= 198  # 95 % of 200, give or take three standard errors


def test_bootstrap_of_a_ratio_finds_twice_the_latency() -> None:
    draws = np.random.default_rng(3)
    interval = bootstrap_ratio(draws.gamma(50, 0.4, size=200), draws.gamma(50, 0.2, size=150))
    assert 2 in interval
    assert 1.8 < interval.low < interval.high < 2.2


def test_the_same_seed_gives_the_same_interval_and_another_seed_another() -> None:
    values = np.arange(50.0)
    assert bootstrap_mean(values, seed=4) == bootstrap_mean(values, seed=4)
    assert bootstrap_mean(values, seed=4) != bootstrap_mean(values, seed=5)


@pytest.mark.parametrize("values", [[1.0], [], [1.0, float("nan")]])
def test_a_bootstrap_over_nothing_or_over_gaps_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="an interval needs"):
        bootstrap_mean(values)
