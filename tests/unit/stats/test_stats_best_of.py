"""Best-of-N against brute force over all subsets, with selectors that know all, nothing and the wrong thing."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from glassbox.harness.stats.best_of import best_of
from glassbox.harness.stats.resample import Floats


def _brute(right: Floats, scores: Floats, n: int) -> float:
    """Over all subsets of n, the mean share right among those with the highest score."""
    values = []
    for passed, liked in zip(right, scores, strict=True):
        for subset in map(list, combinations(range(len(passed)), n)):
            values.append(passed[subset][liked[subset] == liked[subset].max()].mean())
    return float(np.mean(values))


@pytest.mark.parametrize("n", [1, 2, 4, 7])
def test_the_closed_form_is_the_mean_over_all_subsets_ties_and_all(n: int) -> None:
    draws = np.random.default_rng(1)
    right = (draws.random((20, 7)) < 0.4).astype(np.float64)
    scores = draws.integers(0, 4, size=(20, 7)).astype(np.float64)
    assert best_of(right, scores, n).selected == pytest.approx(_brute(right, scores, n), abs=1e-12)


def _candidates(chance: float = 0.3) -> Floats:
    return (np.random.default_rng(2).random((500, 8)) < chance).astype(np.float64)


def test_a_selector_that_sees_the_answers_reaches_the_oracle() -> None:
    right = _candidates()
    found = best_of(right, right, 8)
    assert found.oracle == right.max(axis=1).mean()
    assert (found.selected, found.gap, found.recovered) == pytest.approx((found.oracle, 0, 1))
    assert found.selector_helps


def test_a_selector_that_likes_all_alike_is_a_blind_pick() -> None:
    found = best_of(_candidates(), np.ones((500, 8)), 4)
    assert found.selected == pytest.approx(found.blind)
    assert found.recovered == pytest.approx(0)
    assert not found.selector_helps


def test_noise_is_not_taken_for_a_selector_and_a_bad_one_is_seen_to_harm() -> None:
    right = _candidates()
    noise = best_of(right, np.random.default_rng(3).random(right.shape), 4)
    assert not noise.selector_helps
    assert 0 in noise.gain_interval
    assert best_of(right, -right, 4).gain_interval.high < 0


def test_one_candidate_leaves_nothing_to_select() -> None:
    found = best_of(_candidates(), np.random.default_rng(4).random((500, 8)), 1)
    assert (found.selected, found.oracle) == pytest.approx((found.blind, found.blind))
    assert found.recovered is None


def test_the_oracle_grows_with_n_and_the_gap_says_what_a_weak_selector_leaves() -> None:
    right = _candidates()
    weak = right * 0.3 + np.random.default_rng(5).random(right.shape)
    found = [best_of(right, weak, n) for n in (1, 2, 4, 8)]
    assert [one.oracle for one in found] == sorted(one.oracle for one in found)
    assert found[-1].oracle == pytest.approx(1 - 0.7**8, abs=0.02)
    assert found[-1].gap == pytest.approx(found[-1].oracle - found[-1].selected)
    assert 0.1 < found[-1].gap < found[-1].oracle - found[-1].blind
    assert found[-1].gap_interval.low > 0


def test_tables_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="best of 9 from 8 candidates is undefined"):
        best_of(_candidates(), _candidates(), 9)
    with pytest.raises(ValueError, match=r"outcomes \(500, 8\) and scores \(500, 7\) must be one table"):
        best_of(_candidates(), _candidates()[:, :7], 2)
    with pytest.raises(ValueError, match="outcomes of 0 or 1 and finite scores"):
        best_of(_candidates(), np.full((500, 8), np.nan), 2)
