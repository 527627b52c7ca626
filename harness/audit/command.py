"""`glassbox audit`: mechanical checks of runs, from their logs alone.

glassbox audit logs
glassbox audit logs/run.eval --only prompt_overlap --training corpus.jsonl
glassbox audit logs --claim "ir_head > regex_pipeline by 5"
glassbox audit logs --format json --output logs/audit.json      # where the leaderboard looks for it
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.cli.terminal import text, width
from glassbox.harness.records.export import RECORDS
from glassbox.harness.records.files import deliver
from glassbox.harness.records.reading import Reading, log_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from glassbox.harness.audit.check import Check
    from glassbox.harness.audit.run import Audit

HELP = "look for what voids a measurement: leaks, dead settings, label shifts"

FORMATS = ("rich", "markdown", *RECORDS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Logs, checks, and what lies beside the logs."""
    parser.add_argument(
        "logs",
        nargs="*",
        type=Path,
        default=[log_folder()],
        metavar="LOG",
        help="inspect logs, or folders of them (default: $INSPECT_LOG_DIR or ./logs)",
    )
    parser.add_argument("--only", action="append", metavar="CHECK", help="only this check; may be repeated")
    parser.add_argument("--list", action="store_true", help="show every check: what it detects and what it needs")
    parser.add_argument(
        "--training",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="text that the model was trained on, one a line or JSONL, held against the test items; may be repeated",
    )
    parser.add_argument(
        "--claim", action="append", default=[], metavar="TEXT", help="'A > B' or 'A > B by 5', held against the runs"
    )
    parser.add_argument(
        "--parts",
        action="append",
        type=Path,
        default=[],
        metavar="FOLDER",
        help="where fitted parts lie, besides the store",
    )
    parser.add_argument("--format", choices=FORMATS, default="rich", help="default: rich, for the terminal")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write here instead, all at once or not at all")


def run(args: argparse.Namespace) -> int:
    """Audit and print or write; 0 where no check failed, 1 where one did, 3 where logs could not be read.

    Raises:
      ValueError: There is no log, no such check, or no place to write to.
    """
    from glassbox.harness.audit.claim import Claim
    from glassbox.harness.audit.parts import Parts
    from glassbox.harness.audit.registry import chosen
    from glassbox.harness.audit.run import audit
    from glassbox.harness.audit.training import read_training

    checks = chosen(args.only)
    if args.output is not None and not args.output.parent.is_dir():
        raise ValueError(f"cannot write {args.output}: there is no directory {args.output.parent}; make it first")
    if args.list:
        _deliver(*_listed(checks, args.format), args.output)
        return 0
    reading = Reading()
    found = audit(
        args.logs,
        checks,
        training=[read_training(path) for path in args.training],
        claims=[Claim.of(claim) for claim in args.claim],
        parts=Parts(tuple(args.parts)),
        reading=reading,
    )
    _deliver(*_rendered(found, args.format), args.output)
    return reading.status(int(any(one.failed for one in found)))


def _rendered(found: Sequence[Audit], form: str) -> tuple[str, RenderableType | None]:
    """The audits as text, and for the terminal as rich has them."""
    from glassbox.harness.audit.render import WIDTH, markdown_audit, records_audit, rich_audit

    if form == "rich":
        return text(rich_audit(found), width(WIDTH)), rich_audit(found)
    return (records_audit(found, form) if form in RECORDS else markdown_audit(found)), None


def _listed(checks: Sequence[Check], form: str) -> tuple[str, RenderableType | None]:
    from glassbox.harness.audit.render import WIDTH, markdown_list, records_list, rich_list

    if form == "rich":
        return text(rich_list(checks), width(WIDTH)), rich_list(checks)
    return (records_list(checks, form) if form in RECORDS else markdown_list(checks)), None


def _deliver(content: str, shown: RenderableType | None, output: Path | None) -> None:
    if output is None and shown is not None and sys.stdout.isatty():
        from rich.console import Console

        Console().print(shown)
    else:
        deliver(content, output)
