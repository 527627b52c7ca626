"""The gate's report as text: rich for the terminal, Markdown for a job summary, JSON for programs, JUnit XML for CI.

The same logs give the same bytes: no clock, no paths, no host.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from glassbox.leaderboards import figures
from glassbox.leaderboards.gate.ruling import GateReport, RowReport, Ruling
from glassbox.leaderboards.gate.wording import points
from glassbox.leaderboards.render import markdown_table, text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

HEAD = ("task", "solver", "n", "blessed, %", "now, %", "loss [at most]", "p", "time", "ruling")
STYLES = {
    Ruling.PASS: "green",
    Ruling.INCONCLUSIVE: "yellow",
    Ruling.NOT_COMPARABLE: "yellow",
    Ruling.REGRESSION: "bold red",
}


def text_report(found: GateReport) -> str:
    """The same as the terminal's, for pipes and job logs: every sentence on one line, however long."""
    said = "".join(f"{line}\n" for row in found.rows for line in _lines(row))
    table = text(_table(found), width=200)
    return "\n".join([f"{found.sentence}\n", table, *([said] if said else []), f"{terms(found)}\n"])


def rich_report(found: GateReport) -> RenderableType:
    """The answer, the table, and a line for every row that did not pass or has something to say."""
    from rich.console import Group
    from rich.text import Text

    said = [Text(line, style=STYLES[row.ruling]) for row in found.rows for line in _lines(row)]
    answer = Text(found.sentence, style=STYLES[found.ruling])
    return Group(answer, Text(), _table(found), Text(), *said, Text(terms(found), style="dim"))


def _table(found: GateReport) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for position, name in enumerate(HEAD):
        grid.add_column(Text(name), justify="left" if position < 2 or name == "ruling" else "right")
    for row in found.rows:
        *cells, ruling = _cells(row)
        grid.add_row(*map(Text, cells), Text(ruling, style=STYLES[row.ruling]))
    return grid


def markdown_report(found: GateReport) -> str:
    """A heading, the answer, the table and the lines."""
    rows = [_cells(row) for row in found.rows]
    said = "\n".join(f"- {line}" for row in found.rows for line in _lines(row))
    blocks = [f"### {found.sentence}", markdown_table(HEAD, rows, left=2), *([said] if said else []), terms(found)]
    return "\n\n".join(blocks) + "\n"


def json_report(found: GateReport) -> str:
    """Every figure unrounded."""
    rows = [{**asdict(row), "label": row.label, "ruling": row.ruling.text} for row in found.rows]
    content = {**asdict(found), "status": found.status, "sentence": found.sentence, "rows": rows}
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def junit_report(found: GateReport) -> str:
    """One test case a row: a regression is a failure, what could not be decided an error, so that it is not green."""
    failures = [row for row in found.rows if row.ruling is Ruling.REGRESSION]
    errors = [row for row in found.rows if row.ruling.status == 2]
    counts = {"tests": len(found.rows), "failures": len(failures), "errors": len(errors), "skipped": 0}
    attributes = {"name": f"glassbox gate {found.name}", **{name: str(count) for name, count in counts.items()}}
    root = ElementTree.Element("testsuites", {name: attributes[name] for name in ("tests", "failures", "errors")})
    suite = ElementTree.SubElement(root, "testsuite", attributes)
    for row in found.rows:
        case = ElementTree.SubElement(suite, "testcase", classname=f"gate.{found.name}.{row.place}", name=row.method)
        if row.ruling is not Ruling.PASS:
            kind = "failure" if row.ruling is Ruling.REGRESSION else "error"
            fault = ElementTree.SubElement(case, kind, message=row.line, type=row.ruling.text)
            fault.text = f"{row.label}: {row.line}"
        ElementTree.SubElement(case, "system-out").text = "\n".join(_said(row))
    ElementTree.indent(root)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ElementTree.tostring(root, encoding='unicode')}\n"


def terms(found: GateReport) -> str:
    """What the ruling means, with the levels that were used."""
    settings = found.settings
    judged = "not judged" if settings.latency_margin is None else f"at most {settings.latency_margin:g} x"
    timed = f" Time: relative to {settings.reference} in the same run, now over blessed, {judged}."
    return (
        f"Blessed because: {found.reason}. Regression: a paired one-sided test finds a loss (Holm over the rows, "
        f"{settings.alpha * 100:g} %). Pass: none found, and a loss of {points(settings.margin)} points ruled out "
        f"({100 - settings.alpha * 100:g} % bound); exact rows: every sample as blessed.{timed}"
    )


def _cells(row: RowReport) -> tuple[str, ...]:
    if row.n is None or row.loss is None:
        return row.place, row.method, *[figures.NONE] * 6, row.ruling.text
    bound = "exact" if row.rule == "exact" else f"{row.loss.loss * 100:+.1f} [{row.loss.high * 100:+.1f}]"
    p = figures.NONE if row.p is None else f"{row.p:.2g}"
    means = figures.percent(row.blessed), figures.percent(row.now)
    time = figures.NONE if row.latency is None else f"{row.latency.ratio:.2f} x"
    return row.place, row.method, f"{row.n:,}", *means, bound, p, time, row.ruling.text


def _lines(row: RowReport) -> list[str]:
    """The reason of a row that did not pass, and notes of any row."""
    reason = [] if row.ruling is Ruling.PASS else [f"{row.label}: {row.ruling.text}: {row.line}"]
    return reason + [f"{row.label}: {note}" for note in row.notes]


def _said(row: RowReport) -> list[str]:
    return [
        row.line,
        *([row.latency_line] if row.latency_line and row.latency_line not in row.line else []),
        *row.notes,
    ]
