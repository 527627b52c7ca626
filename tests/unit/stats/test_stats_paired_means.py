"""Paired means and clusters: false alarms by simulation, and what the unpaired test misses."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from glassbox.harness.stats.paired import mcnemar, paired_table
from glassbox.harness.stats.paired_means import compare_means, paired_permutation
from glassbox.harness.stats.resample import Floats

SIZES = np.tile([3, 5, 10, 14], 8)  # 32 clusters, 256 samples
CLUSTERS = np.repeat(np.arange(len(SIZES)), SIZES)


def _equal_methods(draws: np.random.Generator) -> tuple[Floats, Floats]:
    """Two methods of equal accuracy, each with templates of its own that it cannot do."""
    a, b = (draws.random(len(CLUSTERS)) < np.repeat(draws.beta(2, 1, size=len(SIZES)), SIZES) for _ in range(2))
    return a.astype(np.float64), b.astype(np.float64)


def test_clustered_false_alarms_are_5_in_100_and_those_of_a_test_without_clusters_many_more() -> None:
    draws = np.random.default_rng(1)
    robust = naive = 0
    for _ in range(3000):
        a, b = _equal_methods(draws)
        robust += compare_means(a, b, CLUSTERS).evidence
        naive += compare_means(a, b).evidence
    assert robust / 3000 == pytest.approx(0.05, abs=0.01)
    assert naive / 3000 > 0.15


def test_independent_false_alarms_are_5_in_100() -> None:
    draws = np.random.default_rng(2)
    alarms = sum(compare_means(*draws.normal(size=(2, 25)) + draws.normal(0, 5, size=25)).evidence for _ in range(4000))
    assert alarms / 4000 == pytest.approx(0.05, abs=0.01)


def test_false_alarms_of_the_permutation_are_5_in_100_with_and_without_clusters() -> None:
    draws = np.random.default_rng(3)
    alone = sum(paired_permutation(draws.standard_t(4, size=40), draws=399, seed=i) <= 0.05 for i in range(2500))
    assert alone / 2500 == pytest.approx(0.05, abs=0.01)
    clustered = 0
    for seed in range(2500):
        a, b = _equal_methods(draws)
        clustered += paired_permutation(a - b, CLUSTERS, draws=399, seed=seed) <= 0.05
    assert clustered / 2500 == pytest.approx(0.05, abs=0.01)


def test_the_clustered_interval_covers_the_true_difference_in_95_of_100() -> None:
    draws = np.random.default_rng(4)
    covered = 0
    for _ in range(6000):
        a, _ = _equal_methods(draws)
        b = (draws.random(len(CLUSTERS)) < np.repeat(draws.beta(1, 1, size=len(SIZES)), SIZES)).astype(np.float64)
        covered += (2 / 3 - 1 / 2) in compare_means(a, b, CLUSTERS).interval
    assert covered / 6000 == pytest.approx(0.95, abs=0.01)


def test_the_permutation_of_right_and_wrong_is_the_exact_mcnemar_test() -> None:
    a, b = np.repeat([1, 0, 1], [9, 3, 40]), np.repeat([0, 1, 1], [9, 3, 40])
    exact = mcnemar(paired_table(a.tolist(), b.tolist()))
    assert paired_permutation(a - b) == pytest.approx(exact, abs=1e-12)
    many_a, many_b = np.repeat([1, 0], [60, 40]), np.repeat([0, 1], [60, 40])
    exact = mcnemar(paired_table(many_a.tolist(), many_b.tolist()))
    assert paired_permutation(many_a - many_b, draws=99_999) == pytest.approx(exact, abs=0.003)


def test_a_permutation_p_is_never_zero_and_without_differences_one() -> None:
    assert paired_permutation(np.ones(50), draws=999) == 1 / 1000
    assert paired_permutation(np.zeros(50)) == 1.0
    assert paired_permutation(np.ones(5)) == 2 / 32


def test_the_unpaired_test_misses_what_the_paired_finds() -> None:
    """1,000 samples, both near 70 %, one better by 2 points and never worse: the pairs say so, the totals do not."""
    a = np.repeat([1, 1, 0], [690, 20, 290])
    b = np.repeat([1, 0, 0], [690, 20, 290])
    unpaired = stats.fisher_exact(np.asarray([[710, 290], [690, 310]])).pvalue
    assert unpaired > 0.3
    assert mcnemar(paired_table(a.tolist(), b.tolist())) < 1e-5
    found = compare_means(a, b)
    assert found.evidence
    assert found.difference == pytest.approx(0.02)


def test_t_agrees_with_scipy() -> None:
    draws = np.random.default_rng(5)
    a, b = draws.normal(size=(2, 30))
    theirs = stats.ttest_rel(a, b)
    mine = compare_means(a, b)
    bounds = theirs.confidence_interval()
    assert mine.p == pytest.approx(theirs.pvalue)
    assert (mine.interval.low, mine.interval.high) == pytest.approx((bounds.low, bounds.high))
    assert mine.effect == pytest.approx((a - b).mean() / (a - b).std(ddof=1))
    assert mine.design_effect == pytest.approx(1)


def test_samples_that_share_everything_count_once() -> None:
    """Ten clusters whose samples are copies: the interval is that of ten samples, the design effect near ten."""
    differences = np.random.default_rng(6).normal(size=10)
    copies = compare_means(np.repeat(differences, 10), np.zeros(100), np.repeat(np.arange(10), 10))
    ten = compare_means(differences, np.zeros(10))
    assert copies.interval.low == pytest.approx(ten.interval.low)
    assert copies.design_effect == pytest.approx(11, abs=0.1)


def test_clusters_that_all_differ_alike_are_so_many_pairs() -> None:
    clusters = np.repeat(np.arange(8), 20)
    same = compare_means(np.ones(160), np.ones(160), clusters)
    assert (same.p, same.difference, same.evidence) == (1.0, 0.0, False)
    assert same.interval.high == pytest.approx(3.8415 / (8 + 3.8415), abs=1e-4)
    apart = compare_means(np.ones(160), np.zeros(160), clusters)
    assert apart.p == pytest.approx(2 / 2**8)
    assert 0 < apart.interval.low < 1
    assert apart.effect is None


def test_a_few_clusters_that_differ_are_no_evidence_however_alike_the_others_are() -> None:
    """As single samples: fewer than six that differ are none, whatever t says of the others that do not."""
    draws, clusters = np.random.default_rng(7), np.repeat(np.arange(24), 10)
    alarms = outside = 0
    for _ in range(1000):
        a, b = (np.repeat(draws.random(24) > 0.08, 10).astype(np.float64) for _ in range(2))
        found = compare_means(a, b, clusters)
        alarms += found.evidence
        outside += 0 not in found.interval
    assert alarms == outside <= 25
    four = compare_means(np.repeat(np.arange(24) < 4, 10).astype(float), np.zeros(240), clusters)
    assert four.interval.low < 0
    assert (four.differing, four.p) == (4, 2 / 2**4)
    assert not four.evidence


def test_sides_that_cannot_be_paired_are_refused() -> None:
    with pytest.raises(ValueError, match="needs the same samples on both sides, not 2 against 3"):
        compare_means([1, 0], [1, 0, 1])
    with pytest.raises(ValueError, match="an interval needs finite values"):
        compare_means([1, float("nan")], [1, 0])
