"""One type for a figure with its interval: how it is made, written and read."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from glassbox.harness.stats.estimate import Estimate, points
from glassbox.harness.stats.intervals import Interval


def test_a_count_and_its_share_have_wilsons_interval() -> None:
    assert str(Estimate.of_count(13, 18)) == "72.2 % [49.1, 87.5]"
    assert Estimate.of_share(13 / 18, 18) == Estimate.of_count(13, 18)
    with pytest.raises(ValueError, match="0 successes of 0"):
        Estimate.of_count(0, 0)


def test_a_share_that_rounding_put_above_all_is_all() -> None:
    assert Estimate.of_share(sum([0.1] * 10) + 0.1 + 1e-16, 1).high == 1.0


@pytest.mark.parametrize(
    ("found", "text", "prose"),
    [
        (Estimate(0.9999, 0.995, 1.0, 10_000), "99.9 [99.5, 100.0]", "99.9 % [99.5, 100.0]"),
        (Estimate(0.0, 0.0, 0.0004, 10_000), "0.0 [0.0, 0.1]", "0.0 % [0.0, 0.1]"),
        (Estimate(2.0, 1.0, 345.0, 3, "number"), "2.000 [1.000, 345]", "2.000 [1.000, 345]"),
    ],
)
def test_only_all_is_100_and_only_none_is_0(found: Estimate, text: str, prose: str) -> None:
    assert (found.text, str(found)) == (text, prose)


def test_a_difference_is_written_in_points() -> None:
    assert points(0.04, Interval(-0.003, 0.081, 0.95, "tango")) == "+4.0 points [-0.3, +8.1]"


def test_it_is_read_from_json() -> None:
    adapter = TypeAdapter(Estimate)
    now = Estimate(0.5, 0.4, 0.6, 100)
    assert adapter.validate_json(adapter.dump_json(now)) == now


def test_a_mean_has_a_bootstrap_interval_which_one_value_alone_does_not_have() -> None:
    mean = Estimate.of_mean([1.0, 2.0, 3.0])
    assert isinstance(mean, Estimate)
    assert 1 <= mean.low < mean.value == 2 < mean.high <= 3
    assert (mean.n, mean.unit) == (3, "number")
    assert Estimate.of_mean([3.0]) == 3.0
    with pytest.raises(ValueError, match="nothing to take the mean of"):
        Estimate.of_mean([])
