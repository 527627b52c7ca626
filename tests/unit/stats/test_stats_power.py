"""Detectable differences and samples needed: published figures, and the power itself by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from glassbox.harness.stats.paired_means import compare_means
from glassbox.harness.stats.power import (
    fewest_discordant,
    mean_detectable,
    mean_needed,
    paired_detectable,
    paired_needed,
    paired_power,
    unpaired_needed,
)


def test_unpaired_needs_the_textbook_samples() -> None:
    # Fleiss, Levin & Paik (2003), table A.4, with the continuity correction: 60 % against 70 %, 90 % and 80 % power.
    assert unpaired_needed(0.6, 0.7, power=0.9) == pytest.approx(497, abs=1)
    assert unpaired_needed(0.6, 0.7) == pytest.approx(376, abs=1)
    assert unpaired_needed(0.7, 0.6) == unpaired_needed(0.6, 0.7)


def test_paired_needs_more_than_connors_pairs() -> None:
    # (1.96 sqrt(psi) + 0.8416 sqrt(psi - delta^2))^2 / delta^2 for psi = 0.3, delta = 0.1: 234, by hand.
    assert paired_power(234, 0.1, 0.3) == pytest.approx(0.776, abs=0.005)
    assert paired_needed(0.1, 0.3) == 249
    assert paired_needed(-0.1, 0.3) == 249


def test_the_detectable_difference_is_the_one_that_needs_these_samples() -> None:
    for n, discordance in ((200, 0.3), (1000, 0.1), (5000, 0.02)):
        delta = paired_detectable(n, discordance)
        assert delta is not None
        assert paired_needed(delta, discordance) == pytest.approx(n, rel=0.02)  # power goes in steps


def test_the_needed_pairs_find_the_difference_in_80_of_100_experiments() -> None:
    draws = np.random.default_rng(1)
    for delta, discordance in ((0.05, 0.1), (0.05, 0.3), (0.1, 0.2)):
        n = paired_needed(delta, discordance)
        only_a, only_b = (discordance + delta) / 2, (discordance - delta) / 2
        cells = draws.multinomial(n, [only_a, only_b, 1 - discordance], size=20_000)
        fewer, discordant = cells[:, :2].min(axis=1), cells[:, :2].sum(axis=1)
        found = (2 * stats.binom.cdf(fewer, discordant, 0.5) < 0.05).mean()
        assert found == pytest.approx(0.8, abs=0.01)
        assert found == pytest.approx(paired_power(n, delta, discordance), abs=0.01)


def test_the_needed_samples_of_means_find_the_difference_in_80_of_100_experiments() -> None:
    draws = np.random.default_rng(2)
    n = mean_needed(0.5, n=10, error=2 / np.sqrt(10), freedom=9)
    assert n == 128
    found = sum(compare_means(draws.normal(0.5, 2, size=n), np.zeros(n)).evidence for _ in range(2000))
    assert found / 2000 == pytest.approx(0.8, abs=0.025)
    assert mean_detectable(2 / np.sqrt(n), n - 1) == pytest.approx(0.5, abs=0.01)


def test_a_difference_beyond_the_discordance_brings_its_own() -> None:
    """18 tasks find nothing below 40 points, whatever the discordance seen; 1,000 without any find 0.8 points."""
    for discordance in (0.0, 0.1, 0.2):
        assert paired_detectable(18, discordance) == pytest.approx(0.4036, abs=0.0001)
    delta = paired_detectable(1000, 0.0)
    assert delta == pytest.approx(0.0079, abs=0.0001)
    found = np.random.default_rng(3).binomial(1000, 0.0079, size=20_000)
    assert (found >= fewest_discordant()).mean() == pytest.approx(0.8, abs=0.02)


def test_too_few_samples_detect_nothing_at_all() -> None:
    assert fewest_discordant() == 6
    assert paired_detectable(5, 0.2) is None


def test_impossible_questions_are_refused_with_their_figures() -> None:
    with pytest.raises(ValueError, match=r"difference 0\.2 with discordance 0\.1 is impossible"):
        paired_needed(0.2, 0.1)
    with pytest.raises(ValueError, match="difference 0 with discordance"):
        paired_needed(0, 0.1)
    with pytest.raises(ValueError, match=r"proportions 0\.5 and 0\.5 must differ"):
        unpaired_needed(0.5, 0.5)
    with pytest.raises(ValueError, match="needs infinitely many samples"):
        mean_needed(0, 10, 0.1, 9)
    with pytest.raises(ValueError, match=r"0\.8 means 80 %"):
        paired_needed(0.1, 0.2, power=80)


def test_few_clusters_need_more_than_the_normal_quantiles_say() -> None:
    """Six clusters that just miss a difference need many more of their kind, as t of 5 is no normal quantile."""
    normal = 60 * ((1.96 + 0.8416) * 0.1 / 0.25) ** 2
    assert mean_needed(0.25, n=60, error=0.1, freedom=5) > 1.2 * normal
