"""One picture an analysis, one message a picture, drawn from the answer's JSON alone.

plot(answer, axes)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from glassbox.harness.records.answer import Answer
from glassbox.harness.stats.estimate import Estimate
from glassbox.studies.prompt_questions.sweep import WANTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot(answer: Answer, axes: Axes) -> None:
    """Draw `answer` into empty axes."""
    PLOTS[answer.name](answer, axes)


def _sweep(answer: Answer, axes: Axes) -> None:
    sizes = [int(row.setting["K"]) for row in answer.rows]
    for name, style in (("exact Q", "--"), ("exact A", ":"), ("exact both", "-")):
        found = [row.estimates.get(name) for row in answer.rows]
        axes.plot(sizes, [_per_cent(one) for one in found], style, marker="o", markersize=4, label=name)
        if name == "exact both":
            axes.fill_between(sizes, [_low(one) for one in found], [_high(one) for one in found], alpha=0.15)
    axes.axhline(100 * WANTED, color="grey", linewidth=0.8)
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, [str(k) for k in sizes])
    axes.set(xlabel="content vectors K", ylabel="pairs written exactly, %", ylim=(-3, 103))
    axes.legend(frameon=False)


def _datasets(answer: Answer, axes: Axes) -> None:
    names = [f"{row.setting['data set']}\nn = {row.setting['n']}" for row in answer.rows]
    for shift, name in ((-0.25, "exact Q"), (0.0, "exact A"), (0.25, "exact both")):
        found = [row.estimates.get(name) for row in answer.rows]
        _bars(axes, [place + shift for place in range(len(names))], found, name)
    axes.set_xticks(range(len(names)), names)
    axes.set(ylabel="pairs written exactly, %", ylim=(0, 108))
    axes.legend(frameon=False, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.16))


def _bars(axes: Axes, places: list[float], found: list[Estimate | None], label: str) -> None:
    heights = [_per_cent(one) for one in found]
    down = [height - _low(one) for height, one in zip(heights, found, strict=True)]
    up = [_high(one) - height for height, one in zip(heights, found, strict=True)]
    axes.bar(places, heights, 0.23, yerr=[down, up], label=label, error_kw={"elinewidth": 0.8, "capsize": 2})


def _agreement(answer: Answer, axes: Axes) -> None:
    series = {name: [value for (value,) in values] for name, values in answer.points.items()}
    low, high = min(map(min, series.values())), max(map(max, series.values()))
    for name, values in series.items():
        axes.hist(values, bins=36, range=(low, high), density=True, histtype="step", linewidth=1.4, label=name)
    axes.set(xlabel="mean cosine of vectors at the same position", ylabel="density")
    axes.legend(frameon=False, fontsize=8)


def _nearest(answer: Answer, axes: Axes) -> None:
    names = {"found": "found vectors", "start": "their random starts", "tokens": "tokens, to another token"}
    for name, values in answer.points.items():
        left, density = zip(*values, strict=True)
        axes.stairs(density, [*left, 2 * left[-1] - left[-2]], linewidth=1.4, label=names[name])
    axes.set(xlabel="distance to the nearest token embedding", ylabel="density", yscale="symlog")
    axes.set_yticks([0, 1, 2, 5], ["0", "1", "2", "5"])
    axes.legend(frameon=False, fontsize=8)


def _clusters(answer: Answer, axes: Axes) -> None:
    for name, values in answer.points.items():
        axes.scatter([x for x, _ in values], [y for _, y in values], s=14, label=name, alpha=0.8)
    axes.set(xlabel="first principal axis of the found vectors", ylabel="second")
    axes.legend(frameon=False, fontsize=8)


PLOTS: dict[str, Callable[[Answer, Axes], None]] = {
    "datasets": _datasets,
    "sweep": _sweep,
    "agreement": _agreement,
    "nearest": _nearest,
    "clusters": _clusters,
}


def _per_cent(figure: Estimate | None) -> float:
    return float("nan") if figure is None else 100 * figure.value


def _low(figure: Estimate | None) -> float:
    return float("nan") if figure is None else 100 * figure.low


def _high(figure: Estimate | None) -> float:
    return float("nan") if figure is None else 100 * figure.high
