"""The gate's ruling on every row and on all: pass, regression, inconclusive, not comparable.

    judged = judge(baseline, records, Settings())
    judged.status        # 0, 1 or 2

A row regressed where a one-sided paired test finds a loss, corrected by Holm over the rows that are judged so. It
passes where there is no such evidence *and* the largest loss that is still possible lies below the margin: "nothing
found" on 20 samples says nothing. All rows have to pass, so that this bound needs no correction. An `exact` row passes
where every sample came out as blessed.

Evidence of a loss is by clusters, where samples share a template or a passage: shifts of whole templates that lose
nothing on average would else be called a regression in 7 to 44 % of runs. What is ruled out is a loss on *these*
samples: a gate asks whether this suite's score fell, and by clusters two runs of identical answers over 24 templates
could not rule out a loss of 11 points. A template that fails altogether is one cluster, hence no evidence, and as 5
points are then not ruled out, no pass either. `clustered` asks both beyond these templates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from glassbox.harness.records.frames import RunRecord
from glassbox.harness.records.scored import NotComparable
from glassbox.harness.stats.multiple import holm
from glassbox.leaderboards.gate import wording
from glassbox.leaderboards.gate.baseline import Baseline, BlessedRun
from glassbox.leaderboards.gate.latency import FLOOR_MS, Slowdown, slowdown
from glassbox.leaderboards.gate.loss import Loss, loss_of
from glassbox.leaderboards.gate.matching import Matched, answering, match
from glassbox.leaderboards.gate.observed import Observed, observe
from glassbox.leaderboards.gate.ruling import GateReport, RowReport, Ruling, Settings

Times = Mapping[str, float]
Retimed = Mapping[tuple[str, str], Sequence[tuple[Times, Times]]]
"""For a row by its identity, milliseconds by sample of the row and of its reference, once for each measurement."""


@dataclass(frozen=True)
class _Pair:
    """A blessed row with the run that answers for it, or why none can."""

    row: BlessedRun
    seen: Observed | None
    matched: Matched | None
    refusal: str


def judge(
    baseline: Baseline,
    records: Sequence[RunRecord],
    settings: Settings,
    *,
    refused: Mapping[tuple[str, str], str] | None = None,
    limit: int | None = None,
    model: str | None = None,
    retimed: Retimed | None = None,
) -> GateReport:
    """Judge every row of the baseline.

    Args:
      baseline: What was blessed; leave out rows that are not to be judged.
      records: Runs that may answer for its rows.
      settings: Margins and levels.
      refused: Rows that could not be run, by identity, with the reason.
      limit: Judge only the first so many samples of each row; runs may lack the others.
      model: Another model that is to be as good as the blessed ones.
      retimed: Further measurements of rows that seemed slower, by identity.

    Raises:
      ValueError: A margin or level out of range.
    """
    settings.check()
    known = refused or {}
    pairs = [_pair(baseline, row, records, known.get(row.identity), limit, model) for row in baseline.runs]
    losses = [_loss(pair, settings) for pair in pairs]
    tested = {at: loss.p for at, loss in enumerate(losses) if loss and pairs[at].row.rule == "paired"}
    adjusted = dict(zip(tested, holm(list(tested.values())).tolist(), strict=True))
    rows = [
        _report(pair, loss, adjusted.get(at), len(tested), _latency(pair, pairs, baseline, settings, retimed), settings)
        for at, (pair, loss) in enumerate(zip(pairs, losses, strict=True))
    ]
    return GateReport(baseline.name, baseline.reason, settings, tuple(rows))


def _pair(
    baseline: Baseline,
    row: BlessedRun,
    records: Sequence[RunRecord],
    refusal: str | None,
    limit: int | None,
    model: str | None,
) -> _Pair:
    if refusal is not None:
        return _Pair(row, None, None, refusal)
    try:
        seen = observe(answering(row, records, baseline.runs, model), row.score)
        return _Pair(row, seen, match(row, baseline.samples[row.samples], seen, limit), "")
    except NotComparable as error:
        return _Pair(row, None, None, str(error))


def _loss(pair: _Pair, settings: Settings) -> Loss | None:
    if pair.matched is None:
        return None
    matched = pair.matched
    groups = matched.groups if matched.groups is not None and len(set(matched.groups)) > 1 else None
    beyond = loss_of(matched.blessed, matched.now, groups, settings.alpha, settings.power)
    if settings.clustered or groups is None:
        return beyond
    return replace(loss_of(matched.blessed, matched.now, None, settings.alpha, settings.power), p=beyond.p)


def _report(
    pair: _Pair,
    loss: Loss | None,
    p: float | None,
    tests: int,
    timed: tuple[Ruling, str, Slowdown | None],
    settings: Settings,
) -> RowReport:
    row, seen, matched = pair.row, pair.seen, pair.matched
    if seen is None or matched is None or loss is None:
        return RowReport(row.place, row.method, row.model, row.rule, Ruling.NOT_COMPARABLE, pair.refusal)
    ruling, line = _exactly(matched) if p is None else _by_loss(matched, loss, p, tests, settings)
    slower, said, latency = timed
    if slower is not Ruling.PASS:
        ruling, line = max(ruling, slower), said if ruling is Ruling.PASS else f"{line}; {said}"
    return RowReport(
        place=row.place,
        method=row.method,
        model=seen.record.model,
        rule=row.rule,
        ruling=ruling,
        line=line,
        n=len(matched.ids),
        blessed=sum(matched.blessed) / len(matched.ids),
        now=sum(matched.now) / len(matched.ids),
        loss=loss,
        p=p,
        latency=latency,
        latency_ruling=slower,
        latency_line=said,
        log=seen.record.path.name,
        notes=tuple(wording.notes(row, seen, matched, loss, settings)),
    )


def _exactly(matched: Matched) -> tuple[Ruling, str]:
    triples = zip(matched.ids, matched.blessed, matched.now, strict=True)
    changed = [(key, then, now) for key, then, now in triples if abs(then - now) > 1e-12]
    if changed:
        return Ruling.REGRESSION, wording.changed(changed, len(matched.ids))
    return Ruling.PASS, f"all {len(matched.ids):,} samples as blessed"


def _by_loss(matched: Matched, loss: Loss, p: float, tests: int, settings: Settings) -> tuple[Ruling, str]:
    if p < settings.alpha:
        return Ruling.REGRESSION, wording.regressed(matched, loss, p, tests)
    if loss.high < settings.margin:
        return Ruling.PASS, wording.passed(loss)
    return Ruling.INCONCLUSIVE, wording.undecided(loss, p, tests, settings)


def _latency(
    pair: _Pair, pairs: Sequence[_Pair], baseline: Baseline, settings: Settings, retimed: Retimed | None
) -> tuple[Ruling, str, Slowdown | None]:
    """The ruling on time, what to say of it, and the figures of the most favourable measurement."""
    row = pair.row
    reference = reference_of(row, baseline, settings.reference)
    if row.rule == "exact" or row.solver == settings.reference:
        return Ruling.PASS, "time is not judged for this row", None
    beside = next((one for one in pairs if one.row is reference), None)
    if beside is None or beside.seen is None or pair.seen is None:
        return Ruling.PASS, f"time is not judged: no {settings.reference} on the same samples and model", None
    if pair.seen.machine != beside.seen.machine or row.machine != beside.row.machine:
        return Ruling.PASS, f"time is not judged: {settings.reference} ran on another machine", None
    if row.alone_ms and median(row.alone_ms.values()) < FLOOR_MS:
        return Ruling.PASS, f"time is not judged: under {FLOOR_MS:g} ms a sample when blessed", None
    ids = baseline.samples[row.samples].ids
    then = [{ids[at]: value for at, value in one.alone_ms.items()} for one in (row, beside.row)]
    measured = [(pair.seen.alone_ms, beside.seen.alone_ms), *(retimed or {}).get(row.identity, ())]
    found = [slowdown(then[0], then[1], now, reference_now, settings.alpha) for now, reference_now in measured]
    best = min((one for one in found if one is not None), key=lambda one: one.ratio, default=None)
    if best is None:
        return Ruling.PASS, "time is not judged: too few samples were timed alone in all runs", None
    ruling = _on_time(best, settings)
    return ruling, wording.slower(best, ruling, settings, len(measured)), best


def _on_time(found: Slowdown, settings: Settings) -> Ruling:
    if settings.latency_margin is None or found.high <= settings.latency_margin:
        return Ruling.PASS
    return Ruling.REGRESSION if found.low > settings.latency_margin else Ruling.INCONCLUSIVE


def reference_of(row: BlessedRun, baseline: Baseline, solver: str) -> BlessedRun | None:
    """The row of that solver on the same samples and model; None without one."""
    return next((one for one in baseline.runs if one.solver == solver and _same_run(one, row)), None)


def _same_run(one: BlessedRun, other: BlessedRun) -> bool:
    return (one.samples, one.task, one.model) == (other.samples, other.task, other.model)
