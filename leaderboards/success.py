"""The success table of seed 000 on our own runs: `ir_head` against `regex_pipeline`, same task, split and model.

    for table in successes(load_logs("logs")): ...

Verdicts use the bound of the interval, never the point: 100 % of 50 samples does not support "more than 99 %". Shares
and the comparison of the two are judged beyond these problems: samples of one template are one cluster.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from glassbox.harness.records.frames import RunRecord
from glassbox.harness.records.pairing import NotComparable, PairedRuns, pair
from glassbox.harness.records.scored import scored_samples
from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.stats.intervals import bootstrap_ratio, exact
from glassbox.harness.stats.verdict import Verdict, above
from glassbox.leaderboards.compare.report import Report, report
from glassbox.leaderboards.conditions import conditions, timed_otherwise
from glassbox.leaderboards.populations import beyond_of
from glassbox.leaderboards.runs import data_in_words, estimate, label

HEAD, PIPELINE = "ir_head", "regex_pipeline"
VALID = "a head cannot write an invalid program"
READS = "a head cannot leave a question unread"
FEWEST_LATENCIES = 5  # a bootstrap of the median over fewer values is no interval


class CannotPair(ValueError):
    """Two runs do not hold the same samples, so that no paired comparison exists."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the table: what is asked, what was measured, what it says.

    Attributes:
      condition: The threshold as the seed puts it, such as `> 99 %`.
      measured: With its interval; None where it was not measured.
      unit: `%` for proportions (measured as a share of 1), `x` for ratios.
      note: What a reader must know to weigh the verdict.
    """

    name: str
    condition: str
    measured: Estimate | None
    unit: Literal["%", "x"]
    verdict: Verdict
    note: str


@dataclass(frozen=True, slots=True)
class NotWorse:
    """Whether the head is worse than the pipeline by no more than `margin`.

    Attributes:
      verdict: Supported where the whole interval of head - pipeline lies above -margin, refuted where it lies below:
        the absence of a significant difference alone supports nothing.
      comparison: As `glassbox compare` reports it.
    """

    margin: float
    verdict: Verdict
    comparison: Report


@dataclass(frozen=True, slots=True)
class Success:
    """The seed's criteria for one pair of runs, and their paired comparison."""

    task: str
    task_version: str
    split: str
    model: str
    head: str
    pipeline: str
    n: int
    criteria: tuple[Criterion, ...]
    paired: NotWorse

    @property
    def sentence(self) -> str:
        """The paired comparison in words."""
        return self.paired.comparison.sentence


def successes(records: Iterable[RunRecord], keep_all: bool = False) -> tuple[list[Success], list[str]]:
    """A table for each `ir_head` run that has a `regex_pipeline` run beside it, and one line for each that cannot be.

    Only the latest `ir_head` of a task, split and model is judged, whatever its arguments, unless `keep_all`: to
    choose the best one by these very samples would be to fit the test.
    """
    complete = [record for record in records if record.complete]
    heads: dict[object, tuple[tuple[str, ...], RunRecord]] = {}
    pipelines: dict[object, RunRecord] = {}
    for record, data in zip(complete, data_in_words(complete), strict=True):
        place = (record.task, record.task_version, data, record.model)
        if record.solver == HEAD:
            heads[record.path if keep_all else place] = (place, record)
        elif record.solver == PIPELINE:
            pipelines[place] = record
    tables, faults = [], []
    for beside, head in heads.values():
        if beside not in pipelines:
            continue
        try:
            tables.append(success(head, pipelines[beside]))
        except CannotPair as fault:
            faults.append(str(fault))
    return tables, faults


def success(head: RunRecord, pipeline: RunRecord, margin: float = 0.01) -> Success:
    """Judge one pair of runs.

    Raises:
      CannotPair: The runs do not hold the same scored samples.
    """
    try:
        pairs = pair(head, pipeline, "semantic")
    except NotComparable as fault:
        raise CannotPair(f"no success table: {fault}") from fault
    criteria = (
        _by_construction(_proportion("structural accuracy", head, "structural", 0.99), VALID),
        _proportion("semantic accuracy", head, "semantic", 0.95),
        _by_construction(_eliminated(pairs), READS),
        _faster(pairs),
    )
    names = (head.task, head.task_version, head.split, head.model, label(head), label(pipeline))
    return Success(*names, n=len(pairs.ids), criteria=criteria, paired=_not_worse(report(pairs), margin))


