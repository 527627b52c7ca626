"""The quality of suites as a table, as Markdown and as records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields

from glassbox.harness.tables.table import Column, Table, TableRow
from glassbox.tasks.code.quality import Missed, Quality, Share

TITLE = "Quality of the code suites"
CAPTION = (
    "gold: references that pass; null: empty functions that pass; wrong: known wrong programs that fail; "
    "killed: mutants that fail, of those that are not equivalent. 95 % Wilson intervals. "
    "Known wrong programs were written to find weak spots: their share compares suites and estimates nothing."
)
_HEADS = ("suite", "tasks", "cases", "gold", "null", "wrong", "killed", "equivalent")
_SPARE = {"tasks": 3, "cases": 4, "gold": 1, "null": 2, "equivalent": 5}
"""What a narrow terminal leaves out; references that fail and empty functions that pass are named below the table."""


def records(measured: Sequence[Quality]) -> list[dict[str, object]]:
    """Everything measured, a record a suite; its shares are figures."""
    return [{each.name: _figures(getattr(quality, each.name)) for each in fields(quality)} for quality in measured]


def as_markdown(measured: Sequence[Quality]) -> str:
    """The table, and below it what went wrong and what survived."""
    lines = [f"# {TITLE}", "", CAPTION, "", _bar(_HEADS), _bar(["---"] * len(_HEADS))]
    lines += [_bar(_row(quality)) for quality in measured]
    for quality in measured:
        lines += _details(quality)
    return "\n".join(lines) + "\n"


def table(measured: Sequence[Quality]) -> Table:
    """The same for the terminal."""
    columns = tuple(Column(head, text=head == "suite", spare=_SPARE.get(head, 0)) for head in _HEADS)
    notes = [CAPTION]
    for quality in measured:
        notes += [f"{quality.suite}: {line}" for line in _faults(quality)]
        notes += [f"{quality.suite}: survivor {_one_line(missed)}" for missed in quality.survivors]
    return Table(TITLE, columns, tuple(TableRow.of(*_row(quality)) for quality in measured), tuple(notes))


def _row(quality: Quality) -> tuple[str, ...]:
    counts = (str(quality.tasks), str(quality.cases))
    shares = (quality.gold, quality.null, quality.wrong, quality.killed)
    return (quality.suite, *counts, *map(str, shares), str(quality.equivalent))


def _details(quality: Quality) -> list[str]:
    faults = _faults(quality)
    lines = ["", f"## {quality.suite}"]
    if faults:
        lines += ["", *(f"- **{line}**" for line in faults)]
    if quality.by_operator:
        lines += ["", "| operator | killed |", "| --- | --- |"]
        lines += [_bar((name, str(share))) for name, share in quality.by_operator.items()]
        ends = ", ".join(f"{name} {count}" for name, count in quality.outcomes.items())
        lines += ["", f"Killed mutants ended as: {ends}."]
    if quality.survivors:
        lines += ["", f"Survivors ({len(quality.survivors)}):", ""]
        lines += [f"- {_one_line(missed, code=True)}" for missed in quality.survivors]
    return lines


def _faults(quality: Quality) -> list[str]:
    return [
        *(f"reference fails: {failure}" for failure in quality.gold_failures),
        *(f"an empty function passes: {name}" for name in quality.null_passes),
        *([f"{len(passes)} known wrong programs pass: {_by_task(passes)}"] if (passes := quality.wrong_passes) else []),
    ]


def _by_task(missed: Sequence[Missed]) -> str:
    """`is_prime 7, clamp 2`."""
    return ", ".join(f"{task} {count}" for task, count in Counter(each.task for each in missed).items())


def _one_line(missed: Missed, code: bool = False) -> str:
    change = " / ".join(missed.change.splitlines())
    return f"{missed.task} {missed.id} {missed.operator}: " + (f"`{change}`" if code else change)


def _figures(found: object) -> object:
    """Shares as figures, where there is anything to count."""
    if isinstance(found, dict):
        return {name: _figures(one) for name, one in found.items()}
    return found.estimate if isinstance(found, Share) else found


def _bar(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
