"""How figures are written on every board: percentages, intervals, latencies, counts; a dash where there is none."""

from __future__ import annotations

from math import floor, log10

from glassbox.harness.stats import estimate
from glassbox.harness.stats.estimate import Estimate

NONE = "–"  # noqa: RUF001
MICRO = "\N{MICRO SIGN}"


def percent(share: float | None) -> str:
    """`99.4`, or a dash."""
    return NONE if share is None else estimate.percent(share)


def proportion(found: Estimate | None) -> str:
    """`99.4`, without the interval."""
    return percent(found.value) if found else NONE


def with_interval(found: Estimate | None) -> str:
    """`99.4 [98.7, 99.7]`."""
    return found.text if found else NONE


def milliseconds(value: float | None) -> str:
    """Three digits in the unit that suits, microseconds to seconds: `1.23 ms`, `45.6 ms`, `2.10 s`."""
    if value is None:
        return NONE
    if value < 0.9995:
        return f"{_three_digits(value * 1000)} {MICRO}s"
    return f"{_three_digits(value)} ms" if value < 999.5 else f"{_three_digits(value / 1000)} s"


def dollars(value: float | None) -> str:
    """Two digits or more: `$12.50`, `$0.34`, `$0.000052`; below a thousandth of a cent, that it is below."""
    if value is None:
        return NONE
    if 0 < value < 0.00001:
        return "<$0.00001"
    if value == 0 or value >= 0.1:
        return f"${value:,.2f}"
    return f"${value:.{1 - floor(log10(value))}f}"


def ratio(value: float | None) -> str:
    """`12.4 x`."""
    return NONE if value is None else f"{_three_digits(value)} x"


def number(value: float | None) -> str:
    """`1,234` or `12.3`: counts whole, means with one decimal."""
    if value is None:
        return NONE
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def address(content: str | None) -> str:
    """The first eight characters of a content address, its kind left out (`sha256:ab12cd34` is `ab12cd34`)."""
    return content.rsplit(":", 1)[-1].rsplit("/", 1)[-1][:8] if content else NONE


def _three_digits(value: float) -> str:
    if value >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"
