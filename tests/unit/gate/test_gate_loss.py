"""The gate's statistics: bounds by hand, error rates by enumeration and by simulation, power at the margin."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from glassbox.harness.stats.paired import PairedTable, tango
from glassbox.harness.stats.resample import Floats
from glassbox.leaderboards.gate.loss import Loss, loss_of

MARGIN, ALPHA = 0.05, 0.05


def _scores(lost: int, gained: int, n: int) -> tuple[Floats, Floats]:
    """Blessed and new scores with so many samples lost and gained; the rest are right in both."""
    blessed, now = np.ones(n), np.ones(n)
    now[:lost] = 0
    blessed[lost : lost + gained] = 0
    return blessed, now


def _passes(found: Loss) -> bool:
    return found.p >= ALPHA and found.high < MARGIN


def test_the_same_answers_on_1000_samples_rule_out_the_margin_and_on_20_do_not() -> None:
    many, few = loss_of(*_scores(0, 0, 1000)), loss_of(*_scores(0, 0, 20))
    assert many.high == pytest.approx(1 - 0.05 ** (1 / 1000))
    assert few.high == pytest.approx(1 - 0.05 ** (1 / 20))
    assert (many.p, few.p) == (1, 1)
    assert _passes(many)
    assert not _passes(few)
    assert few.needed(MARGIN, ALPHA, 0.8) == 59
    assert _passes(loss_of(*_scores(0, 0, 59)))
    assert not _passes(loss_of(*_scores(0, 0, 58)))


def test_p_is_the_exact_one_sided_test_and_bounds_are_tangos() -> None:
    found = loss_of(*_scores(12, 4, 500))
    assert found.loss == pytest.approx(0.016)
    assert (found.lost, found.gained, found.units) == (12, 4, 500)
    assert found.p == pytest.approx(float(stats.binom.sf(11, 16, 0.5)))
    bounds = tango(PairedTable(484, 12, 4, 0), 0.9)
    assert (found.low, found.high) == (bounds.low, bounds.high)
    gain = loss_of(*_scores(4, 12, 500))
    assert gain.p == pytest.approx(float(stats.binom.sf(3, 16, 0.5)))
    assert gain.high == pytest.approx(-bounds.low)


@pytest.mark.parametrize("n", [52, 59, 150, 400])
@pytest.mark.parametrize("gained", [0.0, 0.01, 0.05])
def test_a_true_loss_of_the_margin_passes_in_at_most_5_percent_of_runs(n: int, gained: float) -> None:
    """By enumeration of all outcomes; Tango's bound alone lets 6.9 % through at n = 52."""
    share, most = gained + MARGIN, int(stats.binom.ppf(1 - 1e-7, n, gained))
    passed = 0.0
    for up in range(most + 1):
        below = -1
        while loss_of(*_scores(below + 1, up, n)).high < MARGIN:
            below += 1
        passed += stats.binom.pmf(up, n, gained) * stats.binom.cdf(below, n - up, share / (1 - gained))
    assert passed < 0.053


def _noisy(rng: np.random.Generator, loss: float, n: int) -> tuple[Floats, Floats]:
    """Right on nine of ten; some answers flip from run to run as often either way, and `loss` of all are lost."""
    blessed = rng.random(n) < 0.9
    now = np.where(blessed, rng.random(n) >= 0.025 + loss / 0.9, rng.random(n) < 0.225)
    return blessed.astype(float), now.astype(float)


def _templates(rng: np.random.Generator, loss: float, clusters: int = 40) -> tuple[Floats, Floats, list[int]]:
    """A retrained model: each template of 25 samples shifts by its own amount, around `loss` on average."""
    shift = np.clip(rng.normal(0, 0.15, clusters), -0.3, 0.3)
    chance = np.repeat(0.65 + shift - loss, 25)
    n = len(chance)
    blessed, now = rng.random(n) < 0.65, rng.random(n) < chance
    return blessed.astype(float), now.astype(float), np.repeat(np.arange(clusters), 25).tolist()


