"""Metrics of code runs against brute force and against inspect's own estimator."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inspect_ai.scorer import Metric, SampleScore, Score
from inspect_ai.scorer import pass_at as inspects_pass_at

from glassbox.harness.stats.intervals import wilson
from glassbox.harness.stats.passes import pass_at
from glassbox.scorers.code_metrics import by, by_flag, case_counts, outcomes, pass_at_k


def scored(values: Iterable[float], sample: str = "a", **metadata: object) -> list[SampleScore]:
    return [SampleScore(score=Score(value=value), sample_id=sample, sample_metadata=metadata) for value in values]


def computed(metric: Metric, scores: list[SampleScore]) -> dict[str, float]:
    return cast("dict[str, float]", cast(Any, metric)(scores))


@st.composite
def draws(draw: st.DrawFn) -> tuple[list[int], int]:
    values = draw(st.lists(st.integers(0, 1), min_size=1, max_size=9))
    return values, draw(st.integers(1, len(values)))


@given(draws())
def test_pass_at_k_is_the_share_of_all_subsets_that_hold_a_pass(drawn: tuple[list[int], int]) -> None:
    values, k = drawn
    subsets = list(combinations(values, k))
    brute = sum(any(subset) for subset in subsets) / len(subsets)
    assert pass_at(sum(values), len(values), k) == pytest.approx(brute, abs=1e-12)


@given(draws())
def test_pass_at_k_agrees_with_inspects_reducer(drawn: tuple[list[int], int]) -> None:
    values, k = drawn
    theirs = inspects_pass_at(k)([Score(value=value) for value in values]).as_float()
    assert pass_at(sum(values), len(values), k) == pytest.approx(theirs, abs=1e-12)


def test_pass_at_k_is_unbiased_where_the_plug_in_estimate_is_not() -> None:
    """Over all outcomes of 4 draws at a chance of 0.3, pass@2 is 1 - 0.7^2 on average; the plug-in is lower."""
    weight = dict.fromkeys(range(5), 0.0)
    for bits in range(16):
        right = bits.bit_count()
        weight[right] += 0.3**right * 0.7 ** (4 - right)
    estimate = sum(share * pass_at(right, 4, 2) for right, share in weight.items())
    plug_in = sum(share * (1 - (1 - right / 4) ** 2) for right, share in weight.items())
    assert estimate == pytest.approx(1 - 0.7**2, abs=1e-12)
    assert plug_in < estimate - 0.02


@pytest.mark.parametrize(("right", "drawn", "k"), [(0, 3, 4), (0, 3, 0), (4, 3, 1), (-1, 3, 1)])
def test_pass_at_k_is_undefined_outside_its_range(right: int, drawn: int, k: int) -> None:
    with pytest.raises(ValueError, match=f"pass@{k} of {right} right among {drawn} is undefined"):
        pass_at(right, drawn, k)


def test_epochs_give_pass_at_every_k_they_reach_with_an_interval_over_the_samples() -> None:
    found = computed(pass_at_k(), scored([1, 0, 0, 1], "a") + scored([0, 0, 0, 0], "b"))
    assert {name: found[name] for name in found if ":" not in name} == {
        "pass@1": pytest.approx(0.25),
        "pass@2": pytest.approx((1 - 1 / 6) / 2),
        "pass@4": pytest.approx(0.5),
    }
    interval = wilson(0.5, 2)
    assert (found["pass@1:low"], found["pass@1:high"], found["pass@1:n"]) == (interval.low, interval.high, 2)


def test_k_is_bounded_by_the_sample_with_the_fewest_scored_epochs() -> None:
    found = computed(pass_at_k(), scored([1, 1, 1, 1, 1], "a") + scored([1, 0, 1], "b"))
    assert [name for name in found if ":" not in name] == ["pass@1", "pass@2", "pass@3"]


def test_a_single_epoch_gives_no_pass_at_k() -> None:
    assert computed(pass_at_k(), scored([1], "a") + scored([0], "b")) == {}
    assert computed(pass_at_k(), []) == {}


def test_groups_have_their_share_and_n_and_a_sample_without_the_field_is_in_none() -> None:
    scores = scored([1, 0, 0], category="mathematical") + scored([1], category="edge_cases") + scored([1], category="")
    assert computed(by("category"), scores) == {
        "edge_cases": 1,
        "edge_cases:n": 1,
        "mathematical": pytest.approx(1 / 3),
        "mathematical:n": 3,
    }


def test_flags_divide_the_samples_into_the_unflagged_and_those_with_each_flag() -> None:
    scores = (
        scored([1, 1, 0], tags=[])
        + scored([0], tags=["spec-conflict", "under-specified"])
        + scored([1], tags=["under-specified", "other"])
    )
    assert computed(by_flag(), scores) == {
        "spec-conflict": 0,
        "spec-conflict:n": 1,
        "under-specified": 0.5,
        "under-specified:n": 2,
        "unflagged": pytest.approx(2 / 3),
        "unflagged:n": 3,
    }
    assert computed(by_flag(), scored([1, 0], tags=["other"])) == {}


def test_outcomes_are_counted_over_all_epochs() -> None:
    kinds = ["wrong", "pass", "wrong", "unsupported"]
    scores = [SampleScore(score=Score(value=kind), sample_id="a") for kind in kinds]
    assert computed(outcomes(), scores) == {"pass": 1, "unsupported": 1, "wrong": 2}


def test_cases_are_summed_over_samples_and_epochs() -> None:
    kept = [{"cases": 5, "cases_passed": 3}, {"cases": 5, "cases_passed": 5}, None]
    scores = [SampleScore(score=Score(value=0, metadata=metadata), sample_id="a") for metadata in kept]
    assert computed(case_counts(), scores) == {"cases": 10, "cases_right": 8}
