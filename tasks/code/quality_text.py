"""The quality of suites as a table, as Markdown and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from glassbox.harness.records.provenance import Fact
from glassbox.tasks.code.quality import Missed, Quality, Share

TITLE = "Quality of the code suites"
CAPTION = (
    "gold: references that pass; null: empty functions that pass; wrong: known wrong programs that fail; "
    "killed: mutants that fail, of those that are not equivalent. 95 % Wilson intervals. "
    "Known wrong programs were written to find weak spots: their share compares suites and estimates nothing."
)
_HEADS = ("suite", "tasks", "cases", "gold", "null", "wrong", "killed", "equivalent")


def as_json(measured: Sequence[Quality], facts: Mapping[str, Fact] | None = None) -> str:
    """Everything measured; the intervals are written out."""
    record: dict[str, object] = {"schema": "glassbox/suites/1", "suites": [_record(quality) for quality in measured]}
    if facts is not None:
        record["provenance"] = dict(facts)
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


def as_markdown(measured: Sequence[Quality]) -> str:
    """The table, and below it what went wrong and what survived."""
    lines = [f"# {TITLE}", "", CAPTION, "", _bar(_HEADS), _bar(["---"] * len(_HEADS))]
    lines += [_bar(_row(quality)) for quality in measured]
    for quality in measured:
        lines += _details(quality)
    return "\n".join(lines) + "\n"


def print_table(measured: Sequence[Quality]) -> None:
    """The same in the terminal, survivors below the table."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=TITLE, caption=CAPTION)
    for head in _HEADS:
        table.add_column(head, justify="left" if head == "suite" else "right", no_wrap=True)
    for quality in measured:
        table.add_row(*_row(quality))
    console = Console(width=180)
    console.print(table)
    for quality in measured:
        for line in _faults(quality):
            console.print(f"[red]{escape(f'{quality.suite}: {line}')}[/]")
        for missed in quality.survivors:
            console.print(escape(f"{quality.suite}: survivor {_one_line(missed)}"))


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


def _record(quality: Quality) -> dict[str, object]:
    record = asdict(quality)
    for name in ("gold", "null", "wrong", "killed"):
        record[name] = _share(getattr(quality, name))
    record["by_operator"] = {name: _share(share) for name, share in quality.by_operator.items()}
    return record


def _share(share: Share) -> dict[str, object]:
    found = share.estimate
    bounds = None if found is None else [found.low, found.high]
    return {"count": share.count, "of": share.of, "interval": bounds}


def _bar(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
