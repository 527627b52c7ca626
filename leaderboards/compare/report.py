"""What a paired comparison of two runs says: difference, interval, p, effect, power, cost; and one sentence.

report(pair(record_a, record_b)).sentence

Right and wrong on independent samples is judged exactly (Tango's interval, McNemar's test); anything else, and samples
that share a template, passage or task, by means whose error is robust to clusters.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from glassbox.harness.records.frames import RunRecord
from glassbox.harness.records.judges import other_judges
from glassbox.harness.records.pairing import PairedRuns
from glassbox.harness.stats.estimate import Estimate, points
from glassbox.harness.stats.intervals import Interval, bootstrap_ratio, wilson
from glassbox.harness.stats.means import ratio_of_means, t_mean
from glassbox.harness.stats.paired import PairedTable, compare, mcnemar, paired_table
from glassbox.harness.stats.paired_means import compare_means, paired_permutation
from glassbox.harness.stats.power import (
    fewest_discordant,
    mean_detectable,
    mean_needed,
    paired_detectable,
    paired_needed,
)
from glassbox.harness.stats.resample import Floats
from glassbox.leaderboards.audits import fault_of
from glassbox.leaderboards.conditions import timed_otherwise
from glassbox.leaderboards.runs import label

FEWEST_LATENCIES = 5
FEW_CLUSTERS = 10
COSTS = (
    ("latency alone, median", "alone_ms", "ms"),
    ("time in a batch, mean", "amortised_ms", "ms"),
    ("working time, mean", "working_ms", "ms"),
    ("tokens written, mean", "generated_tokens", "tokens"),
    ("tokens in all, mean", "tokens", "tokens"),
)


@dataclass(frozen=True, slots=True)
class Side:
    """One run of the two."""

    name: str
    model: str
    log: str
    created: str
    score: Estimate


@dataclass(frozen=True, slots=True)
class Finding:
    """The difference A - B and how sure it is.

    Attributes:
      method: The interval and the test.
      p: Two-sided.
      second_p: Of a test with other assumptions, named by `second`; None where there is none.
      effect: Size of the effect in the unit `effect_name`; None where it is undefined.
      detectable: Smallest difference found with 80 % power by a comparison like this; None where none would be.
      differing: Clusters (or samples) on which the two differ at all.
      needed: Samples to find the observed difference with 80 % power; None without a difference.
    """

    method: str
    difference: float
    low: float
    high: float
    p: float
    second: str
    second_p: float | None
    effect_name: str
    effect: float | None
    detectable: float | None
    needed: int | None
    evidence: bool
    clusters: int | None
    differing: int
    design_effect: float | None


@dataclass(frozen=True, slots=True)
class Ratio:
    """A cost of A over that of B; None where it was not measured on both, or is zero on one."""

    name: str
    key: str
    unit: str
    a: float | None
    b: float | None
    ratio: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything `glassbox compare` says."""

    task: str
    task_version: str
    split: str
    score: str
    n: int
    unscored: int
    data: str
    cluster: str
    a: Side
    b: Side
    table: PairedTable | None
    test: Finding
    ratios: tuple[Ratio, ...]
    notes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """One line: who scores higher, or that there is no evidence of a difference."""
        test = self.test
        figures = f"difference {points(test.difference, test)}, p = {test.p:.2g}, n = {self.n:,}"
        if test.clusters is not None:
            figures += f" in {test.clusters:,} clusters"
        if test.evidence:
            higher, lower = (self.a.name, self.b.name) if test.difference > 0 else (self.b.name, self.a.name)
            return f"{higher} scores higher than {lower} on {self.score}: {figures}"
        return f"no evidence of a difference between {self.a.name} and {self.b.name} on {self.score}: {figures}"


def report(pairs: PairedRuns, confidence: float = 0.95) -> Report:
    """Judge two paired runs."""
    table = paired_table(pairs.values_a.tolist(), pairs.values_b.tolist()) if pairs.binary else None
    if table is not None and pairs.clusters is None:
        test = _exactly(table, confidence, pairs)
    else:
        test = _by_means(pairs, confidence)
    name_a, name_b = _names(pairs.a, pairs.b)
    return Report(
        task=pairs.a.task,
        task_version=pairs.a.task_version,
        split=pairs.a.split,
        score=pairs.score,
        n=len(pairs.ids),
        unscored=pairs.unscored,
        data=pairs.data,
        cluster=pairs.cluster,
        a=_side(name_a, pairs.a, pairs.values_a, pairs.binary, confidence),
        b=_side(name_b, pairs.b, pairs.values_b, pairs.binary, confidence),
        table=table,
        test=test,
        ratios=tuple(ratio for cost in COSTS if (ratio := _ratio(pairs, *cost, confidence)) is not None),
        notes=tuple(_notes(pairs, table, test)),
    )


def _exactly(table: PairedTable, confidence: float, pairs: PairedRuns) -> Finding:
    found = compare(pairs.values_a.tolist(), pairs.values_b.tolist(), confidence)
    discordant = table.only_a + table.only_b
    share = discordant / table.n
    return Finding(
        method="Tango interval, exact McNemar test",
        difference=found.difference,
        low=found.interval.low,
        high=found.interval.high,
        p=found.p,
        second="",
        second_p=None,
        effect_name="Cohen's g",
        effect=table.only_a / discordant - 0.5 if discordant else None,
        detectable=paired_detectable(table.n, share, alpha=1 - confidence),
        needed=paired_needed(found.difference, share, alpha=1 - confidence) if found.difference else None,
        evidence=found.evidence,
        clusters=None,
        differing=discordant,
        design_effect=None,
    )


