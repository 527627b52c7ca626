"""Corrections for many comparisons: published figures, and error rates by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from glassbox.harness.stats.multiple import holm


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_rejects_3_of_benjamini_and_hochbergs_example() -> None:
    """Their section 3.2, 15 hypotheses of a heart-attack trial: Bonferroni and Holm reject 3."""
    ps = [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
        *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000),
    ]
    assert int((holm(ps) <= 0.05).sum()) == 3


def test_holm_keeps_the_family_wise_error_where_bare_ps_do_not() -> None:
    ps = np.random.default_rng(1).uniform(size=(4000, 20))
    assert (ps <= 0.05).any(axis=1).mean() > 0.6
    wrong = np.mean([bool((holm(row) <= 0.05).any()) for row in ps])
    assert wrong == pytest.approx(0.05, abs=0.01)


def test_order_does_not_matter_and_nothing_gets_smaller() -> None:
    ps = np.random.default_rng(3).uniform(size=15)
    turn = np.random.default_rng(4).permutation(15)
    assert holm(ps[turn]) == pytest.approx(holm(ps)[turn])
    assert (holm(ps) >= ps).all()
    assert (holm(ps) <= 1).all()
    assert list(holm([])) == []


def test_what_is_no_p_is_refused() -> None:
    with pytest.raises(ValueError, match=r"p values are a flat list of numbers in 0\.\.1"):
        holm([0.5, 1.5])
    with pytest.raises(ValueError, match="p values"):
        holm([float("nan")])
