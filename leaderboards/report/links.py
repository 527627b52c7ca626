"""Every run of the report, and where its log lies from the page's point of view.

links = Links.to(records, page=Path("report.html"))
runs_table(records)
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from glassbox.harness.records.frames import RunRecord
from glassbox.harness.tables.table import Cell, Column, Table, TableRow, Value
from glassbox.leaderboards.figures import number
from glassbox.leaderboards.report.content import FILTERS
from glassbox.leaderboards.runs import label


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of logs by file name, for a page at one place; a name that two logs share has none."""

    addresses: Mapping[str, str]

    @classmethod
    def to(cls, records: Iterable[RunRecord], page: Path) -> Links:
        """Addresses relative to the page's folder, so that page and logs can move together."""
        found: dict[str, set[str]] = {}
        for record in records:
            found.setdefault(record.path.name, set()).add(_relative(record.path, page.parent))
        return cls({name: places.pop() for name, places in found.items() if len(places) == 1 and "" not in places})

    def of(self, facts: Mapping[str, object]) -> str:
        """The address of a row's log; empty where there is none."""
        return self.addresses.get(str(facts.get("log", "")), "")


def _relative(log: Path, folder: Path) -> str:
    """A relative address; empty where there is no relative way, as between two drives."""
    try:
        return quote(Path(os.path.relpath(log.resolve(), folder.resolve())).as_posix())
    except ValueError:
        return ""


def runs_table(records: Sequence[RunRecord]) -> Table:
    """One row a log, the latest first."""
    columns = (
        Column("begun", text=True, about="UTC"),
        *(Column(name, text=True) for name in ("task", "split", "solver", "model", "status")),
        Column("done", about="samples that came through without an error"),
        Column("of", about="samples that the run was to do"),
    )
    ordered = sorted(records, key=lambda record: (record.created, record.path.name), reverse=True)
    return Table("Every log", columns, tuple(map(_row, ordered)))


def _row(record: RunRecord) -> TableRow:
    task = f"{record.task} {record.task_version}"
    texts = (begun(record.created), task, record.split, label(record), record.model, record.status)
    cells = [Cell(text, text) for text in texts]
    cells += [Cell(number(count), count) for count in (record.completed, record.total)]
    facts: dict[str, Value] = {name: getattr(record, name) for name in FILTERS} | {"log": record.path.name}
    return TableRow(tuple(cells), facts=facts, mark="" if record.complete else "†")


def begun(created: str) -> str:
    """`2026-11-21 14:05` of an ISO date and time."""
    return created[:16].replace("T", " ")