def _by_means(pairs: PairedRuns, confidence: float) -> Finding:
    found = compare_means(pairs.values_a, pairs.values_b, pairs.clusters, confidence)
    edge = 1.0 if pairs.binary else float("inf")  # where a t interval of shares would reach beyond what shares can
    robust = found.error > 1e-12
    clustered = pairs.clusters is not None
    error = found.error
    return Finding(
        method="cluster-robust t interval and test" if clustered else "paired t interval and test",
        difference=found.difference,
        low=max(found.interval.low, -edge),
        high=min(found.interval.high, edge),
        p=found.p,
        second="permutation of clusters" if clustered else "paired permutation",
        second_p=paired_permutation(pairs.values_a - pairs.values_b, pairs.clusters),
        effect_name="Cohen's d_z",
        effect=found.effect,
        detectable=mean_detectable(error, found.freedom, alpha=1 - confidence)
        if robust
        else paired_detectable(found.clusters, 0.0, alpha=1 - confidence),
        needed=mean_needed(found.difference, found.n, error, found.freedom, alpha=1 - confidence)
        if robust and abs(found.difference) > 1e-12
        else None,
        evidence=found.evidence,
        clusters=found.clusters if clustered else None,
        differing=found.differing,
        design_effect=found.design_effect if clustered and robust else None,
    )


def _side(name: str, record: RunRecord, values: Floats, binary: bool, confidence: float) -> Side:
    interval: Interval = wilson(float(values.sum()), len(values), confidence) if binary else t_mean(values, confidence)
    score = Estimate.within(interval, float(values.mean()), len(values))
    return Side(name, record.model, record.path.name, record.created, score)


def _names(a: RunRecord, b: RunRecord) -> tuple[str, str]:
    """The solvers; where those are the same, with their models, and if need be their logs."""
    names = label(a), label(b)
    if names[0] == names[1]:
        names = f"{names[0]} ({a.model})", f"{names[1]} ({b.model})"
    if names[0] == names[1]:
        names = f"{label(a)} ({PurePath(a.path).stem})", f"{label(b)} ({PurePath(b.path).stem})"
    return names


def _ratio(pairs: PairedRuns, name: str, key: str, unit: str, confidence: float) -> Ratio | None:
    """A over B, with the interval that the measurement allows; None where neither run has it."""
    a, b = pairs.measured_a.get(key), pairs.measured_b.get(key)
    if a is None or b is None:
        return None
    both = np.isfinite(a) & np.isfinite(b)
    left, right = a[both], b[both]
    if not len(left) or (not left.any() and not right.any()) or (unit == "ms" and timed_otherwise(pairs.a, pairs.b)):
        return None
    middle = np.median if key == "alone_ms" else np.mean
    cost_a, cost_b = float(middle(left)), float(middle(right))
    if cost_b <= 0 or cost_a <= 0:
        return Ratio(name, key, unit, cost_a, cost_b, None, None, None, len(left))
    interval: Interval | None = None
    # Samples of one batch have one time between them: fewer different times than that are no interval.
    if min(len(np.unique(left)), len(np.unique(right))) < FEWEST_LATENCIES:
        interval = None
    elif key == "alone_ms":
        interval = bootstrap_ratio(left, right, confidence=confidence)
    elif (right > 0).all():
        interval = ratio_of_means(left, right, confidence)
    low, high = (interval.low, interval.high) if interval else (None, None)
    return Ratio(name, key, unit, cost_a, cost_b, cost_a / cost_b, low, high, len(left))


def _notes(pairs: PairedRuns, table: PairedTable | None, test: Finding) -> list[str]:
    """What a reader must know to weigh the figures."""
    notes: list[str] = []
    if pairs.clusters is not None:
        few = f"; {test.clusters} are few, so that the interval is wide" if (test.clusters or 0) < FEW_CLUSTERS else ""
        known = test.design_effect is not None
        design = f"design effect {test.design_effect:.1f}" if known else "all differ alike, so each counts as one pair"
        notes.append(
            f"samples of the same {pairs.cluster} are one cluster, {test.clusters} in all "
            f"({design}); --cluster none takes them for independent{few}"
        )
    if 0 < test.differing < fewest_discordant():
        units = "samples" if pairs.clusters is None else "clusters"
        notes.append(
            f"the two differ on {test.differing} {units}: with fewer than {fewest_discordant()} no outcome is evidence"
        )
    if pairs.clusters is not None and table is not None:
        apart = mcnemar(table)
        if (apart < 0.05) != test.evidence:
            notes.append(f"taken for independent, the exact McNemar test has p = {apart:.2g}; the clusters decide")
    if pairs.unscored:
        notes.append(f"left out: {pairs.unscored} that neither run could score")
    if max(pairs.epochs) > 1:
        notes.append(f"epochs: {pairs.epochs[0]} and {pairs.epochs[1]}; each sample counts with its mean")
    for record in (pairs.a, pairs.b):
        if not record.complete:
            notes.append(f"{record.path.name} is not complete ({record.status})")
        if fault := fault_of(record, {}):
            notes.append(f"{record.path.name}: {fault}; its samples count here")
    names = sorted({*pairs.a.task_args, *pairs.b.task_args})
    given = [(name, pairs.a.task_args.get(name), pairs.b.task_args.get(name)) for name in names]
    if other := [f"{name} {one} and {two}" for name, one, two in given if str(one) != str(two)]:
        notes.append(f"the task had other arguments: {', '.join(other)}")
    notes += other_judges((pairs.a, pairs.b))
    if reason := timed_otherwise(pairs.a, pairs.b):
        notes.append(f"times are not compared: {pairs.b.path.name} {reason}, other than {pairs.a.path.name}")
    return notes
