"""`glassbox leaderboard`: logs to a board, in the terminal or in a file.

glassbox leaderboard --split held_out_both
glassbox leaderboard --task phase3 --by category
glassbox leaderboard --prices prices.json --format html --output board.html
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.records.files import deliver

if TYPE_CHECKING:
    from glassbox.harness.records.frames import RunRecord
    from glassbox.leaderboards.table import Table

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

FORMATS = ("rich", "markdown", "csv", "json", "html", "svg")
FILTERS = ("task", "task_version", "model", "solver", "split", "tag")
HOW_TO_MAKE_ONE = "run `make eval`, or `inspect eval tasks/ir_arith.py --solver ir_head`, or name another --log-dir"


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "leaderboard",
        help="rank the runs in the logs, with intervals and controls",
        description="Rank the latest run of each task, split, model and solver. Rows tie unless a paired test on the "
        "same samples parts them. Runs that failed the audit in LOG_DIR/audit.json are marked.",
    )
    parser.add_argument(
        "--log-dir",
        type=Path,
        default=Path(os.environ.get("INSPECT_LOG_DIR", "logs")),
        help="where the logs are, searched recursively (default: $INSPECT_LOG_DIR or ./logs)",
    )
    for name in ("task", "model", "solver", "split", "task-version", "tag"):
        parser.add_argument(
            f"--{name}", action="append", metavar="NAME", help=f"only this {name}; may be a pattern, may be repeated"
        )
    parser.add_argument(
        "--by",
        metavar="KEY",
        help="a row for each solver and category instead: category, complexity, tag, template, operation, family, or "
        "any other metadata of the samples",
    )
    parser.add_argument(
        "--prices", type=Path, metavar="FILE", help="device prices (JSON), asked before leaderboards/prices.json"
    )
    parser.add_argument("--format", choices=FORMATS, default="rich", help="default: rich, a table for the terminal")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write here instead, all at once or not at all")
    parser.add_argument("--all", action="store_true", help="show every run, not only the latest of each kind")
    parser.set_defaults(run=run)
    return parser


def run(args: argparse.Namespace) -> int:
    """Print or write the board; 0 on success, 1 with one line on stderr when there is none to make."""
    from glassbox.harness.records.frames import load_logs
    from glassbox.leaderboards.runs import MixedVersions

    if not args.log_dir.exists():
        return _refuse(f"there is no log directory {args.log_dir}; {HOW_TO_MAKE_ONE}")
    records = load_logs(args.log_dir)
    if not records:
        return _refuse(f"no logs in {args.log_dir}; {HOW_TO_MAKE_ONE}")
    chosen = select(records, args)
    if not chosen:
        return _refuse(f"none of the {len(records)} logs in {args.log_dir} is of the {_wanted(args)}")
    try:
        audits = _audits(args.log_dir)
        found = _drilled(chosen, args, audits) if args.by else _board(chosen, args, audits)
    except MixedVersions as error:
        return _refuse(str(error))
    if not found:
        return _refuse(f"no log in {args.log_dir} has a score that is a proportion; {HOW_TO_MAKE_ONE}")
    return _deliver(found, args.format, args.output)


def _audits(log_dir: Path) -> dict[str, str]:
    from glassbox.harness.records.frames import AUDIT_FILE
    from glassbox.leaderboards.audits import read_audits

    return read_audits((log_dir if log_dir.is_dir() else log_dir.parent) / AUDIT_FILE)


def _board(chosen: Sequence[RunRecord], args: argparse.Namespace, audits: dict[str, str]) -> list[Table]:
    """The boards, and the seed's success tables below them."""
    from glassbox.leaderboards.board import tables
    from glassbox.leaderboards.prices import read_prices
    from glassbox.leaderboards.success import successes
    from glassbox.leaderboards.success_table import success_table

    prices = read_prices(args.prices) if args.prices else None
    found = tables(chosen, args.all, audits, prices)
    judged, faults = successes(chosen, keep_all=args.all)
    for fault in faults:
        print(fault, file=sys.stderr)
    return [*found, *map(success_table, judged)]


def _drilled(chosen: Sequence[RunRecord], args: argparse.Namespace, audits: dict[str, str]) -> list[Table]:
    from glassbox.leaderboards.drill import drill

    return drill(chosen, args.by, args.all, audits)


def select(records: Iterable[RunRecord], args: argparse.Namespace) -> list[RunRecord]:
    """The runs that match every filter given; a filter may hold several patterns, of which one must fit."""
    given: dict[str, Sequence[str]] = {name: found for name in FILTERS if (found := getattr(args, name, None))}
    return [
        record
        for record in records
        if all(
            any(fnmatchcase(value, pattern) for value in _values(record, name) for pattern in patterns)
            for name, patterns in given.items()
        )
    ]


def _values(record: RunRecord, name: str) -> Sequence[str]:
    """What a filter looks at; a run may have several tags, from the command line and from its task."""
    if name != "tag":
        return (str(getattr(record, name)),)
    tags = record.metadata.get("tags")
    return (*record.tags, *(map(str, tags) if isinstance(tags, list | tuple) else ()))


def render(tables: Sequence[Table], form: str) -> str:
    """The tables in one of `FORMATS`."""
    from glassbox.leaderboards.export import csv_tables, json_tables
    from glassbox.leaderboards.page import html_tables
    from glassbox.leaderboards.render import markdown_tables, rich_tables, svg_tables, text

    renderers = {
        "rich": lambda tables: text(rich_tables(tables)),
        "markdown": markdown_tables,
        "csv": csv_tables,
        "json": json_tables,
        "html": html_tables,
        "svg": svg_tables,
    }
    return renderers[form](tables)


def _deliver(tables: Sequence[Table], form: str, output: Path | None) -> int:
    """Render, then print or write."""
    if output is not None and not output.parent.is_dir():
        return _refuse(f"cannot write {output}: there is no directory {output.parent}; make it first")
    if form == "rich" and output is None and sys.stdout.isatty():
        from rich.console import Console

        from glassbox.leaderboards.render import rich_tables

        console = Console()
        console.print(rich_tables(tables, console.width))
        return 0
    deliver(render(tables, form), output)
    return 0


def _wanted(args: argparse.Namespace) -> str:
    """The filters in words, for the message that nothing matched."""
    given = {name: getattr(args, name) for name in FILTERS}
    return ", ".join(f"{name.replace('_', ' ')} {' or '.join(values)}" for name, values in given.items() if values)


def _refuse(message: str) -> int:
    print(f"glassbox leaderboard: {message}", file=sys.stderr)
    return 1
