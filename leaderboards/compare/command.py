"""`glassbox compare`: two runs on the same samples, and whether there is evidence of a difference.

glassbox compare ir_head regex_pipeline
glassbox compare logs/before.eval logs/after.eval --format markdown --output change.md
glassbox compare ir_head layer0 --split held_out_both --cluster none
glassbox compare 13/18 15/18                      # counts from a report, without their samples
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.plugins.entries import called
from glassbox.harness.records.export import RECORDS, exported
from glassbox.harness.records.files import deliver
from glassbox.harness.records.reading import Reading, add_log_dir

if TYPE_CHECKING:
    from glassbox.harness.records.frames import RunRecord
    from glassbox.leaderboards.compare.report import Report

HELP = "compare two runs by sample: difference, interval, power, cost"

FORMATS = ("rich", "markdown", *RECORDS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Two runs, where to look for them, and how to compare."""
    parser.add_argument(
        "a",
        metavar="A",
        help="a log file, a solver's name (with its arguments where it has some), or a count such as 13/18",
    )
    parser.add_argument("b", metavar="B", help="the same; the difference is A less B")
    add_log_dir(parser, "where solver names are looked up: the latest complete runs on the same data")
    for name in ("task", "model", "split", "task-version"):
        parser.add_argument(f"--{name}", action="append", metavar="NAME", help=f"look only among runs of this {name}")
    parser.add_argument("--score", help="what to compare (default: the headline score of the task)")
    parser.add_argument(
        "--cluster",
        metavar="KEY",
        help="metadata that samples share, so that they are not independent; `none` for no clusters (default: passage, "
        "template or task, where samples carry one)",
    )
    parser.add_argument(
        "--runs",
        type=int,
        metavar="N",
        help="compare the latest N runs of each solver, such as other random seeds, with the variance between them",
    )
    parser.add_argument("--confidence", type=float, default=0.95, help="of the intervals (default: 0.95)")
    parser.add_argument("--format", choices=FORMATS, default="rich", help="default: rich, a table for the terminal")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write here instead, all at once or not at all")


def run(args: argparse.Namespace) -> int:
    """Print or write the comparison; 0 whether or not there is a difference, 3 where unreadable logs were left out.

    Raises:
      NotComparable: In one line that names both runs.
      ValueError: There is no such run, or no place to write to.
    """
    from glassbox.harness.records.pairing import pair
    from glassbox.leaderboards.compare.counts import compare_counts, is_count
    from glassbox.leaderboards.compare.report import report

    if not 0 < args.confidence < 1:
        raise ValueError(f"--confidence {args.confidence:g} is outside (0, 1); 0.95 means 95 %")
    if args.output is not None and not args.output.parent.is_dir():
        raise ValueError(f"cannot write {args.output}: there is no directory {args.output.parent}; make it first")
    if any(is_count(name) and not Path(name).exists() for name in (args.a, args.b)):
        deliver(compare_counts(args.a, args.b, args.format, args.confidence), args.output)
        return 0
    reading = Reading()
    logged = [] if _is_file(args.a) and _is_file(args.b) else _logged(args, reading)
    if args.runs is not None:
        deliver(reading.skipping(logged, lambda runs: _several(args, runs)), args.output)
        return reading.status(0)

    def compared(runs: Sequence[RunRecord]) -> Report:
        return report(pair(*find_runs(args, runs), args.score, args.cluster), args.confidence)

    found = reading.skipping(logged, compared)
    if args.output is None and args.format == "rich" and sys.stdout.isatty():
        _print_to_terminal(found)
    else:
        deliver(render(found, args.format), args.output)
    return reading.status(0)


def find_runs(args: argparse.Namespace, logged: Sequence[RunRecord]) -> tuple[RunRecord, RunRecord]:
    """The runs meant by A and B: files as they are, names as the latest complete runs among those `logged`.

    Runs on the same data come first, among those runs of the same model, then the latest.

    Raises:
      ValueError: A file is no log, or no run has that solver.
    """
    candidates = _candidates(args, logged)
    alike = [
        (one, other)
        for one in candidates[0]
        for other in candidates[1]
        if one.key != other.key and _data(one) == _data(other)
    ]
    if alike:
        return max(alike, key=lambda both: (both[0].model == both[1].model, *sorted(map(_age, both))))
    a, b = candidates[0][-1], candidates[1][-1]
    if a.key == b.key:
        raise ValueError(f"{args.a} and {args.b} are the same run, {a.path.name}; name two")
    return a, b


