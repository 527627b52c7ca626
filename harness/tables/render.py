"""Tables as text to read: for the terminal, and as Markdown for a README.

    text_tables(tables(load_logs("logs")))
    markdown_tables(tables(load_logs("logs")))

The same tables give the same bytes: nothing here depends on the clock, the locale or the terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import TYPE_CHECKING

from glassbox.harness.cli import terminal
from glassbox.harness.tables.table import Cell, Column, Table, TableRow, Tone, with_legends

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table as Grid

WIDTH, PICTURE = 100, 116
"""Characters of a terminal that does not say, and of a picture, which shows the board with all its columns."""
GAP, LONGEST_WORD = 2, 24
LINES = "    \n    \n ── \n    \n ── \n    \n    \n    \n"  # rich's box: a line below the head and between sections
STYLES: dict[Tone, str] = {"": "", "good": "green", "bad": "red", "unsure": "yellow"}


def rich_tables(tables: Sequence[Table], width: int | None = None) -> RenderableType:
    """Tables for a terminal of so many characters, with a line above the controls.

    Columns without any value are not shown, nor those that a terminal has no room for: the first to go are those with
    the highest `spare`, cost and latency before all others. Names and figures stay whole; a line says what is left out.
    """
    from rich.console import Group
    from rich.text import Text

    room = terminal.width(WIDTH) if width is None else width
    parts: list[RenderableType] = []
    for table, legend in with_legends(tables):
        shown, left_out = _fitting(table, room)
        lines = [*table.notes, *([left_out] if left_out else []), *([legend] if legend else [])]
        parts += [Text()] if parts else []
        parts += [Text(table.title, style="bold")] if table.title else []
        parts += [_grid(table, shown, room), *(Text(line, style="dim") for line in lines)]
    return Group(*parts)


def text_tables(tables: Sequence[Table], default: int = WIDTH) -> str:
    """The same as plain text, for files and pipes; as wide as `COLUMNS` says."""
    room = terminal.width(default)
    return terminal.text(rich_tables(tables, room), room)


def svg_tables(tables: Sequence[Table], width: int = PICTURE) -> str:
    """A picture of the terminal, for a README."""
    from rich.console import Console

    console = Console(file=StringIO(), width=width, record=True, force_terminal=True, legacy_windows=False)
    console.print(rich_tables(tables, width))
    drawn = console.export_svg(title="glassbox leaderboard", unique_id="glassbox")
    return re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)  # rich would fetch a font from the network


def markdown_tables(tables: Sequence[Table]) -> str:
    """A heading, a table and its notes each; controls in italics."""
    blocks: list[str] = []
    for table, legend in with_legends(tables):
        left = [column.text for column in table.columns]
        rows = [_markdown_cells(row) for row in table.rows]
        blocks += [f"### {table.title}", _markdown([column.title for column in table.columns], rows, left)]
        blocks += ["\n".join(f"- {line}" for line in table.notes)] if table.notes else []
        controls = " Controls are in italics." if any(row.control for row in table.rows) else ""
        blocks += [f"{legend}.{controls}"] if legend else []
    return "\n\n".join(blocks) + "\n"


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """A Markdown table whose first `left` columns are text and whose others are figures."""
    return _markdown(head, rows, [position < left for position in range(len(head))])


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[bool]) -> str:
    align = [":--" if text else "--:" for text in left]
    escaped = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in (head, *rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (escaped[0], align, *escaped[1:]))


def _markdown_cells(row: TableRow) -> list[str]:
    cells = [cell.text for cell in row.cells]
    cells[0] = f"{cells[0]} {row.mark}".rstrip()
    if row.control:
        cells[0] = f"*{cells[0]}*"
    return cells


def _fitting(table: Table, width: int) -> tuple[list[int], str]:
    """The columns to show, and a line about those for which there is no room."""
    shown = [at for at, column in enumerate(table.columns) if column.brief and (at == 0 or _filled(table, at))]
    dropped: list[str] = []
    while sum(_least(table, at) for at in shown) + GAP * (len(shown) - 1) > width:
        spare = [at for at in shown if table.columns[at].spare]
        if not spare:
            break
        least = max(spare, key=lambda at: table.columns[at].spare)
        dropped.append(table.columns[least].title)
        shown.remove(least)
    line = f"no room here for {', '.join(dropped)}: in a wider terminal and in the other formats" if dropped else ""
    return shown, line


def _filled(table: Table, at: int) -> bool:
    return any(row.cells[at].value is not None for row in table.rows)


def _shown(table: Table, at: int) -> list[str]:
    """What stands in a column, marks included."""
    return [f"{row.cells[at].text} {row.mark if at == 0 else ''}".rstrip() for row in table.rows]


def _whole(table: Table, at: int) -> int:
    """Characters of a column when nothing is folded."""
    return max(map(len, (table.columns[at].title, *_shown(table, at))))


def _least(table: Table, at: int, tight: bool = False) -> int:
    """Characters that a column needs: figures stand on one line, words may fold.

    Args:
      table: Whose.
      at: Which.
      tight: Let a figure's interval stand on a line of its own, which is the last resort.
    """
    column, cells = table.columns[at], _shown(table, at)
    if column.text:
        return min(max(map(len, words_of((column.title, *cells))), default=0), LONGEST_WORD)
    pieces = [piece for cell in cells for piece in (cell.replace(" [", "\n[").split("\n") if tight else [cell])]
    return max(map(len, (*words_of((column.title,)), *pieces)))


def words_of(texts: Iterable[str]) -> list[str]:
    """The words of all texts."""
    return [word for text in texts for word in text.split()] or [""]


def _widths(table: Table, shown: Sequence[int], room: int) -> dict[int, int]:
    """Each column's characters: what it needs, then what it likes as long as there is room, words last."""
    tight = sum(_least(table, at) for at in shown) + GAP * (len(shown) - 1) > room
    given = {at: _least(table, at, tight) for at in shown}
    left = room - sum(given.values()) - GAP * (len(shown) - 1)
    for at in sorted(shown, key=lambda at: (table.columns[at].text and at > 0, at)):
        more = max(min(_whole(table, at) - given[at], left), 0)
        given[at] += more
        left -= more
    return given


def _grid(table: Table, shown: Sequence[int], room: int) -> Grid:
    from rich import box
    from rich.table import Table as Grid

    widths = _widths(table, shown, room)
    grid = Grid(box=box.Box(LINES), show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0))
    for at in shown:
        column = table.columns[at]
        grid.add_column(column.title, justify="left" if column.text else "right", overflow="fold", width=widths[at])
    methods = [row for row in table.rows if not row.control]
    for row in table.rows:
        ends = bool(methods) and row is methods[-1] and len(methods) < len(table.rows)
        cells = [_styled(table.columns[at], row.cells[at], row.mark if at == 0 else "", widths[at]) for at in shown]
        grid.add_row(*cells, style="dim" if row.control else None, end_section=ends)
    return grid


def _styled(column: Column, cell: Cell, mark: str, width: int) -> RenderableType:
    from rich.text import Text

    shown = f"{cell.text} {mark}".rstrip()
    if not column.text and len(shown) > width:  # what may stand on a line of its own is an interval, nothing else
        shown = shown.replace(" [", "\n[")
    return Text(shown, style=STYLES[cell.tone])
