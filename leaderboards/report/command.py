"""`glassbox report`: logs to one self-contained HTML page, for a reader with a browser and no network.

glassbox report --log-dir logs --output report.html
glassbox report --task 'dcm_*' --output prompts.html
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.records.reading import Reading, add_log_dir

if TYPE_CHECKING:
    from glassbox.harness.records.frames import RunRecord
    from glassbox.leaderboards.report.page import Page

HELP = "write one HTML page: boards, curves, trade-offs, claims, logs"

QUESTIONS = Path("docs/questions")


class NothingToReport(ValueError):
    """There are no logs to make a page of, or no place to write it to."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which logs and answers, and where the page goes."""
    add_log_dir(parser, "where the logs are, searched recursively")
    for name in ("task", "model", "solver", "split", "task-version"):
        parser.add_argument(
            f"--{name}", action="append", metavar="NAME", help=f"only this {name}; may be a pattern, may be repeated"
        )
    parser.add_argument("--all", action="store_true", help="show every run on the boards, not only the latest of each")
    parser.add_argument(
        "--questions",
        type=Path,
        metavar="DIR",
        help=f"answers that `glassbox questions` wrote (default: questions beside the logs, else {QUESTIONS})",
    )
    parser.add_argument("--no-samples", dest="samples", action="store_false", help="leave single samples out")
    parser.add_argument(
        "--viewer",
        metavar="URL",
        default="http://127.0.0.1:7575",
        help="where inspect's viewer shows the logs (default: where `inspect view --log-dir LOGS` does)",
    )
    parser.add_argument(
        "--output", type=Path, default=Path("report.html"), metavar="FILE", help="the page (default: report.html)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the page and say in a few lines what it holds; 0 when it was written, 3 when without some logs.

    Raises:
      NothingToReport: In one line with the way out.
      MixedVersions: A task comes in several versions.
      UnreadableAnswer: A file of the questions folder is something else.
    """
    from glassbox.harness.records.files import write_atomically
    from glassbox.harness.records.frames import AUDIT_FILE
    from glassbox.leaderboards.audits import read_audits
    from glassbox.leaderboards.board import sections, tables
    from glassbox.leaderboards.claims import ledger_tables
    from glassbox.leaderboards.command import HOW_TO_MAKE_ONE, select
    from glassbox.leaderboards.report.links import Links
    from glassbox.leaderboards.report.page import page
    from glassbox.leaderboards.report.questions import read_answers
    from glassbox.leaderboards.report.samples import sample_view

    if not args.output.parent.is_dir():
        raise NothingToReport(f"cannot write {args.output}: there is no directory {args.output.parent}; make it first")
    if not args.log_dir.exists():
        raise NothingToReport(f"there is no log directory {args.log_dir}; {HOW_TO_MAKE_ONE}")
    if args.questions is not None and not args.questions.is_dir():
        raise NothingToReport(f"there is no directory {args.questions}; `glassbox questions all --output DIR` makes it")
    reading = Reading()
    records = select(reading.load(args.log_dir), args)
    if not records:
        raise NothingToReport(f"no log in {args.log_dir} is left by the filters given; {HOW_TO_MAKE_ONE}")
    audits, answers = read_audits(args.log_dir / AUDIT_FILE), read_answers(args.questions or _questions(args.log_dir))

    def written(runs: list[RunRecord]) -> tuple[int, Page]:
        boards = tables(runs, keep_all=args.all, audits=audits)
        links = Links.to(runs, args.output)
        samples = sample_view(sections(runs, args.all), args.log_dir, links) if args.samples else []
        return len(runs), page(runs, boards, ledger_tables(runs), answers, links, samples, args.viewer.rstrip("/"))

    shown, made = reading.skipping(records, written)
    write_atomically(args.output, made.html)
    print(f"{args.output}: {shown} runs, {len(made.html.encode()) / 1024:.0f} KB")
    for one in made.wanted:
        print(f"left out: {one.title} ({one.lacks}): {one.command}")
    return reading.status(0)


def _questions(log_dir: Path) -> Path:
    """Where `glassbox questions` leaves its answers, else the project's own."""
    beside = log_dir / QUESTIONS.name
    return beside if beside.is_dir() else QUESTIONS
