"""`glassbox gate`: has a new run fallen behind the blessed one? Exit 0 no, 1 yes, 2 it cannot be told.

glassbox gate --baseline quick --run                    # runs every row again, then judges
glassbox gate --baseline quick --log-dir logs           # judges the latest runs in the logs
glassbox gate --baseline baselines/results/quick.json run.eval --junit gate.xml --summary gate.md
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.plugins.entries import called
from glassbox.harness.records.export import RECORDS
from glassbox.harness.records.reading import Reading, add_log_dir
from glassbox.leaderboards.gate.ruling import REFERENCE

if TYPE_CHECKING:
    from glassbox.harness.records.frames import RunRecord
    from glassbox.leaderboards.gate.baseline import Baseline
    from glassbox.leaderboards.gate.ruling import GateReport, Settings

HELP = "has a run lost against a blessed one? exit 0 no, 1 yes, 2 unclear"

FORMATS = ("rich", "markdown", *RECORDS)
STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
FURTHER_TIMINGS = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is compared with what, how strictly, and where the answer goes."""
    parser.add_argument("logs", nargs="*", type=Path, metavar="LOG", help="judge these logs instead of a directory's")
    parser.add_argument(
        "--baseline", required=True, metavar="FILE", help="from glassbox bless: a file, or a name in baselines/results"
    )
    parser.add_argument("--run", action="store_true", help="run every row again first, into --log-dir")
    add_log_dir(parser, "where the latest runs are looked for, or go with --run")
    for name in ("task", "solver"):
        parser.add_argument(f"--{name}", action="append", metavar="NAME", help=f"only rows of this {name}; a pattern")
    parser.add_argument("--model", help="gate this model's runs against the blessed ones")
    parser.add_argument("--limit", type=int, help="run and judge only the first so many samples of each row")
    parser.add_argument("--margin", type=float, default=5, help="loss that must not go unseen, in points (default: 5)")
    parser.add_argument("--alpha", type=float, default=0.05, help="error of a false regression (default: 0.05)")
    parser.add_argument("--power", type=float, default=0.8, help="for the samples needed (default: 0.8)")
    parser.add_argument(
        "--clustered",
        action="store_true",
        help="rule a loss out beyond these templates or passages too, by the clusters blessed with the samples",
    )
    parser.add_argument(
        "--latency-margin",
        type=float,
        metavar="X",
        help="also fail rows that take X times longer than blessed, relative to the reference in the same run, such as "
        "1.5 (default: time is shown, not judged)",
    )
    parser.add_argument(
        "--latency-reference",
        default=REFERENCE,
        metavar="SOLVER",
        help=f"whose time in the same run is the measure (default: {REFERENCE})",
    )
    parser.add_argument("--format", choices=FORMATS, default="rich", help="default: rich, a table for the terminal")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="also write JUnit XML, one test case a row")
    parser.add_argument(
        "--summary", type=Path, metavar="FILE", help=f"also write Markdown; ${STEP_SUMMARY} gets it by itself"
    )


def run(args: argparse.Namespace) -> int:
    """Judge and print; the exit status is the ruling, 2 where a log could not be read and no row regressed.

    Raises:
      ValueError: No baseline, no such row, a level out of range, or no place to write to.
    """
    from glassbox.leaderboards.gate.baseline import read_baseline

    settings = _settings(args)
    for path in (args.junit, args.summary):
        if path is not None and not path.parent.is_dir():
            raise ValueError(f"cannot write {path}: there is no directory {path.parent}; make it first")
    baseline = chosen_rows(read_baseline(args.baseline), args.task, args.solver)
    found = _judge(args, baseline, settings)
    _write(args, found)
    _show(args, found)
    return found.status


def chosen_rows(
    baseline: Baseline, tasks: Sequence[str] | None = None, solvers: Sequence[str] | None = None
) -> Baseline:
    """The baseline with the rows of these tasks and solvers alone; both may be patterns.

    Raises:
      ValueError: There is none.
    """
    rows = tuple(
        row
        for row in baseline.runs
        if any(called(row.task, one) for one in tasks or ["*"])
        and any(called(row.solver, one) for one in solvers or ["*"])
    )
    if not rows:
        known = ", ".join(dict.fromkeys(f"{row.task} {row.solver}" for row in baseline.runs))
        raise ValueError(f"baseline {baseline.name} has no such row; it has {known}")
    return baseline.model_copy(update={"runs": rows})


