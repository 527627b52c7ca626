"""Tables as text to read: for the terminal, and as Markdown for a README.

    text(rich_tables(tables(load_logs("logs"))))
    markdown_tables(tables(load_logs("logs")))

The same tables give the same bytes: nothing here depends on the clock, the locale or the terminal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import StringIO
from typing import TYPE_CHECKING

from glassbox.leaderboards.table import Cell, Column, Table, TableRow, Tone, with_legends

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table as Grid

WIDTH = 100
FOLDED, GAP = 14, 2
LINES = "    \n    \n ── \n    \n ── \n    \n    \n    \n"  # rich's box: a line below the head and between sections
STYLES: dict[Tone, str] = {"": "", "good": "green", "bad": "red", "unsure": "yellow"}


def rich_tables(tables: Sequence[Table], width: int = WIDTH) -> RenderableType:
    """Tables for a terminal of so many characters, with a line above the controls.

    Columns without any value are not shown, nor those that a terminal has no room for; a line says which these are.
    """
    from rich.console import Group
    from rich.text import Text

    parts: list[RenderableType] = []
    for table, legend in with_legends(tables):
        shown, left_out = _fitting(table, width)
        lines = [*table.notes, *([left_out] if left_out else []), *([legend] if legend else [])]
        parts += [Text()] if parts else []
        parts += [Text(table.title, style="bold"), _grid(table, shown), *(Text(line, style="dim") for line in lines)]
    return Group(*parts)


def text(renderable: RenderableType, width: int = WIDTH) -> str:
    """A rich renderable as plain text of a fixed width, for files and pipes."""
    from rich.console import Console

    console = Console(file=StringIO(), width=width, color_system=None, force_terminal=False, legacy_windows=False)
    with console.capture() as captured:
        console.print(renderable)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().rstrip().splitlines())


def svg_tables(tables: Sequence[Table], width: int = WIDTH) -> str:
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
    while _width(table, shown) > width and any(table.columns[at].spare for at in shown):
        least = max(shown, key=lambda at: table.columns[at].spare)
        dropped.append(table.columns[least].title)
        shown.remove(least)
    line = f"no room here for {', '.join(dropped)}: in a wider terminal and in the other formats" if dropped else ""
    return shown, line


def _filled(table: Table, at: int) -> bool:
    return any(row.cells[at].value is not None for row in table.rows)


def _width(table: Table, shown: Sequence[int]) -> int:
    """Of the table in characters; words fold, so that a column of them needs no more than some."""
    widths = []
    for at in shown:
        column = table.columns[at]
        longest = max((len(row.cells[at].text) for row in table.rows), default=0)
        longest = FOLDED if at == 0 else min(longest, FOLDED) if column.text else longest
        widths.append(max(longest, len(column.title)))
    return sum(widths) + GAP * (len(shown) - 1)


def _grid(table: Table, shown: Sequence[int]) -> Grid:
    from rich import box
    from rich.table import Table as Grid

    grid = Grid(box=box.Box(LINES), show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0))
    for at in shown:
        _add(grid, table.columns[at], first=at == 0)
    methods = [row for row in table.rows if not row.control]
    for row in table.rows:
        ends = bool(methods) and row is methods[-1] and len(methods) < len(table.rows)
        cells = [_styled(row.cells[at], row.mark if at == 0 else "") for at in shown]
        grid.add_row(*cells, style="dim" if row.control else None, end_section=ends)
    return grid


def _add(grid: Grid, column: Column, first: bool) -> None:
    if column.text:
        grid.add_column(column.title, justify="left", overflow="fold", min_width=FOLDED if first else None)
    else:
        grid.add_column(column.title, justify="right", no_wrap=True)


def _styled(cell: Cell, mark: str) -> RenderableType:
    from rich.text import Text

    return Text(f"{cell.text} {mark}".rstrip(), style=STYLES[cell.tone])
