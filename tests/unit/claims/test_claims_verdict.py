"""Verdicts at their boundaries, with real intervals."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from glassbox.harness.stats.intervals import wilson
from glassbox.harness.stats.verdict import Verdict, above
from glassbox.leaderboards.claims.verdict import Standing, Threshold, judge, needed_for_share


def _of(right: int, n: int, threshold: Threshold) -> Standing:
    interval = wilson(right, n)
    return judge(interval.low, interval.high, threshold)


@pytest.mark.parametrize(
    ("right", "standing"),
    [(1000, "supported"), (997, "supported"), (996, "undetermined"), (984, "undetermined"), (983, "refuted")],
)
def test_more_than_99_percent_of_1000(right: int, standing: str) -> None:
    assert _of(right, 1000, Threshold(low=0.99, strict=True)) == standing


@pytest.mark.parametrize("right", range(940, 1001))
def test_one_sided_claims_are_judged_as_the_success_table_judges(right: int) -> None:
    interval = wilson(right, 1000)
    assert judge(interval.low, interval.high, Threshold(low=0.97, strict=True)) == above(interval, 0.97).value


def test_an_end_on_the_threshold_is_inside_unless_the_claim_is_strict() -> None:
    assert judge(0.5, 0.6, Threshold(low=0.5)) is Standing.SUPPORTED
    assert judge(0.5, 0.6, Threshold(low=0.5, strict=True)) is Standing.UNDETERMINED
    assert judge(0.4, 0.5, Threshold(low=0.5)) is Standing.UNDETERMINED
    assert judge(0.4, 0.5, Threshold(low=0.5, strict=True)) is Standing.REFUTED
    assert judge(0.6, 0.7, Threshold(high=0.6)) is Standing.UNDETERMINED
    assert judge(0.6, 0.7, Threshold(high=0.6, strict=True)) is Standing.REFUTED


def test_always_is_refuted_by_one_counterexample_and_supported_within_its_margin() -> None:
    always = Threshold(low=1.0, margin=0.01)
    assert _of(1000, 1000, always) is Standing.SUPPORTED
    assert _of(100, 100, always) is Standing.UNDETERMINED
    assert _of(999, 1000, always) is Standing.REFUTED
    never = Threshold(high=0.0, margin=0.01)
    assert _of(0, 1000, never) is Standing.SUPPORTED
    assert _of(1, 1000, never) is Standing.REFUTED


def test_a_range_is_supported_only_by_an_interval_within_it() -> None:
    about = Threshold(low=0.55, high=0.65)
    assert _of(600, 1000, about) is Standing.SUPPORTED
    assert _of(42, 70, about) is Standing.UNDETERMINED
    assert _of(900, 1000, about) is Standing.REFUTED
    assert _of(300, 1000, about) is Standing.REFUTED


def test_a_threshold_has_a_side_and_is_not_empty() -> None:
    with pytest.raises(ValidationError, match="nothing could refute"):
        Threshold()
    with pytest.raises(ValidationError, match="is empty; low must not exceed high"):
        Threshold(low=0.9, high=0.1)


def test_what_is_no_interval_judges_nothing() -> None:
    with pytest.raises(ValueError, match="is no interval"):
        judge(float("nan"), 1.0, Threshold(low=0.5))
    with pytest.raises(ValueError, match="is no interval"):
        judge(0.9, 0.1, Threshold(low=0.5))


@pytest.mark.parametrize(("right", "n", "low"), [(13, 18, 0.85), (14, 18, 0.82), (15, 18, 0.85), (6, 10, 0.5)])
def test_the_samples_needed_decide_and_one_fewer_does_not(right: int, n: int, low: float) -> None:
    threshold, share = Threshold(low=low), right / n
    assert _of(right, n, threshold) is Standing.UNDETERMINED
    needed = needed_for_share(share, threshold)
    assert needed is not None
    assert needed > n
    for size, decided in ((needed, True), (needed - 1, False)):
        interval = wilson(share * size, size)
        assert (judge(interval.low, interval.high, threshold) is not Standing.UNDETERMINED) is decided


def test_a_share_on_the_threshold_is_decided_by_no_number_of_samples() -> None:
    assert needed_for_share(0.85, Threshold(low=0.85)) is None


def test_verdicts_carry_over() -> None:
    assert [Standing.of(verdict) for verdict in Verdict] == ["supported", "refuted", "undetermined", "by construction"]
    assert {standing.mark for standing in Standing} == {"✓", "✗", "?", "=", "·"}
