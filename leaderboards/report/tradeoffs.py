"""Accuracy against what it costs: latency and tokens, one figure for each task, version and split.

    figures(load_logs("logs"))

Points are the runs of the boards, with the intervals of their log headers; nothing is computed anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glassbox.harness.records.controls import is_control
from glassbox.harness.records.frames import RunRecord
from glassbox.harness.stats.estimate import Estimate
from glassbox.leaderboards.conditions import withheld
from glassbox.leaderboards.families.family import installed_families
from glassbox.leaderboards.figures import milliseconds, number, with_interval
from glassbox.leaderboards.report.content import Figure
from glassbox.leaderboards.report.drawing import MUTED, image, panels, series
from glassbox.leaderboards.report.labels import Named, place
from glassbox.leaderboards.runs import Placed, estimate, placed

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class Cost:
    """What a figure's horizontal axis measures.

    Attributes:
      name: Part of the figure's title and id.
      axis: Label of the axis.
      of: Reads it from a run; None where it was not measured.
      shown: Writes a value for a reader.
      linear_to: Up to here the axis is linear, beyond logarithmic; 0 is logarithmic throughout.
    """

    name: str
    axis: str
    of: Callable[[RunRecord], float | None]
    shown: Callable[[float | None], str]
    linear_to: float = 0.0


def _tokens(record: RunRecord) -> float | None:
    read, written = record.metric("prompt_tokens", "mean"), record.metric("generated_tokens", "mean")
    return None if read is None or written is None else read + written


def _search(record: RunRecord) -> float | None:
    seconds = record.metric("seconds", "mean")
    return None if seconds is None else seconds * 1000


COSTS = (
    Cost("latency", "one question alone, median", lambda run: run.metric("alone_ms", "p50"), milliseconds),
    Cost("latency", "search time of a pair, mean", _search, milliseconds),
    Cost("tokens", "tokens read and written a question, mean", _tokens, number, linear_to=1.0),
)


@dataclass(frozen=True, slots=True)
class Point:
    """A run in a figure."""

    run: Placed
    cost: float
    share: Estimate
    control: bool
    label: str


def figures(records: Sequence[RunRecord], keep_all: bool = False) -> tuple[Figure, ...]:
    """Every figure that at least two runs with different costs can make, in the order of the boards."""
    made: list[Figure] = []
    for family in installed_families():
        sections: dict[tuple[str, str, str], list[Placed]] = {}
        for run in placed(records, family.headline, keep_all):
            sections.setdefault(run.place, []).append(run)
        for _, runs in sorted(sections.items()):
            for cost in COSTS:
                points = _points(family.headline, cost, runs)
                if len({point.cost for point in points}) > 1:
                    made.append(_figure(family.unit, cost, runs, points))
    return tuple(made)


def _figure(unit: str, cost: Cost, runs: Sequence[Placed], points: Sequence[Point]) -> Figure:
    task, version, split = runs[0].place
    title = f"{task} {version}" + (f" · {split}" if split else "")
    figure, (axes,) = panels(5.4, 3.5)
    _draw(axes, points, cost)
    axes.set_ylabel(f"{unit}, %")
    homeless = place(axes, [Named(p.cost, 100 * p.share.value, p.label, p.control) for p in points])
    said = "; ".join(f"{p.label}: {with_interval(p.share)} %, {cost.shown(p.cost)}" for p in points)
    drawing = image(figure, f"{title}: {unit} against {cost.name}. {said}")
    models = {run.record.model for run in runs}
    facts = {"task": task, "split": runs[0].record.split} | ({"model": models.pop()} if len(models) == 1 else {})
    return Figure(f"{title}: {cost.name}", drawing, _caption(runs, points, homeless), facts)


def _points(headline: str, cost: Cost, runs: Sequence[Placed]) -> list[Point]:
    several = len({run.record.model for run in runs}) > 1
    reasons = withheld(records := [run.record for run in runs], records)
    found = []
    for run, untimed in zip(runs, reasons, strict=True):
        share, paid = estimate(run.record, headline), cost.of(run.record)
        if share is None or paid is None or (paid <= 0 and not cost.linear_to):
            continue
        if untimed and cost.shown is milliseconds:
            continue
        label = f"{run.record.solver} {run.arguments}".strip() + (f" · {run.record.model}" if several else "")
        found.append(Point(run, paid, share, is_control(run.record), label))
    return sorted(found, key=lambda point: (point.control, -point.share.value, point.cost, point.label))


def _draw(axes: Axes, points: Sequence[Point], cost: Cost) -> None:
    for point in points:
        colour = MUTED if point.control else series(0)
        value, low, high = (100 * part for part in (point.share.value, point.share.low, point.share.high))
        axes.vlines(point.cost, low, high, color=colour, linewidth=1.2, alpha=0.55)
        axes.plot(point.cost, value, "o", color=colour, markerfacecolor="none" if point.control else colour)
    _scale(axes, points, cost)
    axes.set(ylim=(-4, 104), yticks=range(0, 101, 25), xlabel=cost.axis)
    axes.grid(False, axis="x")


def _scale(axes: Axes, points: Sequence[Point], cost: Cost) -> None:
    """A logarithmic axis with room for names on both sides, and ticks as the boards write such values."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    lowest, highest = min(point.cost for point in points), max(point.cost for point in points)
    if cost.linear_to:
        axes.set_xscale("symlog", linthresh=cost.linear_to, linscale=0.6)
        axes.set_xlim(-0.6 * cost.linear_to, max(highest, 10) * 2.2)
        axes.set_xticks([0, *(10.0**power for power in range(6) if 10.0**power <= highest * 2)])
    else:
        axes.set_xscale("log")
        room = (highest / lowest) ** 0.16 * 1.25
        axes.set_xlim(lowest / room, highest * room)
        wide = highest / lowest > 30
        axes.xaxis.set_major_locator(LogLocator(10, subs=(1.0,) if wide else (1.0, 2.0, 5.0), numticks=8))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, cost)))


def _tick(value: float, cost: Cost) -> str:
    """`10 ms` for `10.0 ms`."""
    figure, _, unit = cost.shown(value).partition(" ")
    return f"{figure.rstrip('0').rstrip('.') if '.' in figure else figure} {unit}".strip()


def _caption(runs: Sequence[Placed], points: Sequence[Point], homeless: Iterable[str]) -> str:
    """What the marks are, how many samples stand behind them, and who is not there."""
    counts = sorted({point.share.n for point in points})
    n = f"n = {counts[0]:,}" if len(counts) == 1 else f"n from {counts[0]:,} to {counts[-1]:,}"
    parts = [f"Bars: 95 % intervals, {n}. Hollow: controls."]
    drawn = {point.run.record.path for point in points}
    absent = sorted({f"{run.record.solver} {run.arguments}".strip() for run in runs if run.record.path not in drawn})
    if absent:
        parts.append(f"Not measured for {', '.join(absent)}.")
    unnamed = sorted(homeless)
    if unnamed:
        parts.append(f"Without room for a name: {', '.join(unnamed)}.")
    return " ".join(parts)
