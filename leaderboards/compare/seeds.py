"""`glassbox compare A B --runs 5`: two solvers over several runs, with what the runs themselves differ by.

glassbox compare ir_head layer0 --runs 5
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from glassbox.harness.records.export import RECORDS, exported
from glassbox.harness.records.frames import RunRecord
from glassbox.harness.records.pairing import NotComparable, PairedRuns, pair
from glassbox.harness.stats.estimate import Estimate, points
from glassbox.harness.stats.resample import Floats
from glassbox.harness.stats.runs import Runs, RunsComparison, compare_runs, several_runs
from glassbox.harness.tables.render import markdown_table

SEED = "seed"


@dataclass(frozen=True, slots=True)
class SeedsReport:
    """Two solvers, each over several runs on the same samples."""

    task: str
    task_version: str
    split: str
    score: str
    cluster: str
    name_a: str
    name_b: str
    logs_a: tuple[str, ...]
    logs_b: tuple[str, ...]
    a: Runs
    b: Runs
    comparison: RunsComparison

    @property
    def sentence(self) -> str:
        """One line: who scores higher over runs and samples, or that there is no evidence of a difference."""
        found = self.comparison
        figures = (
            f"difference {points(found.difference, found.interval)}, p = {found.p:.2g}, "
            f"{self.a.runs} and {self.b.runs} runs, "
            f"n = {self.a.samples:,}"
        )
        if not found.evidence:
            return f"no evidence of a difference between {self.name_a} and {self.name_b} on {self.score}: {figures}"
        higher, lower = (self.name_a, self.name_b) if found.difference > 0 else (self.name_b, self.name_a)
        return f"{higher} scores higher than {lower} on {self.score}: {figures}"


def seeds_report(a: Sequence[RunRecord], b: Sequence[RunRecord], args: argparse.Namespace) -> str:
    """Pair all runs with the first, compare, and write in the form asked for.

    Raises:
      NotComparable: Runs of other data, or with other samples scored.
    """
    for name, runs in ((args.a, a), (args.b, b)):
        _refuse_other_arguments(name, runs)
    first = a[0]
    pairs = [pair(first, run, args.score, args.cluster) for run in (*a[1:], *b)]
    odd = next((one for one in pairs if one.ids != pairs[0].ids), None)
    if odd is not None:
        raise NotComparable(f"{odd.b.path.name} has other samples scored than {first.path.name}; run it again")
    left = np.asarray([pairs[0].values_a, *(one.values_b for one in pairs[: len(a) - 1])])
    right = np.asarray([one.values_b for one in pairs[len(a) - 1 :]])
    return _written(_judged(a, b, pairs[0], left, right, (args.a, args.b), args.confidence), args.format)


def _refuse_other_arguments(name: str, runs: Sequence[RunRecord]) -> None:
    """Runs of one method differ in their seed at most; other layers are other methods."""
    for argument in sorted({argument for run in runs for argument in run.solver_args} - {SEED}):
        values = sorted({str(run.solver_args.get(argument)) for run in runs})
        if len(values) > 1:
            raise NotComparable(
                f"the runs of {name} differ in {argument} ({', '.join(values)}), so that they are not one method; "
                f"name one, as in '{name} {argument}={values[0]}'"
            )


def _judged(
    a: Sequence[RunRecord],
    b: Sequence[RunRecord],
    paired: PairedRuns,
    left: Floats,
    right: Floats,
    names: tuple[str, str],
    confidence: float,
) -> SeedsReport:
    return SeedsReport(
        task=paired.a.task,
        task_version=paired.a.task_version,
        split=paired.a.split,
        score=paired.score,
        cluster=paired.cluster,
        name_a=names[0],
        name_b=names[1],
        logs_a=tuple(record.path.name for record in a),
        logs_b=tuple(record.path.name for record in b),
        a=several_runs(left, paired.clusters, confidence),
        b=several_runs(right, paired.clusters, confidence),
        comparison=compare_runs(left, right, paired.clusters, confidence),
    )


def _record(found: SeedsReport) -> dict[str, object]:
    judged = found.comparison
    difference = Estimate.within(judged.interval, judged.difference, found.a.samples)
    return {
        **{name: getattr(found, name) for name in ("task", "task_version", "split", "score", "cluster")},
        "n": found.a.samples,
        "a": _side(found.name_a, found.logs_a, found.a),
        "b": _side(found.name_b, found.logs_b, found.b),
        "difference": difference,
        "evidence": judged.evidence,
        "p": judged.p,
        "sentence": found.sentence,
    }


def _side(name: str, logs: Sequence[str], runs: Runs) -> dict[str, object]:
    score = Estimate.within(runs.interval, runs.mean, runs.samples)
    means, deviation = runs.run_means, runs.run_deviation
    return {"name": name, "logs": logs, "runs": runs.runs, "score": score, "means": means, "deviation": deviation}


def _written(found: SeedsReport, form: str) -> str:
    if form in RECORDS:
        return exported("compare", [_record(found)], form)
    lines = [f"{found.name_a}: {found.a.sentence}", f"{found.name_b}: {found.b.sentence}"]
    if found.cluster:
        lines.append(f"samples of the same {found.cluster} are one cluster; --cluster none takes them for independent")
    if form != "markdown":
        return "\n".join([found.sentence, "", *lines]) + "\n"
    place = " · ".join(filter(None, [f"{found.task} {found.task_version}", found.split]))
    means = [[f"{mean * 100:.1f}" for mean in runs.run_means] for runs in (found.a, found.b)]
    table = markdown_table(
        ("", f"{found.score} of each run, %"),
        [(name, ", ".join(values)) for name, values in zip((found.name_a, found.name_b), means, strict=True)],
    )
    notes = "\n".join(f"- {line}" for line in lines)
    return f"### {place} · {found.name_a} against {found.name_b}\n\n{found.sentence}\n\n{table}\n\n{notes}\n"
