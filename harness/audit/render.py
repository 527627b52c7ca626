"""Audits and the list of checks: for the terminal, as Markdown, and as records, which a leaderboard reads.

The same logs give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from glassbox.harness.audit.check import Check
from glassbox.harness.audit.finding import Finding, Severity
from glassbox.harness.audit.run import Audit
from glassbox.harness.records.export import exported, plain

if TYPE_CHECKING:
    from rich.console import RenderableType

STYLES = {Severity.FAILED: "bold red", Severity.WARNING: "yellow", Severity.UNCHECKED: "cyan"}
SHOWN = tuple(STYLES)
WIDTH = 110


def records_audit(audits: Sequence[Audit], form: str) -> str:
    """A record for each finding of each check, and for each check that found nothing or does not apply."""
    return exported("audit", [record for audit in audits for record in _records(audit)], form)


def _records(audit: Audit) -> Iterator[dict[str, object]]:
    run = audit.record
    named = {name: getattr(run, name) for name in ("task", "task_version", "split", "solver", "model")}
    for result in audit.results:
        nothing = Finding(result.severity, result.inapplicable, "", "", "")
        for finding in result.findings or (nothing,):
            yield {"log": run.path.name, **named, "check": result.check, **plain(finding)}


def markdown_audit(audits: Sequence[Audit]) -> str:
    """A heading a log, a list item a finding."""
    blocks = [f"# Audit of {len(audits):,} log{'s' * (len(audits) != 1)}", summary(audits)]
    for audit in audits:
        blocks.append(f"## {title(audit)}")
        for check, finding in _ordered(audit):
            blocks.append(
                f"- **{finding.severity}** `{check}`: {finding.what}\n  - where: {finding.where}\n"
                f"  - why it matters: {finding.why}\n  - how to mend it: {finding.mend}"
            )
        blocks.append("\n".join(_closing(audit)))
    return "\n\n".join(blocks) + "\n"


def rich_audit(audits: Sequence[Audit]) -> RenderableType:
    """The same for the terminal, in colour."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    parts: list[RenderableType] = []
    for audit in audits:
        parts.append(Text(title(audit), style="bold"))
        for check, finding in _ordered(audit):
            head = Text.assemble(
                (f"{finding.severity} ", STYLES[finding.severity]), (f"{check}: ", "bold"), finding.what
            )
            parts.append(Padding(head, (0, 0, 0, 2)))
            rows = (("where", finding.where), ("why", finding.why), ("mend", finding.mend))
            for name, text in rows if finding.severity is not Severity.UNCHECKED else rows[-1:]:
                parts.append(Padding(Text.assemble((f"{name}: ", "dim"), text), (0, 0, 0, 6)))
        parts += [Padding(Text(line, style="dim"), (0, 0, 0, 2)) for line in _closing(audit, reasons=False)]
        parts.append(Text())
    return Group(*parts, Text(summary(audits), style="bold"))


def title(audit: Audit) -> str:
    """`ir_arith 1-A · held_out_both · ir_head · open/arith · run.json`."""
    record = audit.record
    task = f"{record.task} {record.task_version}"
    return " · ".join(filter(None, (task, record.split, record.solver, record.model, record.path.name)))


def summary(audits: Sequence[Audit]) -> str:
    """One sentence over all logs."""
    failed = sum(audit.failed for audit in audits)
    counts = {severity: sum(len(audit.found(severity)) for audit in audits) for severity in SHOWN}
    verdict = f"{failed:,} of {len(audits):,} logs failed" if failed else f"no check failed on {len(audits):,} logs"
    return (
        f"{verdict}: {counts[Severity.FAILED]:,} defects, {counts[Severity.WARNING]:,} warnings, "
        f"{counts[Severity.UNCHECKED]:,} questions that could not be checked."
    )


def _ordered(audit: Audit) -> list[tuple[str, Finding]]:
    return [found for severity in SHOWN for found in audit.found(severity)]


def _closing(audit: Audit, reasons: bool = True) -> list[str]:
    """What was found clean, and what the log does not raise, with the reasons if asked for."""
    clean = [result.check for result in audit.ended(Severity.CLEAN)]
    lines = [f"clean: {', '.join(clean)}"] if clean else []
    aside = audit.ended(Severity.INAPPLICABLE)
    named = [f"{one.check} ({one.inapplicable})" if reasons else one.check for one in aside]
    return [*lines, *([f"does not apply: {('; ' if reasons else ', ').join(named)}"] if aside else [])]


HEAD = ("check", "detects", "needs", "seen in seed document")


def markdown_list(checks: Sequence[Check]) -> str:
    """The checks as a page."""
    rows = [HEAD, (":--",) * len(HEAD), *((f"`{c.name}`", c.detects, c.needs, c.seen_in) for c in checks)]
    table = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)
    return (
        "# Audits\n\n"
        "`glassbox audit LOG...` looks for what voids a measurement, in any inspect log. A check that finds nothing "
        "calls the log clean of that defect alone; one that cannot tell says what is missing.\n\n"
        f"{table}\n\nThis page is made by `glassbox audit --list --format markdown`.\n"
    )


def rich_list(checks: Sequence[Check]) -> RenderableType:
    """The checks as a table for the terminal."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for name in HEAD:
        table.add_column(name, overflow="fold", no_wrap=name == "check")
    for check in checks:
        table.add_row(check.name, check.detects, check.needs, check.seen_in)
    return table


def records_list(checks: Sequence[Check], form: str) -> str:
    """A record a check."""
    listed = [{"check": c.name, "detects": c.detects, "needs": c.needs, "seen_in": c.seen_in} for c in checks]
    return exported("audit", listed, form)
