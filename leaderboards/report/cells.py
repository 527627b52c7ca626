"""How one cell, row or table of a board stands in HTML: values to sort by, intervals as bars, links to logs.

The template asks for these; everything that comes from a log is escaped here or there, by markupsafe.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from glassbox.leaderboards.figures import percent
from glassbox.leaderboards.report.content import FILTERS
from glassbox.leaderboards.report.runs import Links
from glassbox.leaderboards.table import Cell, Table, TableRow

_INTERVAL = re.compile(r"(\d+\.\d) \[(\d+\.\d), (\d+\.\d)\]")
"""As `glassbox.leaderboards.figures.with_interval` writes a proportion."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A table with what the template needs to know of it.

    Attributes:
      table: As the board made it.
      links: Where logs lie.
      bars: The column whose intervals are drawn, the first that has any; None without one.
    """

    table: Table
    links: Links
    bars: int | None

    @classmethod
    def of(cls, table: Table, links: Links) -> Shown:
        """Find the column of the headline figure."""
        with_bars = [at for row in table.rows for at, cell in enumerate(row.cells) if bounds(cell)]
        return cls(table, links, min(with_bars, default=None))

    @property
    def groups(self) -> tuple[tuple[TableRow, ...], ...]:
        """Methods, then controls, each in the order of the board; sorting keeps them apart."""
        rows = self.table.rows
        groups = tuple(row for row in rows if not row.control), tuple(row for row in rows if row.control)
        return tuple(group for group in groups if group)

    @property
    def named_by_log(self) -> bool:
        """Whether the first cell is the log itself, so that no further column is needed for it."""
        return any(row.cells[0].text == row.facts.get("log") for row in self.table.rows)

    @property
    def has_logs(self) -> bool:
        """Whether rows have a log to link to in a column of its own."""
        return not self.named_by_log and any(row.facts.get("log") for row in self.table.rows)

    def head(self, row: TableRow) -> Markup:
        """What stands in the row's first cell."""
        cell, address = row.cells[0], self.links.of(row.facts) if self.named_by_log else ""
        text = Markup('<a href="{}">{}</a>').format(address, cell.text) if address else Markup("{}").format(cell.text)
        return text + (Markup(' <sup class="mark">{}</sup>').format(row.mark) if row.mark else Markup())

    def body(self, at: int, cell: Cell) -> Markup:
        """What stands in another cell: figure, interval in grey, and the bar where the column has bars."""
        found = _INTERVAL.fullmatch(cell.text)
        if found is None:
            return Markup("{}").format(cell.text)
        value, low, high = found.groups()
        shown = Markup('<b>{}</b> <span class="interval">[{}, {}]</span>').format(value, low, high)
        return shown + (_bar(value, low, high) if at == self.bars and bounds(cell) else Markup())

    def log(self, row: TableRow) -> Markup:
        """A link to the row's log; its name where there is no way to it."""
        name, address = str(row.facts.get("log") or ""), self.links.of(row.facts)
        if not address:
            return Markup("{}").format(name)
        return Markup('<a href="{}" title="{}">log</a>').format(address, name)


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
