"""Boards as text: a rich table for the terminal, Markdown for a README, CSV and JSON for programs.

The same logs give the same bytes: nothing here depends on the clock, the locale, paths or the order of files.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from io import StringIO
from typing import TYPE_CHECKING

from leaderboards import figures
from leaderboards.ir import Board, Estimate, Row, Section

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

WIDTH = 100
UNFINISHED = "†"
LINES = "    \n    \n ── \n    \n ── \n    \n    \n    \n"  # rich's box: a line below the head and between sections
UNIT_NOTE = "% [95 % Wilson interval]; latency: median for one sample alone, and its share of a batch"


def rich_board(board: Board) -> RenderableType:
    """One table a section, controls below a line."""
    from rich.console import Group
    from rich.text import Text

    tables: list[RenderableType] = []
    for section in board.sections:
        lines = notes(section)
        tables += [_rich_section(section), *([Text("\n".join(lines), style="dim")] if lines else []), Text()]
    return Group(*tables, Text(UNIT_NOTE, style="dim"))


def text(renderable: RenderableType, width: int = WIDTH) -> str:
    """A rich renderable as plain text of a fixed width, for files and pipes."""
    from rich.console import Console

    console = Console(file=StringIO(), width=width, color_system=None, force_terminal=False, legacy_windows=False)
    with console.capture() as captured:
        console.print(renderable)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().rstrip().splitlines())


def markdown_board(board: Board) -> str:
    """One heading and table a section; controls follow in italics."""
    head = ["solver", "model", "n", "structural", "semantic", "unread", "alone", "in batch", "tokens", "artefact"]
    blocks: list[str] = []
    for section in board.sections:
        rows = [_markdown_cells(row) for row in section.rows]
        blocks += [f"### {title(section)}", markdown_table(head, rows, left=2), *notes(section)]
    return "\n\n".join([*blocks, f"{UNIT_NOTE}. Controls are in italics. Unread: parse failures."]) + "\n"


def csv_board(board: Board) -> str:
    """One line a row with every figure unrounded; an estimate takes four columns."""
    out = io.StringIO()
    estimates = {field.name for field in fields(Row) if "Estimate" in str(field.type)}
    writer: csv.DictWriter[str] | None = None
    for row in board.rows:
        line: dict[str, object] = {}
        for name, value in ((field.name, getattr(row, field.name)) for field in fields(row)):
            if name not in estimates:
                line[name] = value
                continue
            for part in (field.name for field in fields(Estimate)):
                line[name if part == "value" else f"{name}_{part}"] = getattr(value, part, None)
        if writer is None:
            writer = csv.DictWriter(out, list(line), lineterminator="\n")
            writer.writeheader()
        writer.writerow(line)
    return out.getvalue()


def json_board(
    board: Board,
    success: Sequence[dict[str, object]] = (),
    code: Sequence[dict[str, object]] = (),
    soft_prompt: Sequence[dict[str, object]] = (),
) -> str:
    """Everything the board knows, and beside it the success tables and the sections of other tasks, if any."""
    content = {"sections": [asdict(section) for section in board.sections], "success": list(success)}
    content |= {name: list(others) for name, others in (("code", code), ("soft_prompt", soft_prompt)) if others}
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """A Markdown table whose first `left` columns are text and whose others are figures."""
    align = [":--" if position < left else "--:" for position in range(len(head))]
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, align, *escaped))


def title(section: Section) -> str:
    """`ir_arith 1-A · held_out_both · open/arith`, the model only where all rows share one."""
    models = {row.model for row in section.rows}
    shared = models.pop() if len(models) == 1 else ""
    return " · ".join(filter(None, [f"{section.task} {section.task_version}", section.split, shared]))


def notes(section: Section) -> list[str]:
    """What a reader must know about some of the rows."""
    lines = [
        f"{UNFINISHED} {row.label} ({row.status}): {row.n:,} of {row.total:,} samples scored"
        for row in section.rows
        if not row.complete
    ]
    if not section.comparable:
        lines.append("! the rows were not all run on the same samples: do not compare them")
    return lines


def _rich_section(section: Section) -> Table:
    from rich import box
    from rich.table import Table

    several = len({row.model for row in section.rows}) > 1
    table = Table(title=title(section), title_justify="left", title_style="bold", box=box.Box(LINES))
    table.show_edge, table.pad_edge = False, False
    table.add_column("solver", overflow="fold", min_width=14)
    if several:
        table.add_column("model", overflow="fold", max_width=16)
    for name in ("n", "structural", "semantic", "alone", "in batch", "tokens", "artefact"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in section.rows:
        cells = _cells(row)
        ends = bool(section.controls and section.methods) and row is section.methods[-1]
        shown = cells if several else cells[:1] + cells[2:]
        table.add_row(*shown, style="dim" if row.control else None, end_section=ends)
    return table


def _cells(row: Row) -> list[str]:
    return [
        row.label if row.complete else f"{row.label} {UNFINISHED}",
        row.model,
        figures.number(row.n),
        figures.proportion(row.structural),
        figures.with_interval(row.semantic),
        figures.milliseconds(row.alone_p50_ms),
        figures.milliseconds(row.amortised_p50_ms),
        figures.number(row.generated_tokens),
        figures.address(row.artefact),
    ]


def _markdown_cells(row: Row) -> list[str]:
    cells = _cells(row)
    cells.insert(5, figures.proportion(row.parse_failure))
    if row.control:
        cells[0] = f"*{cells[0]}*"
    return cells
