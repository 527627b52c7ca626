"""`glassbox claims`: what the seeds claim, what their origins reported, what was measured here, and the verdicts.

glassbox claims --seed 000
glassbox claims --verdict refuted --format markdown --output docs/claims.md
glassbox claims --missing --seed 000 > run.sh         # the commands whose logs are not there yet
glassbox claims --record                              # keep the verdicts in leaderboards/claims/measured.json
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.records.files import deliver, write_atomically
from glassbox.harness.records.reading import Reading, add_log_dir

if TYPE_CHECKING:
    from glassbox.harness.records.frames import RunRecord
    from glassbox.leaderboards.claims.claim import Book
    from glassbox.leaderboards.claims.ledger import Entry

HELP = "the seeds' claims: reported by origins, measured here, verdicts"

SEEDS = ("000", "001", "002", "003", "004")
VERDICTS = ("supported", "refuted", "undetermined", "by construction", "not run")
FORMATS = ("rich", "markdown", "json", "html", "csv")
HEADS = {
    "markdown": "# What the seeds claim, and what was measured\n\n"
    "Each row is one claim on one model: what its origin reported and what was measured here stand side by side. The "
    "logs' verdicts are kept with `glassbox claims --record`; `glassbox claims --log-dir none --format markdown "
    "--output docs/claims.md` writes this page from what was kept.\n\n"
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which claims, from which logs, in which form."""
    parser.add_argument("--seed", action="append", choices=SEEDS, help="only this seed document; may be repeated")
    add_log_dir(parser, "where the logs are, searched recursively; without them the record speaks")
    parser.add_argument("--model", metavar="PATTERN", help="only rows of this model, as the ledger names it")
    parser.add_argument("--verdict", action="append", choices=VERDICTS, help="only rows of this verdict; repeatable")
    parser.add_argument("--no-record", action="store_true", help="from the logs alone, without the shipped record")
    parser.add_argument("--format", choices=FORMATS, default="rich", help="default: rich, tables for the terminal")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write here instead, all at once or not at all")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--missing", action="store_true", help="print the commands whose logs are missing")
    action.add_argument(
        "--record", action="store_true", help="write what the logs say into the shipped record, or into --output"
    )


def run(args: argparse.Namespace) -> int:
    """Print or write the ledger; 0 whatever the verdicts are, 3 where logs were left out that could not be read.

    Raises:
      ValueError: There is no place to write to.
    """
    from glassbox.leaderboards.claims.claim import load_books
    from glassbox.leaderboards.claims.ledger import ledger, merged
    from glassbox.leaderboards.claims.recorded import load_record

    if args.output is not None and not args.output.parent.is_dir():
        raise ValueError(f"cannot write {args.output}: there is no directory {args.output.parent}; make it first")
    books = [book for book in load_books() if args.seed is None or book.seed in args.seed]
    reading = Reading()
    records = reading.load(args.log_dir) if args.log_dir.exists() else []  # the record can do without
    if args.missing:
        deliver(reading.skipping(records, lambda runs: missing_script(books, runs, args.model)), args.output)
        return reading.status(0)
    if args.record:
        reading.skipping(records, lambda runs: _record(runs, args.output))
        return reading.status(0)
    recorded = [] if args.no_record else load_record(books)
    entries = reading.skipping(records, lambda runs: merged(ledger(books, runs), recorded))
    chosen = select(entries, args.model, args.verdict)
    if not chosen:
        print("no claim has such a row; leave out --model or --verdict, or run what --missing prints", file=sys.stderr)
    _show(books, chosen, args.format, args.output)
    return reading.status(0)


def select(entries: Iterable[Entry], model: str | None, verdicts: Sequence[str] | None) -> list[Entry]:
    """The rows of a model and of some verdicts; a row without a model is of all models."""
    return [
        entry
        for entry in entries
        if (model is None or not entry.model or fnmatchcase(entry.model, model))
        and (verdicts is None or entry.standing.value in verdicts)
    ]


def missing_script(books: Sequence[Book], records: Sequence[RunRecord], model: str | None) -> str:
    """A shell script of the commands whose logs are not there, each once; below them, as comments, what is not built.

    Args:
      books: The claims.
      records: The runs at hand.
      model: Which model the logs must be of; a pattern, or a name, which the commands then ask for.
    """
    from glassbox.leaderboards.claims.claim import claims_of
    from glassbox.leaderboards.claims.ledger import ledger
    from glassbox.leaderboards.claims.selection import missing, shown_model

    kept = [record for record in records if model is None or fnmatchcase(shown_model(record.model), model)]
    judged = {entry.claim.id for entry in ledger(books, kept) if entry.measured is not None}
    named = model if model and not any(sign in model for sign in "*?[") else None
    lines: dict[str, None] = {}
    unbuilt = []
    for claim in claims_of(books):
        if claim.needs:
            unbuilt.append(f"# {claim.id} needs {claim.needs}")
        elif claim.id not in judged:
            lines |= dict.fromkeys(missing(claim, kept, named))
    return "".join(f"{line}\n" for line in [*lines, *unbuilt])


def _record(records: Sequence[RunRecord], output: Path | None) -> None:
    """Write what logs say over what was recorded before, of all seeds; rows of other models and settings stay."""
    from glassbox.leaderboards.claims.claim import load_books
    from glassbox.leaderboards.claims.ledger import ledger, merged
    from glassbox.leaderboards.claims.recorded import load_record, record_path, record_text

    place, books = output or record_path(), load_books()
    entries = ledger(books, records)
    write_atomically(place, record_text(merged(entries, load_record(books, place))))
    print(f"{place}: {sum(bool(entry.made.logs) for entry in entries)} rows from the logs", file=sys.stderr)


def _show(books: Sequence[Book], entries: Sequence[Entry], form: str, output: Path | None) -> None:
    from glassbox.leaderboards.claims.how_tables import how_tables
    from glassbox.leaderboards.claims.ledger_tables import tables
    from glassbox.leaderboards.command import render

    made = [*tables(books, entries), *([] if form == "rich" else how_tables(books, entries))]
    if form == "rich" and output is None:
        from glassbox.harness.cli.terminal import show
        from glassbox.harness.tables.render import rich_tables

        show(rich_tables(made))
        return
    if form == "html":
        from glassbox.leaderboards.page import html_tables

        deliver(html_tables(made, "Claims"), output)
        return
    deliver(HEADS.get(form, "") + render(made, form, "claims"), output)
