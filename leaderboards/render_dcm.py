"""The board of the soft-prompt tasks as text: rich, Markdown, CSV, and plain data for JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from leaderboards import figures
from leaderboards.dcm import DcmBoard, DcmRow, DcmSection
from leaderboards.ir import Estimate
from leaderboards.render import LINES, UNFINISHED, markdown_table

if TYPE_CHECKING:
    from rich.console import RenderableType

HEAD = ("solver", "model", "n", "K", "exact both", "Q", "A", "converged", "loss Q/A", "steps", "pairs/min")
MORE = ("solver", "model", "restarts", "levels (sure)", "recognised Q/A", "grids", "controls", "curves")
NOTE = (
    "exact: greedy decoding writes the text and stops, % [95 % interval]; converged: the seed's loss criteria; "
    "loss: mean share of random vectors' loss"
)


def rich_dcm_board(board: DcmBoard) -> RenderableType:
    """One table a section."""
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    parts: list[RenderableType] = []
    for section in board.sections:
        several = len({row.model for row in section.rows}) > 1
        table = Table(title=title(section), title_justify="left", title_style="bold", box=box.Box(LINES))
        table.show_edge, table.pad_edge = False, False
        for position, name in enumerate(HEAD):
            if name != "model" or several:
                table.add_column(name, justify="right" if position > 1 else "left", overflow="fold")
        for row in section.rows:
            cells = _cells(row)
            table.add_row(*(cells if several else cells[:1] + cells[2:]), style="dim" if row.control else None)
        parts += [table, *(Text(line, style="dim") for line in notes(section)), Text()]
    return Group(*parts, Text(NOTE, style="dim"))


def markdown_dcm_board(board: DcmBoard) -> str:
    """One heading and two tables a section: the figures, and what stands behind them; controls in italics."""
    blocks: list[str] = []
    for section in board.sections:
        rows, more = [_cells(row) for row in section.rows], [_more(row) for row in section.rows]
        for row, *both in zip(section.rows, rows, more, strict=True):
            for cells in both:
                cells[0] = f"*{cells[0]}*" if row.control else cells[0]
        blocks += [f"### {title(section)}", markdown_table(HEAD, rows, left=2), markdown_table(MORE, more, left=2)]
        blocks += notes(section)
    return "\n\n".join([*blocks, f"{NOTE}. Levels are the seed's, in brackets those of the whole interval."]) + "\n"


def csv_dcm_board(board: DcmBoard) -> str:
    """One line a row with every figure unrounded; an estimate takes four columns, a mapping one a name."""
    lines = [_flat(row) for row in board.rows]
    names = list(dict.fromkeys(name for line in lines for name in line))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


def dcm_data(board: DcmBoard) -> list[dict[str, object]]:
    """Everything the board knows, fit for JSON."""
    return [asdict(section) for section in board.sections]


def title(section: DcmSection) -> str:
    """`dcm_squad 1-A · generated n=24`, the model after it where all rows share one."""
    models = {row.model for row in section.rows}
    shared = models.pop() if len(models) == 1 else ""
    return " · ".join(filter(None, [f"{section.task} {section.task_version}", section.split, shared]))


def notes(section: DcmSection) -> list[str]:
    """What a reader must know about some of the rows."""
    lines = [
        f"{UNFINISHED} {row.label} ({row.status}): {row.scored:,} of {row.total:,} pairs scored"
        for row in section.rows
        if not row.complete
    ]
    lines += [
        f"! {row.label}: control {name} decodes {figures.proportion(found)} % of its pairs"
        for row in section.rows
        for name, found in row.controls.items()
        if found.value > 0 and name.startswith(("shuffled", "random"))
    ]
    if not section.comparable:
        lines.append("! the rows were not all run on the same pairs: do not compare them")
    return lines


def _cells(row: DcmRow) -> list[str]:
    return [
        row.label if row.complete else f"{row.label} {UNFINISHED}",
        row.model,
        figures.number(row.scored),
        figures.number(row.k),
        figures.with_interval(row.exact_both),
        figures.proportion(row.exact_question),
        figures.proportion(row.exact_answer),
        figures.proportion(row.converged),
        _both(row.ratios, lambda found: f"{found.value:.2f}"),
        figures.number(round(row.steps.value)) if row.steps else figures.NONE,
        figures.number(row.per_minute),
    ]


def _more(row: DcmRow) -> list[str]:
    levels = [f"{name} {level} ({row.sure.get(name, figures.NONE)})" for name, level in row.levels.items()]
    grids = [f"{name} {figures.proportion(found)}" for name, found in row.grids.items()]
    cells = [f"cells {figures.proportion(row.cell_accuracy)}"] if row.cell_accuracy else []
    return [
        row.label,
        row.model,
        f"{row.restarts.value:.1f}" if row.restarts else figures.NONE,
        ", ".join(levels) or figures.NONE,
        _both(row.recognised, figures.proportion),
        ", ".join([*grids, *cells]) or figures.NONE,
        ", ".join(f"{name} {figures.with_interval(found)}" for name, found in row.controls.items()) or figures.NONE,
        ", ".join(f"{name} {count}" for name, count in row.curves.items()) or figures.NONE,
    ]


def _flat(row: DcmRow) -> dict[str, object]:
    line: dict[str, object] = {}
    for field in fields(row):
        value = getattr(row, field.name)
        entries = {f"{field.name} {name}": inner for name, inner in value.items()} if isinstance(value, Mapping) else {}
        for name, inner in (entries if isinstance(value, Mapping) else {field.name: value}).items():
            if isinstance(inner, Estimate):
                line |= {name: inner.value, f"{name} low": inner.low, f"{name} high": inner.high, f"{name} n": inner.n}
            else:
                line[name] = inner
    return line


def _both(found: Mapping[str, Estimate], write: Callable[[Estimate], str]) -> str:
    """Question and answer on one place."""
    return "/".join(write(found[name]) if name in found else figures.NONE for name in ("question", "answer"))
