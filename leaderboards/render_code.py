"""The board of the code tasks as text: rich, Markdown, CSV, and plain data for JSON."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from typing import TYPE_CHECKING

from harness.outcome import Outcome
from leaderboards import figures
from leaderboards.code import CodeBoard, CodeRow, CodeSection
from leaderboards.render import LINES, UNFINISHED, markdown_table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

HEAD = ("solver", "model", "n", "passed", "pass@k", "cases", "not passed")
NOTE = "passed: every case passes, % [95 % Wilson interval]; pass@k: the largest k; unsupported programs are undecided"


def rich_code_board(board: CodeBoard) -> RenderableType:
    """One table a section, and its groups below it."""
    from rich.console import Group
    from rich.text import Text

    parts: list[RenderableType] = []
    for section in board.sections:
        parts.append(_rich_section(section))
        if section.groups:
            parts += [Text(), _rich_groups(section)]
        parts += [*(Text(line, style="dim") for line in notes(section)), Text()]
    return Group(*parts, Text(NOTE, style="dim"))


def markdown_code_board(board: CodeBoard) -> str:
    """One heading, a table and its groups a section; controls in italics."""
    blocks: list[str] = []
    for section in board.sections:
        rows = [_cells(row) for row in section.rows]
        for row, cells in zip(section.rows, rows, strict=True):
            cells[0] = f"*{cells[0]}*" if row.control else cells[0]
        blocks += [f"### {title(section)}", markdown_table(HEAD, rows, left=2)]
        if section.groups:
            blocks.append(markdown_table(_group_head(section), _group_rows(section)))
        blocks += notes(section)
    return "\n\n".join([*blocks, f"{NOTE}. Controls are in italics."]) + "\n"


def csv_code_board(board: CodeBoard) -> str:
    """One line a row with every figure unrounded; outcomes, pass@k and groups have a column each."""
    lines = [_flat(row) for row in board.rows]
    names = list(dict.fromkeys(name for line in lines for name in line))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


def code_data(board: CodeBoard) -> list[dict[str, object]]:
    """Everything the board knows, fit for JSON."""
    return [asdict(section) for section in board.sections]


def title(section: CodeSection) -> str:
    """`phase3 1-A · n=10`."""
    return " · ".join(filter(None, [f"{section.task} {section.task_version}", section.split]))


def notes(section: CodeSection) -> list[str]:
    """What a reader must know about some of the rows."""
    lines = [
        f"{UNFINISHED} {row.label} ({row.status}): {_scored(row):,} of {row.total:,} samples scored"
        for row in section.rows
        if not row.complete
    ]
    if not section.comparable:
        lines.append("! the rows were not all run on the same samples: do not compare them")
    return lines


def _scored(row: CodeRow) -> int:
    return row.passed.n if row.passed else 0


def _cells(row: CodeRow) -> list[str]:
    k = next(reversed(row.pass_at), None)
    outcomes = [f"{kind} {count:,}" for kind, count in row.outcomes.items() if kind != Outcome.PASS]
    return [
        row.label if row.complete else f"{row.label} {UNFINISHED}",
        row.model,
        figures.number(_scored(row)),
        figures.with_interval(row.passed),
        f"{figures.proportion(row.pass_at[k])} (k={k.removeprefix('pass@')})" if k else figures.NONE,
        f"{row.cases_right:,}/{row.cases:,}",
        ", ".join(outcomes) or figures.NONE,
    ]


def _group_head(section: CodeSection) -> list[str]:
    several = len({row.model for row in section.rows}) > 1
    return ["group", "n", *(f"{row.label} {row.model}" if several else row.label for row in section.rows)]


def _group_rows(section: CodeSection) -> list[list[str]]:
    rows = []
    for name in section.groups:
        found = [row.groups.get(name) for row in section.rows]
        sizes = sorted({group.n for group in found if group})
        rows.append([name, "/".join(map(str, sizes)), *map(figures.with_interval, found)])
    return rows


def _flat(row: CodeRow) -> dict[str, object]:
    line = asdict(row)
    for name in ("passed", "pass_at", "outcomes", "groups"):
        del line[name]
    named = {"passed": row.passed, **row.pass_at, **{f"group {name}": group for name, group in row.groups.items()}}
    for name, found in named.items():
        for part in ("value", "low", "high", "n"):
            line[name if part == "value" else f"{name} {part}"] = getattr(found, part, None)
    return line | {f"outcome {kind.value}": row.outcomes.get(kind.value, 0) for kind in Outcome}


def _rich_section(section: CodeSection) -> Table:
    table = _table(title(section))
    several = len({row.model for row in section.rows}) > 1
    for position, name in enumerate(HEAD):
        if name != "model" or several:
            table.add_column(name, justify="right" if 2 <= position <= 5 else "left", overflow="fold")
    methods = [row for row in section.rows if not row.control]
    for row in section.rows:
        cells = _cells(row)
        ends = bool(methods) and row is methods[-1] and len(methods) < len(section.rows)
        shown = cells if several else cells[:1] + cells[2:]
        table.add_row(*shown, style="dim" if row.control else None, end_section=ends)
    return table


def _rich_groups(section: CodeSection) -> Table:
    table = _table(None)
    for position, name in enumerate(_group_head(section)):
        table.add_column(name, justify="right" if position else "left", overflow="fold")
    for cells in _group_rows(section):
        table.add_row(*cells)
    return table


def _table(name: str | None) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(title=name, title_justify="left", title_style="bold", box=box.Box(LINES))
    table.show_edge, table.pad_edge = False, False
    return table