def _not_worse(comparison: Report, margin: float) -> NotWorse:
    test = comparison.test
    verdict = Verdict.UNDETERMINED
    if test.low > -margin:
        verdict = Verdict.SUPPORTED
    elif test.high < -margin:
        verdict = Verdict.REFUTED
    return NotWorse(margin, verdict, comparison)


def _proportion(name: str, head: RunRecord, score: str, threshold: float) -> Criterion:
    """What a method can do is judged on new templates, where there are any."""
    condition = f"> {threshold:.0%}".replace("%", " %")
    found, new = estimate(head, score), beyond_of(head, score)
    if found is None:
        return Criterion(name, condition, None, "%", Verdict.UNDETERMINED, "not measured")
    note = f"n = {found.n:,}"
    if new is not None:
        found, note = new.share, f"{note} in {new.words}"
    return Criterion(name, condition, found, "%", above(found, threshold), note)


def _by_construction(found: Criterion, why: str) -> Criterion:
    """What the design cannot fail is no evidence, unless a sample shows that it can."""
    if found.verdict is Verdict.REFUTED or (found.measured and found.measured.value < 1):
        return found
    return replace(found, verdict=Verdict.BY_CONSTRUCTION, note=f"{found.note}; {why}")


def _eliminated(pairs: PairedRuns) -> Criterion:
    """Of the samples on which the regex could read nothing, on how many could the head?

    A universal claim is refuted by one counterexample, and never proven: it counts as supported where none was seen and
    the exact interval of the share that was eliminated leaves less than 1 % for them.
    """
    name, condition = "regex failures eliminated", "100 %"
    head, pipeline = (_unread(run, pairs.ids) for run in (pairs.a, pairs.b))
    if head is None or pipeline is None:
        return Criterion(name, condition, None, "%", Verdict.UNDETERMINED, "not measured on every sample")
    failures, remaining, anywhere = int(pipeline.sum()), int((head & pipeline).sum()), int(head.sum())
    right = int(pairs.values_a[pipeline].sum())
    note = f"{failures} failures, {right} of them right by the head, which itself failed {anywhere} times"
    if not failures:
        verdict = Verdict.REFUTED if anywhere else Verdict.UNDETERMINED
        return Criterion(name, condition, None, "%", verdict, note)
    gone = failures - remaining
    interval = exact(gone, failures)
    verdict = Verdict.REFUTED if anywhere else Verdict.SUPPORTED if interval.low > 0.99 else Verdict.UNDETERMINED
    return Criterion(name, condition, Estimate.within(interval, gone / failures, failures), "%", verdict, note)


def _unread(run: RunRecord, ids: Sequence[str]) -> npt.NDArray[np.bool_] | None:
    """Of each sample whether no program was read; None where that is not known of every one."""
    samples = scored_samples(run, "parse_failure")
    if not all(key in samples and samples[key].scored for key in ids):
        return None
    return np.asarray([samples[key].value > 0 for key in ids])


def _faster(pairs: PairedRuns) -> Criterion:
    """How many times the head's median latency for one sample alone goes into the pipeline's."""
    name, condition = "latency, times faster", "> 2 x"
    none = np.empty(0)
    fast, slow = (side.get("alone_ms", none) for side in (pairs.measured_a, pairs.measured_b))
    fast, slow = fast[np.isfinite(fast)], slow[np.isfinite(slow)]
    if reason := timed_otherwise(pairs.a, pairs.b):
        return Criterion(name, condition, None, "x", Verdict.UNDETERMINED, f"not comparable: {pairs.b.solver} {reason}")
    if load := conditions(pairs.a, (pairs.a, pairs.b)).words:
        return Criterion(name, condition, None, "x", Verdict.UNDETERMINED, f"both were timed {load}; run them alone")
    if min(len(slow), len(fast)) < FEWEST_LATENCIES:
        note = f"latency alone stands on {len(fast)} and {len(slow)} samples; at least {FEWEST_LATENCIES} are needed"
        return Criterion(name, condition, None, "x", Verdict.UNDETERMINED, note)
    if min(len(set(slow.tolist())), len(set(fast.tolist()))) < FEWEST_LATENCIES:
        note = "the times of all samples are nearly the same number, so that nothing is known of their spread"
        return Criterion(name, condition, None, "x", Verdict.UNDETERMINED, note)
    interval = bootstrap_ratio(slow, fast)
    ratio = float(np.median(slow) / np.median(fast))
    note = f"medians of {len(fast)} and {len(slow)} samples, one at a time"
    found = Estimate.within(interval, ratio, min(len(fast), len(slow)), "number")
    return Criterion(name, condition, found, "x", above(found, 2), note)
