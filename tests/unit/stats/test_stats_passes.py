"""pass@k and pass^k against brute force, and without bias where the plug-in estimates have it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassbox.harness.stats.passes import (
    pass_all,
    pass_all_each,
    pass_all_interval,
    pass_at,
    pass_at_each,
    pass_at_interval,
)


@st.composite
def attempts(draw: st.DrawFn) -> tuple[list[int], int]:
    values = draw(st.lists(st.integers(0, 1), min_size=1, max_size=9))
    return values, draw(st.integers(1, len(values)))


@given(attempts())
def test_both_are_the_share_of_all_subsets(drawn: tuple[list[int], int]) -> None:
    values, k = drawn
    subsets = list(combinations(values, k))
    right, n = sum(values), len(values)
    assert pass_at(right, n, k) == pytest.approx(sum(map(any, subsets)) / len(subsets), abs=1e-12)
    assert pass_all(right, n, k) == pytest.approx(sum(map(all, subsets)) / len(subsets), abs=1e-12)


def test_both_are_unbiased_where_the_plug_in_is_not() -> None:
    right = np.random.default_rng(1).binomial(10, 0.3, size=400_000)
    assert pass_at_each(right, 10, 4).mean() == pytest.approx(1 - 0.7**4, abs=0.001)
    assert pass_all_each(right, 10, 4).mean() == pytest.approx(0.3**4, abs=0.0005)
    assert (1 - (1 - right / 10) ** 4).mean() < 1 - 0.7**4 - 0.03
    assert ((right / 10) ** 4).mean() > 0.3**4 + 0.008


def test_many_attempts_do_not_overflow() -> None:
    assert pass_at(1, 10_000, 5000) == pytest.approx(0.5)
    assert pass_all(9_999, 10_000, 5000) == pytest.approx(0.5)


def test_samples_may_have_other_numbers_of_attempts() -> None:
    assert pass_at_each([1, 1, 0], [1, 2, 8], 1) == pytest.approx([1, 0.5, 0])


def test_the_interval_covers_the_truth_in_95_of_100_experiments() -> None:
    draws = np.random.default_rng(2)
    truth = 0.5 * (1 - 0.5**2)  # half of the samples hopeless, half at one half
    covered = 0
    for seed in range(1500):
        right = draws.binomial(5, draws.choice([0.0, 0.5], size=200))
        covered += truth in pass_at_interval(right, 5, 2, draws=1000, seed=seed)[1]
    assert covered / 1500 == pytest.approx(0.95, abs=0.01)


def test_pass_all_interval_has_its_mean_inside() -> None:
    value, interval = pass_all_interval([5, 4, 0, 5, 3], 5, 2)
    assert value == pytest.approx((1 + 0.6 + 0 + 1 + 0.3) / 5)
    assert interval.low < value < interval.high


@pytest.mark.parametrize(("right", "drawn", "k"), [(0, 3, 4), (0, 3, 0), (4, 3, 1), (-1, 3, 1)])
def test_both_are_undefined_outside_their_range(right: int, drawn: int, k: int) -> None:
    with pytest.raises(ValueError, match=f"pass@{k} of {right} right among {drawn} is undefined"):
        pass_at(right, drawn, k)
    with pytest.raises(ValueError, match=rf"pass\^{k} of {right} right among {drawn} is undefined"):
        pass_all(right, drawn, k)
