"""The gate's report as text: rich for the terminal, Markdown for a job summary, JSON for programs, JUnit XML for CI.

The same logs give the same bytes: no clock, no paths, no host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from glassbox.harness.records.export import exported
from glassbox.harness.tables.render import STYLES, markdown_table, rich_tables, text_tables
from glassbox.harness.tables.table import Cell, Column, Table, TableRow, Tone
from glassbox.leaderboards import figures
from glassbox.leaderboards.gate.ruling import GateReport, RowReport, Ruling
from glassbox.leaderboards.gate.wording import points

if TYPE_CHECKING:
    from rich.console import RenderableType

HEAD = ("task", "solver", "n", "blessed, %", "now, %", "loss [at most]", "p", "time", "ruling")
COLUMNS = (
    Column("task", text=True),
    Column("solver", text=True),
    *(Column(name, spare=spare) for name, spare in zip(HEAD[2:8], (5, 3, 2, 1, 6, 9), strict=True)),
    Column("ruling", text=True),
)
TONES: dict[Ruling, Tone] = {
    Ruling.PASS: "good",
    Ruling.INCONCLUSIVE: "unsure",
    Ruling.NOT_COMPARABLE: "unsure",
    Ruling.REGRESSION: "bad",
}
WIDE = 200


def text_report(found: GateReport) -> str:
    """The same as the terminal's, for pipes and job logs: every sentence on one line, however long."""
    said = "".join(f"{line}\n" for line in _all_lines(found))
    return (
        "\n".join([f"{found.sentence}\n", text_tables([_table(found)], WIDE), *([said] if said else []), terms(found)])
        + "\n"
    )


def rich_report(found: GateReport) -> RenderableType:
    """The answer, the table, and a line for every row that did not pass or has something to say."""
    from rich.console import Group
    from rich.text import Text

    said = [Text(line, style=STYLES[TONES[row.ruling]]) for row in found.rows for line in _lines(row)]
    said += [Text(line, style=STYLES["unsure"]) for line in _unread(found)]
    answer = Text(found.sentence, style=STYLES[TONES[found.ruling]])
    return Group(answer, Text(), rich_tables([_table(found)]), Text(), *said, Text(terms(found), style="dim"))


def _table(found: GateReport) -> Table:
    rows = tuple(
        TableRow((*(Cell(text, text) for text in cells), Cell(ruling, ruling, TONES[row.ruling])))
        for row in found.rows
        for *cells, ruling in [_cells(row)]
    )
    return Table("", COLUMNS, rows)


def markdown_report(found: GateReport) -> str:
    """A heading, the answer, the table and the lines."""
    rows = [_cells(row) for row in found.rows]
    said = "\n".join(f"- {line}" for line in _all_lines(found))
    blocks = [f"### {found.sentence}", markdown_table(HEAD, rows, left=2), *([said] if said else []), terms(found)]
    return "\n\n".join(blocks) + "\n"


def records_report(found: GateReport, form: str) -> str:
    """A record a row, every figure unrounded; JSON also says what came of all of them."""
    named = {name: getattr(found, name) for name in ("name", "reason", "status", "sentence", "settings", "unreadable")}
    return exported("gate", [_record(row) for row in found.rows], form, ruling=found.ruling.text, **named)


def _record(row: RowReport) -> dict[str, object]:
    loss, time = row.loss, row.latency
    seen = ("units", "lost", "gained", "detectable")
    return {
        **{name: getattr(row, name) for name in ("place", "method", "model", "rule")},
        "ruling": row.ruling.text,
        "why": row.line,
        **{name: getattr(row, name) for name in ("n", "blessed", "now", "p")},
        "loss": {"value": loss.loss, "low": loss.low, "high": loss.high, "n": loss.n} if loss else None,
        **{name: getattr(loss, name, None) for name in seen},
        "slowdown": {"value": time.ratio, "low": time.low, "high": time.high, "n": time.n} if time else None,
        "slowdown_ruling": row.latency_ruling.text,
        "slowdown_why": row.latency_line,
        "log": row.log,
        "notes": row.notes,
    }


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
    evidence = f"Holm over the rows, {settings.alpha * 100:g} %; by clusters where samples share a template or passage"
    bound = f"a loss of {points(settings.margin)} points ruled out ({100 - settings.alpha * 100:g} % bound)"
    return (
        f"Blessed because: {found.reason}. Regression: a paired one-sided test finds a loss ({evidence}). Pass: none "
        f"found, and {bound}; exact rows: every sample as blessed.{timed}"
    )


def _cells(row: RowReport) -> tuple[str, ...]:
    if row.n is None or row.loss is None:
        return row.place, row.method, *[figures.NONE] * 6, row.ruling.text
    bound = "exact" if row.rule == "exact" else f"{row.loss.loss * 100:+.1f} [{row.loss.high * 100:+.1f}]"
    p = figures.NONE if row.p is None else f"{row.p:.2g}"
    means = figures.percent(row.blessed), figures.percent(row.now)
    time = figures.NONE if row.latency is None else f"{row.latency.ratio:.2f} x"
    return row.place, row.method, f"{row.n:,}", *means, bound, p, time, row.ruling.text


def _all_lines(found: GateReport) -> list[str]:
    return [*(line for row in found.rows for line in _lines(row)), *_unread(found)]


def _unread(found: GateReport) -> list[str]:
    return [
        f"{name} could not be read, and what it holds nobody knows: run again what it was" for name in found.unreadable
    ]


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
