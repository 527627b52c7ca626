"""How one cell, row or table of a board stands in HTML: values to sort by, intervals as bars, links to logs.

The template asks for these; everything that comes from a log is escaped here or there, by markupsafe.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from glassbox.harness.tables.table import Cell, Column, Table, TableRow
from glassbox.leaderboards.figures import NONE, percent
from glassbox.leaderboards.report.content import FILTERS
from glassbox.leaderboards.report.links import Links
from glassbox.leaderboards.report.samples import run_key

_LONG = 40
"""Characters; longer texts are sentences, not names."""
_CODE = re.compile("`([^`]+)`")
_INTERVAL = re.compile(r"(\d+\.\d) \[(\d+\.\d), (\d+\.\d)\]")
"""As `glassbox.leaderboards.figures.with_interval` writes a proportion."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A table with what the template needs to know of it.

    Attributes:
      table: As the board made it.
      links: Where logs lie.
      sampled: Log files of the runs whose samples are on the page.
      order: The columns shown, by place: the name, then the headline figure, so that a phone has both in view.
      bars: The column whose intervals are drawn, the first that has any; None without one.
      remarks: Columns of long texts, which stand below the table; in it they would tear holes.
      wordy: Columns of long texts in a table made of such: sentences wrap, and a phone has a card for each row.
    """

    table: Table
    links: Links
    sampled: frozenset[str]
    order: tuple[int, ...]
    bars: int | None
    remarks: tuple[int, ...]
    wordy: tuple[int, ...]

    @classmethod
    def of(cls, table: Table, links: Links, sampled: frozenset[str]) -> Shown:
        """Find the column of the headline figure, and those that are not for columns."""
        columns = [[row.cells[at] for row in table.rows] for at in range(len(table.columns))]
        bars = next((at for at, cells in enumerate(columns) if any(map(bounds, cells))), None)
        long = [
            at for at, cells in enumerate(columns) if at and max((len(cell.text) for cell in cells), default=0) > _LONG
        ]
        kept = [
            at for at, cells in enumerate(columns) if not at or not _says_nothing(table.title, table.columns[at], cells)
        ]
        if len(long) > 1 and not any("rank" in row.facts for row in table.rows):
            return cls(table, links, sampled, tuple(kept), None, (), tuple(long))
        order = sorted((at for at in kept if at not in long), key=lambda at: (at != 0, at != bars, at))
        return cls(table, links, sampled, tuple(order), bars, tuple(at for at in long if at in kept), ())

    @property
    def groups(self) -> tuple[tuple[TableRow, ...], ...]:
        """Methods, then controls, each in the order of the board; sorting keeps them apart."""
        rows = self.table.rows
        groups = tuple(row for row in rows if not row.control), tuple(row for row in rows if row.control)
        return tuple(group for group in groups if group)

    @property
    def has_logs(self) -> bool:
        """Whether rows have a log to link to."""
        return any(self.log(row) for row in self.table.rows)

    def body(self, at: int, cell: Cell) -> Markup:
        """What stands in a cell: figure, interval in grey, and the bar where the column has bars."""
        found = _INTERVAL.fullmatch(cell.text)
        if found is None:
            return marked(cell.text)
        value, low, high = found.groups()
        shown = Markup('<b>{}</b> <span class="interval">[{}, {}]</span>').format(value, low, high)
        return shown + (_bar(value, low, high) if at == self.bars and bounds(cell) else Markup())

    def said(self, row: TableRow) -> Markup:
        """The row's long texts, below the table."""
        found = [(self.table.columns[at].title, row.cells[at]) for at in self.remarks]
        parts = [Markup("{}: {}").format(title, marked(cell.text)) for title, cell in found if cell.value is not None]
        return Markup("; ").join(parts)

    def log(self, row: TableRow) -> Markup:
        """Links to the row's samples on this page and to its log, as far as there are any."""
        name, address = str(row.facts.get("log") or ""), self.links.of(row.facts)
        samples = Markup('<a href="#run={}">samples</a> ').format(run_key(name)) if name in self.sampled else Markup()
        return samples + (Markup('<a href="{}" title="{}">log</a>').format(address, name) if address else "")


def _says_nothing(title: str, column: Column, cells: Sequence[Cell]) -> bool:
    """Whether a column is empty, or one that terminals leave out has the same in every row, or what the title says."""
    texts = {cell.text for cell in cells}
    if texts <= {"", NONE}:
        return True
    return not column.brief and len(texts) == 1 and (len(cells) > 1 or texts <= set(title.split(" · ")))


def marked(text: str) -> Markup:
    """Text for HTML, what stands between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))


def facts(found: Mapping[str, object]) -> Markup:
    """Attributes to filter by: `data-task="ir_arith" data-model=...`."""
    return Markup("").join(
        Markup(' data-{}="{}"').format(name, value) for name in FILTERS if (value := found.get(name)) not in (None, "")
    )


def sorted_by(cell: Cell) -> Markup:
    """The attribute a column is sorted by; none for a cell without a value, which stands last."""
    value = float(cell.value) if isinstance(cell.value, bool | int | float) else cell.value
    if value is None or value != value:
        return Markup()
    return Markup(' data-value="{}"').format(f"{value:.12g}" if isinstance(value, float) else value)


def bounds(cell: Cell) -> tuple[float, float] | None:
    """The interval of a proportion in percent; None for anything else that has brackets."""
    found = _INTERVAL.fullmatch(cell.text)
    if found is None or not isinstance(cell.value, float) or not 0 <= cell.value <= 1:
        return None
    return (float(found[2]), float(found[3])) if percent(cell.value) == found[1] else None


def _bar(value: str, low: str, high: str) -> Markup:
    return Markup('<i class="bar" aria-hidden="true" style="--at:{};--low:{};--high:{}"></i>').format(value, low, high)
