"""Corrections for many comparisons: published figures, and error rates by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from glassbox.harness.stats.multiple import benjamini_hochberg, holm


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_benjamini_and_hochbergs_own_example() -> None:
    """Their section 3.2, 15 hypotheses of a heart-attack trial: 4 are rejected at 5 %, Bonferroni and Holm reject 3."""
    ps = [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
        *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000),
    ]
    assert int((benjamini_hochberg(ps) <= 0.05).sum()) == 4
    assert int((holm(ps) <= 0.05).sum()) == 3


def test_benjamini_hochberg_agrees_with_scipy() -> None:
    ps = np.random.default_rng(0).uniform(size=40) ** 2
    assert benjamini_hochberg(ps) == pytest.approx(stats.false_discovery_control(ps))


def test_holm_keeps_the_family_wise_error_where_bare_ps_do_not() -> None:
    ps = np.random.default_rng(1).uniform(size=(4000, 20))
    assert (ps <= 0.05).any(axis=1).mean() > 0.6
    wrong = np.mean([bool((holm(row) <= 0.05).any()) for row in ps])
    assert wrong == pytest.approx(0.05, abs=0.01)


def test_benjamini_hochberg_keeps_the_share_of_false_findings() -> None:
    draws = np.random.default_rng(2)
    z = draws.normal(size=(3000, 20)) + np.repeat([3.0, 0.0], 10)
    found = np.asarray([benjamini_hochberg(row) <= 0.05 for row in 2 * stats.norm.sf(np.abs(z))])
    false = found[:, 10:].sum(axis=1) / np.maximum(found.sum(axis=1), 1)
    assert false.mean() == pytest.approx(0.05 / 2, abs=0.005)  # at most alpha times the share of true nulls
    assert found[:, :10].mean() > 0.6


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_order_does_not_matter_and_nothing_gets_smaller(adjust: object) -> None:
    assert callable(adjust)
    ps = np.random.default_rng(3).uniform(size=15)
    turn = np.random.default_rng(4).permutation(15)
    assert adjust(ps[turn]) == pytest.approx(adjust(ps)[turn])
    assert (adjust(ps) >= ps).all()
    assert (adjust(ps) <= 1).all()
    assert list(adjust([])) == []


def test_what_is_no_p_is_refused() -> None:
    with pytest.raises(ValueError, match=r"p values are a flat list of numbers in 0\.\.1"):
        holm([0.5, 1.5])
    with pytest.raises(ValueError, match="p values"):
        benjamini_hochberg([float("nan")])
