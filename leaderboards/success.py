"""The success table of seed 000 on our own runs: `ir_head` against `regex_pipeline`, same task, split and model.

    for table in successes(load_logs("logs")): ...

Verdicts use the bound of the interval, never the point: 100 % of 50 samples does not support "more than 99 %".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from harness.records.frames import RunRecord, samples_frame
from harness.stats.intervals import Interval, bootstrap_ratio, exact
from harness.stats.paired import NonInferiority, not_worse
from harness.stats.verdict import Verdict, above
from leaderboards.ir import Estimate, estimate, label, same_data

if TYPE_CHECKING:
    import pandas as pd

HEAD, PIPELINE = "ir_head", "regex_pipeline"
FEWEST_LATENCIES = 5  # a bootstrap of the median over fewer values is no interval


class CannotPair(ValueError):
    """Two runs do not hold the same samples, so that no paired comparison exists."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the table: what is asked, what was measured, what it says.

    Attributes:
      condition: The threshold as the seed puts it, such as `> 99 %`.
      measured: The point; None where it was not measured.
      unit: `%` for proportions (measured as a share of 1), `x` for ratios.
      note: What a reader must know to weigh the verdict.
    """

    name: str
    condition: str
    measured: float | None
    low: float | None
    high: float | None
    unit: Literal["%", "x"]
    verdict: Verdict
    note: str


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
    paired: NonInferiority

    @property
    def sentence(self) -> str:
        """The paired comparison in words."""
        return self.paired.comparison.sentence(self.head, self.pipeline)


def successes(records: Iterable[RunRecord], keep_all: bool = False) -> tuple[list[Success], list[str]]:
    """A table for each `ir_head` run that has a `regex_pipeline` run beside it, and one line for each that cannot be.

    Only the latest `ir_head` of a task, split and model is judged, whatever its arguments, unless `keep_all`: to
    choose the best one by these very samples would be to fit the test.
    """
    complete = [record for record in records if record.complete]
    pipelines = [record for record in complete if record.solver == PIPELINE]
    heads: dict[object, RunRecord] = {}
    for record in (record for record in complete if record.solver == HEAD):
        heads[record.path if keep_all else (same_data(record), record.model)] = record
    tables, faults = [], []
    for head in heads.values():
        beside = [run for run in pipelines if same_data(run) == same_data(head) and run.model == head.model]
        if not beside:
            continue
        try:
            tables.append(success(head, beside[-1]))
        except CannotPair as fault:
            faults.append(str(fault))
    return tables, faults


def success(head: RunRecord, pipeline: RunRecord, margin: float = 0.01) -> Success:
    """Judge one pair of runs.

    Raises:
      CannotPair: The runs do not hold the same scored samples.
    """
    pairs = _pairs(head, pipeline)
    criteria = (
        _proportion("structural accuracy", estimate(head, "structural"), 0.99),
        _proportion("semantic accuracy", estimate(head, "semantic"), 0.95),
        _eliminated(pairs),
        _faster(pairs),
    )
    paired = not_worse(pairs["score_semantic_head"].tolist(), pairs["score_semantic_pipeline"].tolist(), margin)
    names = (head.task, head.task_version, head.split, head.model, label(head), label(pipeline))
    return Success(*names, n=len(pairs), criteria=criteria, paired=paired)


def _pairs(head: RunRecord, pipeline: RunRecord) -> pd.DataFrame:
    """One row a sample with the scores of both runs; refused where one run lacks a sample of the other."""
    columns = ["id", "epoch", "score_semantic", "score_parse_failure", "score_alone_ms"]
    frames = [samples_frame(run, attempts=False).reindex(columns=columns) for run in (head, pipeline)]
    left, right = (frame.dropna(subset=["score_semantic"]) for frame in frames)
    if left.empty or right.empty:
        empty = head if left.empty else pipeline
        raise CannotPair(
            f"{empty.path.name} holds no scored samples; run {empty.solver} again without --no-log-samples"
        )
    pairs = left.merge(right, on=["id", "epoch"], suffixes=("_head", "_pipeline"), validate="one_to_one")
    if not len(pairs) == len(left) == len(right):
        raise CannotPair(
            f"{head.path.name} and {pipeline.path.name} share {len(pairs)} scored samples, but hold {len(left)} and "
            f"{len(right)}; run both on the same samples to compare {head.solver} with {pipeline.solver}"
        )
    return pairs


def _proportion(name: str, found: Estimate | None, threshold: float) -> Criterion:
    condition = f"> {threshold:.0%}".replace("%", " %")
    if found is None:
        return Criterion(name, condition, None, None, None, "%", Verdict.UNDETERMINED, "not measured")
    verdict = above(Interval(found.low, found.high, 0.95, "wilson"), threshold)
    return Criterion(name, condition, found.value, found.low, found.high, "%", verdict, f"n = {found.n:,}")


def _eliminated(pairs: pd.DataFrame) -> Criterion:
    """Of the samples on which the regex could read nothing, on how many could the head?

    A universal claim is refuted by one counterexample, and never proven: supported means that none was seen where
    there was something to eliminate, and that the head's rate of parse failures is below 1 % by its exact bound.
    """
    name, condition = "regex failures eliminated", "100 %"
    if pairs[["score_parse_failure_head", "score_parse_failure_pipeline"]].isna().any(axis=None):
        return Criterion(name, condition, None, None, None, "%", Verdict.UNDETERMINED, "not measured on every sample")
    failed = pairs[pairs["score_parse_failure_pipeline"] == 1]
    remaining, anywhere = (int(frame["score_parse_failure_head"].sum()) for frame in (failed, pairs))
    bound = exact(anywhere, len(pairs)).high
    right = int(failed["score_semantic_head"].sum())
    note = f"{len(failed)} failures, {right} of them right by the head, which itself failed {anywhere} times"
    if not len(failed):
        verdict = Verdict.REFUTED if anywhere else Verdict.UNDETERMINED
        return Criterion(name, condition, None, None, None, "%", verdict, note)
    gone = len(failed) - remaining
    interval = exact(gone, len(failed))
    verdict = Verdict.REFUTED if anywhere else Verdict.SUPPORTED if bound < 0.01 else Verdict.UNDETERMINED
    return Criterion(name, condition, gone / len(failed), interval.low, interval.high, "%", verdict, note)


def _faster(pairs: pd.DataFrame) -> Criterion:
    """How many times the head's median latency for one sample alone goes into the pipeline's."""
    name, condition = "latency, times faster", "> 2 x"
    slow, fast = (pairs[f"score_alone_ms_{side}"].dropna() for side in ("pipeline", "head"))
    if min(len(slow), len(fast)) < FEWEST_LATENCIES:
        note = f"latency alone stands on {len(fast)} and {len(slow)} samples; at least {FEWEST_LATENCIES} are needed"
        return Criterion(name, condition, None, None, None, "x", Verdict.UNDETERMINED, note)
    interval = bootstrap_ratio(slow.to_numpy(), fast.to_numpy())
    ratio = float(slow.median() / fast.median())
    note = f"medians of {len(fast)} and {len(slow)} samples, one at a time"
    return Criterion(name, condition, ratio, interval.low, interval.high, "x", above(interval, 2), note)
