"""`glassbox leaderboard`: logs to a board, in the terminal or in a file.

glassbox leaderboard --split held_out_both
glassbox leaderboard --task phase3 --by category
glassbox leaderboard --prices prices.json --format html --output board.html
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.plugins.entries import called
from glassbox.harness.records.export import RECORDS, exported
from glassbox.harness.records.files import deliver
from glassbox.harness.records.reading import Reading, add_log_dir

if TYPE_CHECKING:
    from glassbox.harness.records.frames import RunRecord
    from glassbox.harness.tables.table import Table

HELP = "rank solvers from the inspect logs, controls below a line"

FORMATS = ("rich", "markdown", "csv", "json", "html", "svg")
FILTERS = ("task", "task_version", "model", "solver", "split", "tag")
HOW_TO_MAKE_ONE = "run `make eval`, or `inspect eval tasks/ir_arith.py --solver ir_head`, or name another --log-dir"


class NoBoard(ValueError):
    """There is no board to make, or no place for it; the message says how to come by one."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.description = (
        "Rank the latest run of each task, split, model and solver. Rows tie unless a paired test on the same samples "
        "parts them. Runs that failed the audit in LOG_DIR/audit.json are marked."
    )
    add_log_dir(parser, "where the logs are, searched recursively")
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


def run(args: argparse.Namespace) -> int:
    """Print or write the board; 0 on success, 3 where logs were left out that could not be read.

    Raises:
      NoBoard: There is none to make, or no place to write it to.
      MixedVersions: A task comes in several versions.
    """
    _refuse_no_place(args.output)
    reading = Reading()
    found = reading.skipping(_chosen(args, reading), partial(_made, args=args, audits=_audits(args.log_dir)))
    if not found:
        raise NoBoard(f"no readable log in {args.log_dir} has a score that is a proportion; {HOW_TO_MAKE_ONE}")
    _deliver(found, args.format, args.output)
    return reading.status(0)


def _chosen(args: argparse.Namespace, reading: Reading) -> list[RunRecord]:
    if not args.log_dir.exists():
        raise NoBoard(f"there is no log directory {args.log_dir}; {HOW_TO_MAKE_ONE}")
    records = reading.load(args.log_dir)
    if not records:
        readable = "readable " if reading.left_out else ""
        raise NoBoard(f"no {readable}logs in {args.log_dir}; {HOW_TO_MAKE_ONE}")
    chosen = select(records, args)
    if not chosen:
        raise NoBoard(f"none of the {len(records)} logs in {args.log_dir} is of the {_wanted(args)}")
    return chosen


def _made(chosen: Sequence[RunRecord], args: argparse.Namespace, audits: dict[str, str]) -> list[Table]:
    return _drilled(chosen, args, audits) if args.by else _board(chosen, args, audits)


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
            any(called(value, pattern) for value in _values(record, name) for pattern in patterns)
            for name, patterns in given.items()
        )
    ]


def _values(record: RunRecord, name: str) -> Sequence[str]:
    """What a filter looks at; a run may have several tags, from the command line and from its task."""
    if name != "tag":
        return (str(getattr(record, name)),)
    tags = record.metadata.get("tags")
    return (*record.tags, *(map(str, tags) if isinstance(tags, list | tuple) else ()))


def render(tables: Sequence[Table], form: str, command: str = "leaderboard") -> str:
    """The tables of a command in one of `FORMATS`."""
    from glassbox.harness.tables.render import markdown_tables, svg_tables, text_tables
    from glassbox.harness.tables.table import records_of
    from glassbox.leaderboards.page import html_tables

    if form in RECORDS:
        found = records_of(tables)
        return exported(command, found.pop("records"), form, **found)
    renderers = {
        "rich": text_tables,
        "markdown": markdown_tables,
        "html": html_tables,
        "svg": svg_tables,
    }
    return renderers[form](tables)


def _refuse_no_place(output: Path | None) -> None:
    if output is not None and not output.parent.is_dir():
        raise NoBoard(f"cannot write {output}: there is no directory {output.parent}; make it first")


def _deliver(tables: Sequence[Table], form: str, output: Path | None) -> None:
    """Render, then print or write."""
    if form == "rich" and output is None:
        from glassbox.harness.cli.terminal import show
        from glassbox.harness.tables.render import rich_tables

        show(rich_tables(tables))
    else:
        deliver(render(tables, form), output)


def _wanted(args: argparse.Namespace) -> str:
    """The filters in words, for the message that nothing matched."""
    given = {name: getattr(args, name) for name in FILTERS}
    return ", ".join(f"{name.replace('_', ' ')} {' or '.join(values)}" for name, values in given.items() if values)