def test_at_n_1000_noise_alone_is_a_regression_in_at_most_5_percent_and_passes_else() -> None:
    rng = np.random.default_rng(0)
    found = [loss_of(*_noisy(rng, 0.0, 1000)) for _ in range(1000)]
    assert np.mean([one.lost + one.gained for one in found]) == pytest.approx(45, abs=2)
    assert 0.025 < np.mean([one.p < ALPHA for one in found]) < 0.055
    assert np.mean([_passes(one) for one in found]) > 0.94


def test_at_n_1000_a_loss_of_5_points_is_found_in_99_of_100_runs_and_at_n_20_hardly_ever() -> None:
    rng = np.random.default_rng(1)
    found = [loss_of(*_noisy(rng, MARGIN, 1000)) for _ in range(300)]
    assert np.mean([one.loss for one in found]) == pytest.approx(0.05, abs=0.002)
    assert np.mean([one.p < ALPHA for one in found]) > 0.99
    few = [loss_of(*_noisy(rng, MARGIN, 20)) for _ in range(300)]
    assert np.mean([one.p < ALPHA or _passes(one) for one in few]) < 0.08
    lossless = [loss_of(*_noisy(rng, 0.0, 20)) for _ in range(300)]
    assert np.mean([one.p < ALPHA or _passes(one) for one in lossless]) < 0.08


def test_by_clusters_the_error_stays_at_5_percent_where_templates_shift_together() -> None:
    """The independent default asks about these templates only: for others it is wrong more than twice as often."""
    rng = np.random.default_rng(2)
    drawn = [_templates(rng, 0.0) for _ in range(1500)]
    robust = np.mean([loss_of(blessed, now, clusters).p < ALPHA for blessed, now, clusters in drawn])
    plain = np.mean([loss_of(blessed, now).p < ALPHA for blessed, now, _ in drawn])
    assert 0.04 < robust < 0.06
    assert plain > 0.1


def test_by_clusters_a_true_loss_of_the_margin_passes_in_5_percent_and_ten_points_are_found() -> None:
    rng = np.random.default_rng(3)
    drawn = [_templates(rng, MARGIN) for _ in range(800)]
    assert np.mean([loss_of(*one).high < MARGIN for one in drawn]) < 0.065
    found = [loss_of(*_templates(rng, 0.1)).p < ALPHA for _ in range(300)]
    assert np.mean(found) > 0.8


def test_one_template_that_fails_is_a_regression_by_samples_and_none_by_clusters() -> None:
    clusters = np.repeat(np.arange(24), 40).tolist()
    blessed, now = _scores(40, 0, 960)
    assert loss_of(blessed, now).p < 1e-11
    assert loss_of(blessed, now, clusters).p == 0.5


def test_the_same_answers_over_few_clusters_do_not_rule_out_the_margin_and_one_flip_does_not_help() -> None:
    clusters = np.repeat(np.arange(24), 40).tolist()
    same, flipped = _scores(0, 0, 960), _scores(1, 0, 960)
    assert loss_of(*same, clusters).high == pytest.approx(1 - 0.05 ** (1 / 24))
    assert loss_of(*flipped, clusters).high > loss_of(*same, clusters).high
    assert loss_of(*same, clusters).needed(MARGIN, ALPHA, 0.8) == 59 * 40


def test_scores_between_0_and_1_are_judged_by_their_means() -> None:
    rng = np.random.default_rng(4)
    blessed = rng.integers(0, 5, 400) / 4
    now = np.clip(blessed - (rng.random(400) < 0.3) * 0.25, 0, 1)
    found = loss_of(blessed, now)
    by_hand = stats.ttest_rel(blessed, now, alternative="greater")
    assert found.loss == pytest.approx(float((blessed - now).mean()))
    assert found.p == pytest.approx(float(by_hand.pvalue))
    assert (found.low, found.high) == pytest.approx(tuple(stats.ttest_rel(blessed, now).confidence_interval(0.9)))
    gain = loss_of(now, blessed)
    assert gain.p == pytest.approx(1 - found.p)
