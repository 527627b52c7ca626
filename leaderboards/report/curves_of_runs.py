"""Curves from logs: runs of one solver that differ in one argument alone, as the layer or the number of vectors.

figures(load_logs("logs"), LAYER)       # after glassbox eval ir_arith --solver ir_head -S layer=2, layer=3, ...
figures(load_logs("logs"), VECTORS)     # after runs of a soft-prompt task with -S k=1, k=2, k=4, ...
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from glassbox.harness.records.frames import RunRecord
from glassbox.harness.stats.estimate import Estimate
from glassbox.leaderboards.families import dcm, ir
from glassbox.leaderboards.report.content import Figure
from glassbox.leaderboards.report.curves import Line, draw
from glassbox.leaderboards.report.drawing import image, panels
from glassbox.leaderboards.runs import estimate, label, placed


@dataclass(frozen=True, slots=True)
class Varied:
    """An argument over which scores are drawn.

    Attributes:
      argument: Of the solver.
      axis: Its name on the axis.
      headline: What a run must have.
      scores: Drawn, with their names.
      unit: What is counted.
      doubling: Whether its values double.
    """

    argument: str
    axis: str
    headline: str
    scores: Mapping[str, str] = field(hash=False)
    unit: str
    doubling: bool = False


LAYER = Varied(
    "layer",
    "layer",
    ir.HEADLINE,
    {name: name.replace("_", " ") for name in ("semantic", "operation", "first_operand", "second_operand")},
    "right, %",
)
VECTORS = Varied(
    "k",
    "content vectors, K",
    dcm.HEADLINE,
    {dcm.HEADLINE: "both", "exact_question": "question", "exact_answer": "answer"},
    "decoded exactly to the stop token, %",
    doubling=True,
)


def figures(records: Sequence[RunRecord], varied: Varied) -> tuple[Figure, ...]:
    """One figure for each solver, model and data with at least two values, all else equal."""
    groups: dict[tuple[str, ...], dict[float, RunRecord]] = {}
    for run in placed(records, varied.headline, keep_all=False):
        value = run.record.solver_args.get(varied.argument)
        if isinstance(value, bool) or not isinstance(value, int | float) or not estimate(run.record, varied.headline):
            continue
        others = sorted((name, str(one)) for name, one in run.record.solver_args.items() if name != varied.argument)
        # A fraction of depth and a number of a layer are different axes.
        axis = f"{varied.axis} as a fraction of depth" if isinstance(value, float) else varied.axis
        key = (*run.place, run.record.model, run.record.solver, str(others), run.record.samples_digest, axis)
        groups.setdefault(key, {})[float(value)] = run.record
    several = [(key[-1], dict(sorted(runs.items()))) for key, runs in sorted(groups.items()) if len(runs) > 1]
    return tuple(_figure(varied, axis, runs) for axis, runs in several)


def _figure(varied: Varied, axis: str, runs: Mapping[float, RunRecord]) -> Figure:
    first = next(iter(runs.values()))
    every = (_line(score, words, runs) for score, words in varied.scores.items())
    lines = [line for line in every if len(line.places) > 1]
    drawing, (axes,) = panels(5.4, 3.3)
    draw(axes, lines, varied.doubling)
    axes.set(xlabel=axis, ylabel=varied.unit)
    settings = " ".join(word for word in label(first).split() if not word.startswith(f"{varied.argument}="))
    title = " · ".join(filter(None, (f"{first.task} {first.task_version}", first.split, settings, first.model)))
    facts = {"task": first.task, "split": first.split, "model": first.model, "solver": first.solver}
    said = "; ".join(line.said() for line in lines)
    caption = f"{len(runs)} runs, n = {first.total:,} each; 95 % Wilson intervals."
    return Figure(title, image(drawing, f"{title}, by {axis}. {said}"), caption, facts)


def _line(score: str, words: str, runs: Mapping[float, RunRecord]) -> Line:
    found: list[tuple[float, Estimate]] = []
    for value, record in runs.items():
        share = estimate(record, score)
        if share is not None:
            found.append((value, share))
    return Line(words, tuple(value for value, _ in found), tuple(s for _, s in found))
