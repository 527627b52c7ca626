"""How figures are written."""

from __future__ import annotations

import pytest

from glassbox.harness.stats.estimate import Estimate
from glassbox.leaderboards import figures


@pytest.mark.parametrize(
    ("share", "written"),
    [(0.994, "99.4"), (1, "100.0"), (0, "0.0"), (0.99996, "99.9"), (0.00001, "0.1"), (None, figures.NONE)],
)
def test_all_and_none_are_written_only_when_they_are_true(share: float | None, written: str) -> None:
    assert figures.percent(share) == written


def test_an_estimate_stands_with_its_interval() -> None:
    assert figures.with_interval(Estimate(0.994, 0.987, 0.997, 1000)) == "99.4 [98.7, 99.7]"
    assert figures.with_interval(None) == figures.NONE


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0042, "4.20 \N{MICRO SIGN}s"),
        (0.21, "210 \N{MICRO SIGN}s"),
        (0.9999, "1.00 ms"),
        (1.234, "1.23 ms"),
        (45.67, "45.7 ms"),
        (123.4, "123 ms"),
        (999.9, "1.00 s"),
        (2100, "2.10 s"),
        (None, figures.NONE),
    ],
)
def test_latency_has_three_digits_in_a_sensible_unit(value: float | None, written: str) -> None:
    assert figures.milliseconds(value) == written


@pytest.mark.parametrize(("value", "written"), [(1234.0, "1,234"), (12.34, "12.3"), (0, "0"), (None, figures.NONE)])
def test_counts_are_whole_and_means_have_one_decimal(value: float | None, written: str) -> None:
    assert figures.number(value) == written


@pytest.mark.parametrize(
    ("content", "written"),
    [("sha256:0123456789ab", "01234567"), ("abc", "abc"), ("heads/0123456789", "01234567"), (None, figures.NONE)],
)
def test_an_artefact_is_named_by_its_first_digits(content: str | None, written: str) -> None:
    assert figures.address(content) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (12.5, "$12.50"),
        (1234.5, "$1,234.50"),
        (0.34, "$0.34"),
        (0.0471, "$0.047"),
        (0.0000523, "$0.000052"),
        (0.000001, "<$0.00001"),
        (0.0, "$0.00"),
        (None, figures.NONE),
    ],
)
def test_small_sums_keep_two_digits(value: float | None, written: str) -> None:
    assert figures.dollars(value) == written
