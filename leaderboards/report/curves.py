"""Shares with their intervals over an axis: lines with bands over numbers, dots with bars over names.

draw(axes, [Line("pointer", (0, 1, 2), (first, second, third))])
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glassbox.harness.stats.estimate import Estimate
from glassbox.leaderboards.figures import with_interval
from glassbox.leaderboards.report.drawing import MUTED, series

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Place = str | int | float

_DODGE = 0.16
_NEAR = 0.9
"""Where no interval reaches below this, the axis of shares does not begin at 0."""


@dataclass(frozen=True, slots=True)
class Line:
    """One series: where its points stand, and the share measured at each."""

    name: str
    places: tuple[Place, ...]
    shares: tuple[Estimate, ...]

    @property
    def numeric(self) -> bool:
        """Whether the places are numbers, which have an order and distances."""
        return not any(isinstance(place, str) for place in self.places)

    def said(self) -> str:
        """The series in words, for who cannot see it."""
        points = ", ".join(
            f"{place}: {with_interval(share)} %" for place, share in zip(self.places, self.shares, strict=True)
        )
        return f"{self.name}: {points}"


def draw(axes: Axes, lines: Sequence[Line], doubling: bool = False) -> None:
    """Draw every series, and a legend where there are several.

    Args:
      axes: Empty ones.
      lines: Series of one kind, all over numbers or all over names.
      doubling: Whether the axis is logarithmic, with a tick at each place: sizes that double.
    """
    if all(line.numeric for line in lines):
        _lines(axes, lines, doubling)
    else:
        _dots(axes, lines)
    if len(lines) > 1:
        axes.legend(loc="best", handlelength=1.4, frameon=False, fontsize=9.5)


def bottom(lines: Sequence[Line]) -> float:
    """Where an axis of percentages begins, so that nothing drawn is cut and near-perfect shares can be told apart."""
    lowest = min(share.low for line in lines for share in line.shares)
    return -4.0 if lowest < _NEAR else 100 - (100 - 100 * lowest) * 1.15


def _lines(axes: Axes, lines: Sequence[Line], doubling: bool) -> None:
    for at, line in enumerate(lines):
        values, lows, highs = ([100 * part for part in parts] for parts in _parts(line))
        places = [float(place) for place in line.places]
        axes.fill_between(places, lows, highs, color=series(at), alpha=0.16, linewidth=0)
        axes.plot(places, values, "o-", color=series(at), label=line.name)
    places = sorted({float(place) for line in lines for place in line.places})
    if doubling:
        axes.set_xscale("log", base=2)
    axes.set_xticks(places if len(places) <= 12 else places[:: len(places) // 8], minor=False)
    axes.set_xticklabels([f"{place:g}" for place in axes.get_xticks()])
    axes.xaxis.minorticks_off()
    axes.grid(False, axis="x")
    low = bottom(lines)
    axes.set_ylim(low, 104 if low < 0 else 100 + (100 - low) * 0.06)


def _dots(axes: Axes, lines: Sequence[Line]) -> None:
    """Names stand upright at the left, first on top; several series stand a little apart."""
    names = list(dict.fromkeys(str(place) for line in lines for place in line.places))
    for at, line in enumerate(lines):
        values, lows, highs = ([100 * part for part in parts] for parts in _parts(line))
        shift = _DODGE * (at - (len(lines) - 1) / 2)
        seats = [names.index(str(place)) + shift for place in line.places]
        axes.hlines(seats, lows, highs, color=series(at), linewidth=1.4, alpha=0.55)
        axes.plot(values, seats, "o", color=series(at), label=line.name)
    axes.set(yticks=range(len(names)), ylim=(len(names) - 0.5, -0.5))
    axes.set_yticklabels(names, color=MUTED)
    axes.grid(False, axis="y")
    low = bottom(lines)
    axes.set_xlim(low, 104 if low < 0 else 100 + (100 - low) * 0.06)


def _parts(line: Line) -> tuple[list[float], list[float], list[float]]:
    return (
        [share.value for share in line.shares],
        [share.low for share in line.shares],
        [share.high for share in line.shares],
    )
