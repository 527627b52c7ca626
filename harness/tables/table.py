"""A table as every renderer sees it: columns, rows, notes; what it is about stays with the board that made it.

    Table("ir_arith 1-A · held_out_both", (Column("solver", text=True), Column("semantic")), (TableRow((...)),))

Boards build tables once; the terminal, Markdown, CSV, JSON and HTML renderers know nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from glassbox.harness.stats.estimate import Estimate

Value = str | float | int | bool | None
Fact = Value | Estimate | Sequence[str] | Mapping[str, Value | Estimate]
Tone = Literal["", "good", "bad", "unsure"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head.

    Attributes:
      title: As shown.
      text: Whether its cells are text (left-aligned) rather than figures.
      about: One line for a reader who hovers or asks: unit, statistic, interval.
      brief: Whether terminals show it; all other renderers show every column.
      spare: What a terminal without room for all of them leaves out first: the highest; 0 is never left out.
    """

    title: str
    text: bool = False
    about: str = ""
    brief: bool = True
    spare: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place: the text shown, and the value it is sorted and exported by (None sorts last).

    Attributes:
      tone: `good`, `bad` or `unsure` for a verdict, shown by colour beside its words; empty for anything else.
    """

    text: str
    value: Value = None
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row.

    Attributes:
      cells: As many as there are columns.
      control: Whether the row shows what a score is worth rather than competes.
      mark: Footnote sign behind the first cell, such as a failed audit; empty without one.
      facts: The row as a record for JSON and CSV, by which HTML filters too (task, split, model, log).
    """

    cells: tuple[Cell, ...]
    control: bool = False
    mark: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @classmethod
    def of(cls, *texts: str) -> TableRow:
        """A row of nothing but texts; an empty one is no value."""
        return cls(tuple(Cell(text, text or None) for text in texts))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that may be compared, with what a reader must know about them.

    Attributes:
      notes: About these rows, one line each.
      legend: How to read the columns; tables that share one show it once, below the last of them.
      record: What a row is: `records` where it is one of those that the command is about, another name where its rows
        are listed beside them, empty where the table only shows in another shape what other tables hold.

    Raises:
      ValueError: A row has another number of cells than there are columns.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...] = ()
    legend: str = ""
    record: str = "records"

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                raise ValueError(f"table {self.title!r}: a row of {len(row.cells)} cells, {len(self.columns)} columns")


def with_legends(tables: Sequence[Table]) -> Iterator[tuple[Table, str]]:
    """Each table and the legend to show below it: none where the next table has the same."""
    for at, table in enumerate(tables):
        last = at + 1 == len(tables) or tables[at + 1].legend != table.legend
        yield table, table.legend if last else ""


def records_of(tables: Sequence[Table]) -> dict[str, list[Mapping[str, Fact]]]:
    """The rows of tables as records, by what they are."""
    found: dict[str, list[Mapping[str, Fact]]] = {"records": []}
    for table in tables:
        if table.record:
            found.setdefault(table.record, []).extend(row.facts for row in table.rows)
    return found