def _candidates(args: argparse.Namespace, logged: Sequence[RunRecord]) -> list[Sequence[RunRecord]]:
    """The runs that A and B may mean, the oldest first."""
    return [_read(name) if _is_file(name) else _named(name, logged, args.log_dir) for name in (args.a, args.b)]


def _several(args: argparse.Namespace, logged: Sequence[RunRecord]) -> str:
    """The latest runs of two solvers on the same data, compared, as text."""
    from glassbox.leaderboards.compare.seeds import seeds_report

    if args.runs < 2:
        raise ValueError(f"--runs {args.runs} has no variance between runs; give at least 2")
    if args.a == args.b or _is_file(args.a) or _is_file(args.b):
        raise ValueError("--runs compares the runs of two solvers: name two, with their arguments where they have some")
    groups: dict[object, tuple[list[RunRecord], list[RunRecord]]] = {}
    for side, candidates in enumerate(_candidates(args, logged)):
        for record in candidates:
            groups.setdefault(_data(record), ([], []))[side].append(record)
    enough = [group for group in groups.values() if min(map(len, group)) >= 2]
    if not enough:
        raise ValueError(
            f"{args.a} and {args.b} have not 2 complete runs each on the same data; run more, with other random seeds"
        )
    a, b = max(enough, key=lambda group: min(_age(group[0][-1]), _age(group[1][-1])))
    return seeds_report(a[-args.runs :], b[-args.runs :], args)


def render(found: Report, form: str) -> str:
    """The comparison as text."""
    from glassbox.harness.tables.render import text_tables
    from glassbox.leaderboards.compare.render import markdown_report, record_of, table

    if form in RECORDS:
        return exported("compare", [record_of(found)], form)
    # The sentence stands on one line, however long, so that it can be searched for.
    return markdown_report(found) if form == "markdown" else f"{found.sentence}\n\n{text_tables([table(found)])}"


def _is_file(name: str) -> bool:
    return Path(name).suffix in (".eval", ".json") or Path(name).is_file()


def _read(name: str) -> Sequence[RunRecord]:
    from glassbox.harness.records.frames import load_logs

    if not Path(name).is_file():
        raise ValueError(f"there is no log {name}; give a log file or a solver's name")
    records = load_logs(Path(name))
    if not records:
        raise ValueError(f"{name} is no readable inspect log; give another one")
    return records


def _logged(args: argparse.Namespace, reading: Reading) -> list[RunRecord]:
    """The runs in the log directory that the filters let through."""
    from glassbox.leaderboards.command import select

    if not args.log_dir.exists():
        raise ValueError(
            f"there is no log directory {args.log_dir} to look solvers up in; name a --log-dir or log files"
        )
    return select(reading.load(args.log_dir), args)


def _named(name: str, logged: Sequence[RunRecord], log_dir: Path) -> Sequence[RunRecord]:
    """Runs that `name` may mean, the oldest first; a broken one only where there is no complete one."""
    from glassbox.leaderboards.runs import label

    named = [record for record in logged if _means(name, record)]
    if len(solvers := sorted({record.solver for record in named})) > 1:
        raise ValueError(f"{name} may be {' or '.join(solvers)}; give the package too")
    if not named:
        known = ", ".join(sorted({label(record) for record in logged})) or "none"
        raise ValueError(f"no log in {log_dir} is of the solver {name}; there are {known}")
    return [record for record in named if record.complete] or named


def _means(name: str, record: RunRecord) -> bool:
    """Whether `name` is the run's solver, with some of its arguments or none: `ir_head layer=0.25`."""
    solver, *given = (name,) if called(record.solver, name) else name.split()
    had = {f"{key}={value}" for key, value in record.solver_args.items()}
    return called(record.solver, solver) and had.issuperset(given)


def _data(record: RunRecord) -> tuple[str, str, str]:
    return record.task, record.task_version, record.samples_digest


def _age(record: RunRecord) -> tuple[str, str]:
    return record.created, record.path.name


def _print_to_terminal(found: Report) -> None:
    from rich.console import Console

    from glassbox.harness.tables.render import rich_tables
    from glassbox.leaderboards.compare.render import rich_sentence, table

    console = Console()
    console.print(rich_sentence(found), soft_wrap=True)
    console.print()
    console.print(rich_tables([table(found)]))
