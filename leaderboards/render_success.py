"""The seed's success table as text: rich, Markdown, and plain data for JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from harness.stats.verdict import Verdict
from leaderboards import figures
from leaderboards.render import markdown_table
from leaderboards.success import Criterion, Success

if TYPE_CHECKING:
    from rich.console import RenderableType

STYLES = {Verdict.SUPPORTED: "green", Verdict.REFUTED: "red", Verdict.UNDETERMINED: "yellow"}
HEAD = ("criterion", "asked", "measured", "verdict", "note")


def rich_success(table: Success) -> RenderableType:
    """The criteria as a table, the paired comparison below it."""
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    grid = Table(title=title(table), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    grid.show_edge, grid.pad_edge = False, False
    for position, name in enumerate(HEAD):
        grid.add_column(name, justify="right" if position in (1, 2) else "left", no_wrap=position < 4)
    for criterion in table.criteria:
        *cells, verdict, note = _cells(criterion)
        grid.add_row(*cells, Text(verdict, style=STYLES[criterion.verdict]), note)
    return Group(grid, Text(), Text("\n".join(paired_lines(table))))


def markdown_success(table: Success) -> str:
    """The same as Markdown."""
    rows = [_cells(criterion) for criterion in table.criteria]
    lines = "\n".join(f"- {line}" for line in paired_lines(table))
    return f"### {title(table)}\n\n{markdown_table(HEAD, rows, left=len(HEAD))}\n\n{lines}\n"


def success_data(table: Success) -> dict[str, object]:
    """The same as a dictionary fit for JSON."""
    return {**asdict(table), "sentence": table.sentence}


def title(table: Success) -> str:
    """Which runs are judged."""
    place = " · ".join(filter(None, [f"{table.task} {table.task_version}", table.split, table.model]))
    return f"Success criteria of the seed: {table.head} against {table.pipeline} · {place} · n = {table.n:,}"


def paired_lines(table: Success) -> list[str]:
    """The difference in words, and whether the head is not worse."""
    margin = f"{table.paired.margin * 100:g} point{'' if table.paired.margin == 0.01 else 's'}"
    return [table.sentence, f"{table.head} is at most {margin} worse: {table.paired.verdict}"]


def _cells(criterion: Criterion) -> list[str]:
    write = figures.percent if criterion.unit == "%" else figures.ratio
    measured = write(criterion.measured)
    if criterion.low is not None:
        measured += f" [{write(criterion.low)}, {write(criterion.high)}]".replace(" x", "")
    verdict = f"{criterion.verdict.mark} {criterion.verdict}"
    return [criterion.name, criterion.condition, measured, verdict, criterion.note]
