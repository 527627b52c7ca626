"""pass@k against brute force, and without bias where the plug-in estimate has it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassbox.harness.stats.passes import (
    pass_at,
    pass_at_each,
)


@st.composite
def attempts(draw: st.DrawFn) -> tuple[list[int], int]:
    values = draw(st.lists(st.integers(0, 1), min_size=1, max_size=9))
    return values, draw(st.integers(1, len(values)))


@given(attempts())
def test_it_is_the_share_of_all_subsets(drawn: tuple[list[int], int]) -> None:
    values, k = drawn
    subsets = list(combinations(values, k))
    right, n = sum(values), len(values)
    assert pass_at(right, n, k) == pytest.approx(sum(map(any, subsets)) / len(subsets), abs=1e-12)


def test_it_is_unbiased_where_the_plug_in_is_not() -> None:
    right = np.random.default_rng(1).binomial(10, 0.3, size=400_000)
    assert pass_at_each(right, 10, 4).mean() == pytest.approx(1 - 0.7**4, abs=0.001)
    assert (1 - (1 - right / 10) ** 4).mean() < 1 - 0.7**4 - 0.03


def test_many_attempts_do_not_overflow() -> None:
    assert pass_at(1, 10_000, 5000) == pytest.approx(0.5)


def test_samples_may_have_other_numbers_of_attempts() -> None:
    assert pass_at_each([1, 1, 0], [1, 2, 8], 1) == pytest.approx([1, 0.5, 0])


@pytest.mark.parametrize(("right", "drawn", "k"), [(0, 3, 4), (0, 3, 0), (4, 3, 1), (-1, 3, 1)])
def test_it_is_undefined_outside_its_range(right: int, drawn: int, k: int) -> None:
    with pytest.raises(ValueError, match=f"pass@{k} of {right} right among {drawn} is undefined"):
        pass_at(right, drawn, k)


@pytest.mark.parametrize(("right", "drawn"), [(float("nan"), 10), (3, float("nan")), (3, float("inf"))])
def test_attempts_that_were_not_counted_are_refused(right: float, drawn: float) -> None:
    with pytest.raises(ValueError, match=r"pass@4 of .* is undefined"):
        pass_at_each(right, drawn, 4)
