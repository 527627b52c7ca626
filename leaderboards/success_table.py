"""The seed's success table as a table like any other.

success_table(success(head, pipeline))
"""

from __future__ import annotations

from glassbox.harness.stats.verdict import Verdict
from glassbox.harness.tables.table import Cell, Column, Table, TableRow, Tone
from glassbox.leaderboards import figures
from glassbox.leaderboards.success import Criterion, Success

TONES: dict[Verdict, Tone] = {Verdict.SUPPORTED: "good", Verdict.REFUTED: "bad", Verdict.UNDETERMINED: "unsure"}
COLUMNS = (
    Column("criterion", text=True),
    Column("asked", spare=2, about="the seed's threshold"),
    Column("measured", about="[95 % interval]"),
    Column("verdict", text=True, about="by the bound of the interval, never by the point"),
    Column("note", text=True, spare=3),
)


def success_table(found: Success) -> Table:
    """A row for each criterion; the paired comparison below them."""
    place = " · ".join(filter(None, [f"{found.task} {found.task_version}", found.split, found.model]))
    margin = f"{found.paired.margin * 100:g} point{'' if found.paired.margin == 0.01 else 's'}"
    return Table(
        title=f"Criteria of seed document 000: {found.head} against {found.pipeline} · {place} · n = {found.n:,}",
        columns=COLUMNS,
        rows=tuple(_row(found, criterion) for criterion in found.criteria),
        notes=(
            found.sentence,
            f"{found.head} is at most {margin} worse: {found.paired.verdict} ({found.paired.comparison.test.method})",
        ),
        record="criteria",
    )


def _row(found: Success, criterion: Criterion) -> TableRow:
    write = figures.percent if criterion.unit == "%" else figures.ratio
    share = criterion.measured
    measured = write(share.value if share else None)
    if share is not None:
        measured += f" [{write(share.low)}, {write(share.high)}]".replace(" x", "")
    verdict = criterion.verdict
    return TableRow(
        (
            Cell(criterion.name, criterion.name),
            Cell(criterion.condition, criterion.condition),
            Cell(measured, share.value if share else None),
            Cell(f"{verdict.mark} {verdict}", verdict.value, TONES.get(verdict, "")),
            Cell(criterion.note, criterion.note),
        ),
        facts={
            "task": found.task,
            "task_version": found.task_version,
            "split": found.split,
            "head": found.head,
            "pipeline": found.pipeline,
            "n": found.n,
            "model": found.model,
            "criterion": criterion.name,
            "asked": criterion.condition,
            "measured": share,
            "unit": {"%": "share", "x": "times"}[criterion.unit],
            "verdict": verdict.value,
        },
    )
