"""Layer curves from logs: runs of one solver that differ in `layer` alone.

figures(load_logs("logs"))      # after glassbox eval ir_arith --solver ir_head -S layer=2, layer=3, ...
"""

from __future__ import annotations

from collections.abc import Sequence

from glassbox.harness.records.frames import RunRecord
from glassbox.harness.stats.estimate import Estimate
from glassbox.leaderboards.families import ir
from glassbox.leaderboards.report.content import Figure
from glassbox.leaderboards.report.curves import Line, draw
from glassbox.leaderboards.report.svg import inline, panels
from glassbox.leaderboards.runs import estimate, placed

SCORES = ("semantic", "operation", "first_operand", "second_operand")
VARIED = "layer"


def figures(records: Sequence[RunRecord]) -> tuple[Figure, ...]:
    """One figure for each solver, model and data with at least two layers; fractions of depth stand by themselves."""
    groups: dict[tuple[str, ...], dict[float, RunRecord]] = {}
    for run in placed(records, ir.HEADLINE, keep_all=False):
        layer = run.record.solver_args.get(VARIED)
        if isinstance(layer, bool) or not isinstance(layer, int | float):
            continue
        others = {name: value for name, value in run.record.solver_args.items() if name != VARIED}
        kind = "layer as a fraction of depth" if isinstance(layer, float) else VARIED
        words = (run.record.model, run.record.solver, str(sorted(others.items())), run.record.samples_digest, kind)
        groups.setdefault((*run.place, *words), {})[float(layer)] = run.record
    several = [(key, runs) for key, runs in sorted(groups.items()) if len(runs) > 1]
    return tuple(_figure(f"layers-{at}", key[-1], runs) for at, (key, runs) in enumerate(several))


def _figure(name: str, kind: str, runs: dict[float, RunRecord]) -> Figure:
    first = next(iter(runs.values()))
    lines = [line for score in SCORES if len((line := _line(score, runs)).places) > 1]
    drawing, (axes,) = panels(5.4, 3.3)
    draw(axes, lines)
    axes.set(xlabel=kind, ylabel="right, %")
    title = f"{first.task} {first.task_version} · {first.split} · {first.solver} · {first.model}"
    shown = inline(drawing, name, f"{title}, by layer", "; ".join(line.said() for line in lines))
    facts = {"task": first.task, "split": first.split, "model": first.model, "solver": first.solver}
    return Figure(title, shown, f"{len(runs)} runs, n = {first.total:,} each; 95 % Wilson intervals.", facts)


def _line(score: str, runs: dict[float, RunRecord]) -> Line:
    found: list[tuple[float, Estimate]] = []
    for layer, record in sorted(runs.items()):
        share = estimate(record, score)
        if share is not None:
            found.append((layer, share))
    return Line(score.replace("_", " "), tuple(layer for layer, _ in found), tuple(share for _, share in found))
