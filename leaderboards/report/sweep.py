"""The K sweep: how many pairs are held exactly by how many content vectors, from runs that differ in `k` alone.

figures(load_logs("logs"))      # after runs of a soft-prompt task with -S k=1, k=2, k=4, ...
"""

from __future__ import annotations

from collections.abc import Sequence

from glassbox.harness.records.frames import RunRecord
from glassbox.harness.stats.estimate import Estimate
from glassbox.leaderboards.families import dcm
from glassbox.leaderboards.report.content import Figure
from glassbox.leaderboards.report.curves import Line, draw
from glassbox.leaderboards.report.svg import inline, panels
from glassbox.leaderboards.runs import estimate, label, placed

SCORES = {dcm.HEADLINE: "both", "exact_question": "question", "exact_answer": "answer"}
VARIED = "k"


def figures(records: Sequence[RunRecord]) -> tuple[Figure, ...]:
    """One figure for each model and data on which at least two K were tried with all else equal."""
    groups: dict[tuple[str, ...], dict[int, RunRecord]] = {}
    for run in placed(records, dcm.HEADLINE, keep_all=False):
        k = run.record.solver_args.get(VARIED)
        if isinstance(k, bool) or not isinstance(k, int) or estimate(run.record, dcm.HEADLINE) is None:
            continue
        others = sorted((name, str(value)) for name, value in run.record.solver_args.items() if name != VARIED)
        key = (*run.place, run.record.model, run.record.solver, str(others), run.record.samples_digest)
        groups.setdefault(key, {})[k] = run.record
    several = [runs for _, runs in sorted(groups.items()) if len(runs) > 1]
    return tuple(_figure(f"sweep-{at}", dict(sorted(runs.items()))) for at, runs in enumerate(several))


def _figure(name: str, runs: dict[int, RunRecord]) -> Figure:
    first = next(iter(runs.values()))
    lines = [line for score, words in SCORES.items() if len((line := _line(score, words, runs)).places) > 1]
    drawing, (axes,) = panels(5.4, 3.3)
    draw(axes, lines, doubling=True)
    axes.set(xlabel="content vectors, K", ylabel="decoded exactly to the stop token, %")
    title = " · ".join(filter(None, (f"{first.task} {first.task_version}", first.split, first.model)))
    shown = inline(drawing, name, f"{title}: exact pairs by K", "; ".join(line.said() for line in lines))
    facts = {"task": first.task, "split": first.split, "model": first.model, "solver": first.solver}
    settings = " ".join(word for word in label(first).split() if not word.startswith(f"{VARIED}="))
    caption = f"{settings}. {len(runs)} runs of {first.total:,} pairs each; 95 % Wilson intervals."
    return Figure(title, shown, caption, facts)


def _line(score: str, words: str, runs: dict[int, RunRecord]) -> Line:
    found: list[tuple[int, Estimate]] = []
    for k, record in runs.items():
        share = estimate(record, score)
        if share is not None:
            found.append((k, share))
    return Line(words, tuple(k for k, _ in found), tuple(share for _, share in found))
