"""Shares over clusters near 100 %: coverage and false support by simulation, and figures by hand."""

from __future__ import annotations

import numpy as np
import pytest

from glassbox.harness.stats.intervals import exact, wilson
from glassbox.harness.stats.paired_means import compare_means
from glassbox.harness.stats.resample import Floats
from glassbox.harness.stats.shares import clustered_share

SIZE, ALIKE = 40, 0.2
"""Samples of a cluster, and how alike they are (intraclass correlation)."""
DRAWS = 500
NEAR = [(share, clusters) for share in (0.95, 0.98, 0.99) for clusters in (5, 12, 24)]


def _draw(rng: np.random.Generator, share: float, clusters: int) -> Floats:
    """Right and wrong by cluster, `Float[draw, sample]`; what is right of a cluster follows a beta distribution."""
    weight = (1 - ALIKE) / ALIKE
    chance = rng.beta(share * weight, (1 - share) * weight, size=(DRAWS, clusters))
    return (rng.random((DRAWS, clusters, SIZE)) < chance[:, :, None]).reshape(DRAWS, -1).astype(np.float64)


@pytest.mark.parametrize(("share", "clusters"), NEAR)
def test_near_all_right_the_interval_covers_at_least_93_of_100(share: float, clusters: int) -> None:
    groups = np.repeat(np.arange(clusters), SIZE)
    drawn = _draw(np.random.default_rng(1), share, clusters)
    assert np.mean([share in clustered_share(values, groups) for values in drawn]) >= 0.93


@pytest.mark.parametrize(("share", "clusters"), NEAR)
def test_a_loss_of_one_point_is_taken_for_none_in_at_most_4_of_100(share: float, clusters: int) -> None:
    """By Student's interval alone 9 to 17 of 100 at 98 %, as most clusters say nothing."""
    groups, rng = np.repeat(np.arange(clusters), SIZE), np.random.default_rng(2)
    ours, theirs = _draw(rng, share - 0.01, clusters), _draw(rng, share, clusters)
    supported = [compare_means(a, b, groups).interval.low > -0.01 for a, b in zip(ours, theirs, strict=True)]
    assert np.mean(supported) <= 0.04


def test_a_middling_share_of_many_clusters_has_an_interval_of_ordinary_width() -> None:
    groups, rng = np.repeat(np.arange(24), SIZE), np.random.default_rng(3)
    weight = (1 - ALIKE) / ALIKE
    widths, covered = [], []
    for chance in rng.beta(0.5 * weight, 0.5 * weight, size=(500, 24)):
        found = clustered_share((rng.random((24, SIZE)) < chance[:, None]).ravel().astype(float), groups)
        widths.append(found.high - found.low)
        covered.append(0.5 in found)
    assert np.mean(covered) == pytest.approx(0.95, abs=0.03)
    assert np.mean(widths) == pytest.approx(2 * 2.07 * 0.5 * np.sqrt(ALIKE / 24 + 0.8 / 24 / SIZE), rel=0.1)


def test_all_right_in_24_templates_is_24_trials_of_new_templates() -> None:
    found = clustered_share(np.ones(1000), np.arange(1000) % 24)
    assert (found.low, found.high) == pytest.approx((0.025 ** (1 / 24), 1.0))
    assert found.low == pytest.approx(exact(24, 24).low)


def test_new_templates_are_never_more_certain_than_these_problems() -> None:
    values = np.tile([1.0, 1.0, 1.0, 0.0], 60)  # every cluster has the same share: no spread at all
    found, these = clustered_share(values, np.repeat(np.arange(20), 12)), wilson(180, 240)
    assert found.low < these.low
    assert found.high > these.high


def test_what_is_no_share_is_refused() -> None:
    with pytest.raises(ValueError, match="values between 0 and 1"):
        clustered_share([0.5, 3.0], ["a", "b"])
    with pytest.raises(ValueError, match="all 2 values are of one cluster"):
        clustered_share([0.0, 1.0], ["a", "a"])


def test_evidence_of_seven_clusters_on_one_side_stays_evidence_and_reaches_as_far_as_they_might() -> None:
    """Seven of 24 clusters gain: the sign test has p = 0.016, which the floor does not take back."""
    groups, gain = np.repeat(np.arange(24), 10), np.zeros(240)
    gain[:70] = 1.0
    found = compare_means(gain, np.zeros(240), groups)
    assert found.evidence
    assert found.interval.low > 0
    assert found.interval.high == pytest.approx(exact(7, 24).high)
    few = compare_means(np.where(np.arange(240) < 40, 1.0, 0.0), np.zeros(240), groups)
    assert not few.evidence
    assert few.interval.low == pytest.approx(-exact(0, 24).high)