def _settings(args: argparse.Namespace) -> Settings:
    from glassbox.leaderboards.gate.ruling import Settings

    if args.limit is not None and args.limit < 2:
        raise ValueError(f"--limit {args.limit} leaves nothing to compare; give at least 2")
    if args.run and args.logs:
        raise ValueError("--run makes its own logs; leave the log files out, or leave out --run")
    settings = Settings(
        margin=args.margin / 100,
        alpha=args.alpha,
        power=args.power,
        clustered=args.clustered,
        latency_margin=args.latency_margin,
        reference=args.latency_reference,
    )
    settings.check()
    return settings


def _judge(args: argparse.Namespace, baseline: Baseline, settings: Settings) -> GateReport:
    from glassbox.leaderboards.gate.judging import judge
    from glassbox.leaderboards.gate.retiming import slow_rows, time_again

    reading, refused = Reading(), dict[tuple[str, str], str]()
    records = _rerun(args, baseline, refused) if args.run else _logged(args, reading)
    retimed: defaultdict[tuple[str, str], list[tuple[Mapping[str, float], Mapping[str, float]]]] = defaultdict(list)

    def judged(runs: list[RunRecord]) -> GateReport:
        return judge(baseline, runs, settings, refused=refused, limit=args.limit, model=args.model, retimed=retimed)

    found = reading.skipping(records, judged)
    for _ in range(FURTHER_TIMINGS if args.run else 0):
        slow = list(slow_rows(baseline, found))
        if not slow:
            break
        for row, reference in slow:
            print(f"gate: timed again: {row.label}", file=sys.stderr)
            retimed[row.identity].append(time_again(row, reference, args.model))
        found = reading.skipping(records, judged)
    return replace(found, unreadable=tuple(path.name for path in reading.left_out))


def _rerun(args: argparse.Namespace, baseline: Baseline, refused: dict[tuple[str, str], str]) -> list[RunRecord]:
    """Run all rows; those that cannot are named in `refused`."""
    from glassbox.harness.records.frames import load_logs
    from glassbox.leaderboards.gate.rerun import CannotRerun, rerun

    paths = []
    for at, row in enumerate(baseline.runs, start=1):
        print(f"gate: {at} of {len(baseline.runs)}: {row.label}", file=sys.stderr)
        try:
            paths.append(rerun(row, args.log_dir, args.limit, args.model))
        except CannotRerun as error:
            refused[row.identity] = str(error)
    return load_logs(paths)


def _logged(args: argparse.Namespace, reading: Reading) -> list[RunRecord]:
    for path in args.logs:
        if not path.exists():
            raise ValueError(f"there is no log {path}")
    if not args.logs and not args.log_dir.exists():
        raise ValueError(f"there is no log directory {args.log_dir}; name another --log-dir, or gate with --run")
    return reading.load(args.logs or args.log_dir)


def _write(args: argparse.Namespace, found: GateReport) -> None:
    from glassbox.harness.records.files import write_atomically
    from glassbox.leaderboards.gate.render import junit_report, markdown_report

    if args.junit is not None:
        write_atomically(args.junit, junit_report(found))
    if args.summary is not None:
        write_atomically(args.summary, markdown_report(found))
    if step := os.environ.get(STEP_SUMMARY):
        with Path(step).open("a", encoding="utf-8") as file:
            file.write(markdown_report(found) + "\n")


def _show(args: argparse.Namespace, found: GateReport) -> None:
    from glassbox.leaderboards.gate.render import markdown_report, records_report, rich_report, text_report

    if args.format == "rich" and sys.stdout.isatty():
        from rich.console import Console

        Console().print(rich_report(found))
        return
    forms = {"rich": text_report, "markdown": markdown_report}
    written = records_report(found, args.format) if args.format in RECORDS else forms[args.format](found)
    sys.stdout.write(written)
