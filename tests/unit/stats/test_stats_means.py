"""Means: known figures, coverage by simulation with and without clusters, and the speed of the bootstrap."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy import stats

from glassbox.harness.stats.means import (
    bootstrap_mean,
    cluster_bootstrap_mean,
    cluster_mean,
    cluster_sums,
    mean_and_error,
    ratio_of_means,
    t_mean,
)
from glassbox.harness.stats.resample import Floats, all_flipped_sums, flipped_sums, resampled_sums


def test_t_gives_students_own_interval() -> None:
    # Student's sleep data, hours gained with drug 2 over drug 1: mean 1.58, 95 % interval 0.70 to 2.46.
    gained = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]
    interval = t_mean(gained)
    assert interval.low == pytest.approx(0.7001, abs=5e-5)
    assert interval.high == pytest.approx(2.4599, abs=5e-5)


def test_t_covers_the_truth_in_95_of_100_experiments() -> None:
    draws = np.random.default_rng(1)
    covered = sum(3.0 in t_mean(sample) for sample in draws.normal(3, 2, size=(4000, 8)))
    assert covered / 4000 == pytest.approx(0.95, abs=0.01)


def test_bootstrap_covers_the_truth_in_95_of_100_experiments() -> None:
    draws = np.random.default_rng(2)
    samples = draws.gamma(4, 1, size=(2000, 150))
    covered = sum(4.0 in bootstrap_mean(sample, draws=800, seed=i) for i, sample in enumerate(samples))
    assert covered / 2000 == pytest.approx(0.95, abs=0.01)


def test_bootstrap_of_right_and_wrong_is_the_binomial_itself() -> None:
    values = np.repeat([1.0, 0.0], [300, 700])
    interval = bootstrap_mean(values, draws=100_000)
    assert interval.low == pytest.approx(stats.binom.ppf(0.025, 1000, 0.3) / 1000, abs=0.0011)
    assert interval.high == pytest.approx(stats.binom.ppf(0.975, 1000, 0.3) / 1000, abs=0.0011)


def test_sums_by_counts_and_by_indices_have_the_same_distribution() -> None:
    few = np.tile([0.0, 1.0, 5.0], 40)
    many = few + np.linspace(0, 1e-9, len(few))  # as good as equal, but all distinct: indices are drawn
    by_counts = resampled_sums(few[:, None], 20_000, np.random.default_rng(0))[:, 0]
    by_indices = resampled_sums(many[:, None], 20_000, np.random.default_rng(1))[:, 0]
    assert by_counts.mean() == pytest.approx(by_indices.mean(), rel=0.005)
    assert by_counts.std() == pytest.approx(by_indices.std(), rel=0.02)
    assert by_counts.std() == pytest.approx(few.std() * np.sqrt(len(few)), rel=0.02)


def test_columns_are_resampled_together() -> None:
    units = np.random.default_rng(3).normal(size=(50, 1)) @ [[1.0, -2.0]]
    sums = resampled_sums(units, 100, np.random.default_rng(0))
    assert np.allclose(sums[:, 1], -2 * sums[:, 0])


def test_ten_thousand_draws_of_ten_thousand_samples_take_less_than_three_seconds_of_the_processor() -> None:
    values = np.random.default_rng(4).normal(size=10_000)
    bootstrap_mean(values, draws=100)
    taken = float("inf")
    for _ in range(3):  # a busy machine may need another go
        start = time.process_time()  # the processor's time: other work does not count
        bootstrap_mean(values, draws=10_000)
        taken = min(taken, time.process_time() - start)
        if taken < 3.0:
            break
    assert taken < 3.0  # 0.4 where this was written


def test_flipped_signs_agree_with_all_of_them() -> None:
    values = np.random.default_rng(5).normal(size=12)
    every = all_flipped_sums(values)
    assert len(every) == 2**12
    drawn = flipped_sums(np.concatenate([values, np.zeros(5)]), 20_000, np.random.default_rng(0))
    assert drawn.std() == pytest.approx(every.std(), rel=0.02)
    many = np.random.default_rng(6).normal(size=200)
    assert flipped_sums(many, 20_000, np.random.default_rng(0)).std() == pytest.approx(
        np.sqrt((many**2).sum()), rel=0.02
    )


def test_clusters_of_one_sample_change_nothing() -> None:
    values = np.random.default_rng(7).normal(size=30)
    alone, clustered = t_mean(values), cluster_mean(values, range(30))
    assert (clustered.low, clustered.high) == pytest.approx((alone.low, alone.high))


def test_equal_clusters_give_the_t_interval_of_their_means() -> None:
    values = np.random.default_rng(8).normal(size=(12, 5))
    mine = cluster_mean(values.ravel(), np.repeat(np.arange(12), 5))
    theirs = t_mean(values.mean(axis=1))
    assert (mine.low, mine.high) == pytest.approx((theirs.low, theirs.high))


def test_unequal_clusters_agree_with_the_matrix_form_of_cr2() -> None:
    draws = np.random.default_rng(9)
    clusters = np.repeat(np.arange(7), [1, 2, 3, 5, 8, 13, 4])
    values = draws.normal(size=len(clusters)) + draws.normal(size=7)[clusters]
    n, ones = len(values), np.ones((len(values), 1))
    hat = ones @ ones.T / n
    residual, meat, products = values - values.mean(), 0.0, []
    for cluster in range(7):
        inside = clusters == cluster
        w, v = np.linalg.eigh(np.eye(inside.sum()) - hat[np.ix_(inside, inside)])
        adjust = v @ np.diag(w**-0.5) @ v.T
        meat += float((adjust @ residual[inside]).sum() ** 2) / n**2
        products.append((adjust @ (np.eye(n) - hat)[inside]).sum(axis=0) / n)
    found = cluster_sums(values, clusters)
    alike = np.where(clusters[:, None] == clusters, found.correlation, 0.0) + (1 - found.correlation) * np.eye(n)
    gram = np.asarray(products) @ alike @ np.asarray(products).T
    mean, error, freedom = mean_and_error(found)
    assert 0.1 < found.correlation < 0.9
    assert mean == pytest.approx(values.mean())
    assert error == pytest.approx(np.sqrt(meat))
    assert freedom == pytest.approx(np.trace(gram) ** 2 / (gram**2).sum())


SIZES = np.tile([2, 4, 6, 12], 6)  # 24 clusters, 144 samples


def _clustered(draws: np.random.Generator) -> Floats:
    """Right or wrong, with a chance of its own for each cluster; 60 % on average whatever the cluster."""
    chances = np.repeat(draws.beta(1.5, 1.0, size=len(SIZES)), SIZES)
    return np.asarray(draws.random(len(chances)) < chances, dtype=np.float64)


def test_clustered_intervals_cover_95_of_100_where_independent_ones_cover_far_less() -> None:
    draws, clusters = np.random.default_rng(10), np.repeat(np.arange(len(SIZES)), SIZES)
    t = bootstrap = naive = 0
    for seed in range(1500):
        values = _clustered(draws)
        t += 0.6 in cluster_mean(values, clusters)
        bootstrap += 0.6 in cluster_bootstrap_mean(values, clusters, draws=800, seed=seed)
        naive += 0.6 in t_mean(values)
    assert t / 1500 == pytest.approx(0.95, abs=0.01)
    assert bootstrap / 1500 == pytest.approx(0.95, abs=0.01)
    assert naive / 1500 < 0.80


def test_clusters_that_cannot_be_judged_are_refused_with_their_figures() -> None:
    with pytest.raises(ValueError, match="all 3 values are of one cluster"):
        cluster_mean([1, 2, 3], ["a", "a", "a"])
    with pytest.raises(ValueError, match="3 values have 2 clusters"):
        cluster_mean([1, 2, 3], ["a", "b"])
    with pytest.raises(ValueError, match=r"0\.95 means 95 %"):
        t_mean([1, 2, 3], confidence=95)


def test_a_ratio_of_means_is_paired() -> None:
    """Twice as slow on every sample, whatever the sample: the pairing leaves no doubt about the two."""
    seconds = np.random.default_rng(11).gamma(1, 1, size=80)
    exact = ratio_of_means(2 * seconds, seconds)
    assert (exact.low, exact.high) == pytest.approx((2, 2))
    noisy = ratio_of_means(2 * seconds + np.random.default_rng(12).normal(0, 0.1, size=80), seconds)
    assert 1.9 < noisy.low < 2 < noisy.high < 2.1
    with pytest.raises(ValueError, match="a ratio needs positive values below"):
        ratio_of_means([1, 2], [0, 1])
