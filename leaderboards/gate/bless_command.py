"""`glassbox bless`: make results the ones that later runs are held to, with the reason why.

glassbox bless --log-dir logs --name quick --reason "first release" --exact gold null
glassbox bless a.eval b.eval --name mine --reason "prompt 3 is in production"
glassbox bless c.eval --name mine --reason "one row more" --add
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.records.reading import Reading, add_log_dir
from glassbox.leaderboards.gate.baseline import FOLDER

if TYPE_CHECKING:
    from glassbox.harness.records.frames import RunRecord
    from glassbox.leaderboards.gate.baseline import Baseline
    from glassbox.leaderboards.gate.blessing import Change

HELP = "make results the ones that later runs are held to"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which runs, why, and under which name."""
    parser.add_argument("logs", nargs="*", type=Path, metavar="LOG", help="bless these logs instead of a directory's")
    add_log_dir(parser, "bless the latest run of each row in here")
    for name in ("task", "model", "solver", "split", "task-version"):
        parser.add_argument(f"--{name}", action="append", metavar="NAME", help=f"only runs of this {name}; a pattern")
    parser.add_argument("--name", required=True, help=f"of the baseline, which is written to {FOLDER}/NAME.json")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"write it here instead of {FOLDER}")
    parser.add_argument("--reason", default="", help="why these results are right; kept in the file")
    parser.add_argument(
        "--exact",
        nargs="+",
        default=[],
        metavar="SOLVER",
        help="solvers whose every sample must come out the same, such as gold and null",
    )
    parser.add_argument("--score", help="what is gated (default: the headline score of each task)")
    parser.add_argument("--cluster", metavar="KEY", help="metadata that samples share (default: as glassbox compare)")
    parser.add_argument("--add", action="store_true", help="keep the former rows that these runs do not replace")
    parser.add_argument("--dry-run", action="store_true", help="show what would change and write nothing")


def run(args: argparse.Namespace) -> int:
    """Show what changes against the former baseline, then replace it; 0 when written, 3 when without some runs.

    Raises:
      CannotBless: No reason, or runs that are no result to hold others to.
      ValueError: No such log, or a name that is none.
    """
    from glassbox.leaderboards.gate.baseline import baseline_text, read_baseline, write_baseline
    from glassbox.leaderboards.gate.blessing import CannotBless, bless, changes
    from glassbox.leaderboards.gate.observed import sha256_of

    if not re.fullmatch(r"\w[\w.-]*", args.name):
        raise ValueError(f"--name {args.name!r} must be letters, digits, '-', '_' or '.'")
    if not args.reason.strip():
        raise CannotBless("a baseline needs a reason; say why these results are right with --reason")
    path: Path = args.folder / f"{args.name}.json"
    former = read_baseline(path) if path.exists() else None
    reading = Reading()
    new = reading.skipping(
        _chosen(args, reading),
        lambda runs: bless(
            runs,
            name=args.name,
            reason=args.reason,
            exact=args.exact,
            score=args.score,
            cluster=args.cluster,
            former=former,
            former_sha256=sha256_of(path) if former else None,
            add=args.add,
        ),
    )
    sys.stdout.write(_shown(changes(former, new)) if former else "".join(f"new: {row.label}\n" for row in new.runs))
    _warn(new)
    if args.dry_run:
        return reading.status(0)
    write_baseline(new, path)
    size = len(baseline_text(new).encode())
    print(f"{path}: {len(new.runs)} rows, {size / 1024:.0f} KiB", file=sys.stderr)
    return reading.status(0)


def _chosen(args: argparse.Namespace, reading: Reading) -> list[RunRecord]:
    """The files as they are, or the latest run of each row of a directory, the incomplete left out by name."""
    from glassbox.harness.records.frames import load_logs
    from glassbox.leaderboards.command import select
    from glassbox.leaderboards.runs import latest

    for path in args.logs:
        if not path.is_file():
            raise ValueError(f"there is no log {path}")
    if args.logs:
        records = load_logs(args.logs)
        unread = sorted({path.name for path in args.logs} - {record.path.name for record in records})
        if unread:
            raise ValueError(f"{unread[0]} is no readable inspect log; give another one")
        return records
    if not args.log_dir.exists():
        raise ValueError(f"there is no log directory {args.log_dir}; name another --log-dir, or log files")
    found = latest(select(reading.load(args.log_dir), args))
    for record in found:
        if not record.complete:
            done = f"{record.status}, {record.completed} of {record.total} samples"
            reading.leave_out(record.path, f"{record.path}: {record.task} {record.solver} is not complete ({done})")
    return [record for record in found if record.complete]


def _shown(found: list[Change]) -> str:
    from glassbox.leaderboards import figures

    lines = []
    for change in found:
        figures_then = figures.percent(change.before), figures.percent(change.after)
        line = f"{change.kind}: {change.label}: {figures_then[0]} to {figures_then[1]} %"
        if (loss := change.loss) is not None:
            line += f", lost {loss.lost} and gained {loss.gained} of {loss.n:,}"
            line += f", p of a loss {loss.p:.2g}" if loss.loss > 0 else ""
        lines.append(f"{line}\n")
    return "".join(lines)


def _warn(new: Baseline) -> None:
    """Rows that no run could pass, and code that nobody can find again."""
    from glassbox.leaderboards.gate.blessing import inconclusive_at

    for row in new.runs:
        possible = inconclusive_at(row, 0.05)
        if possible is not None:
            print(
                f"{row.label}: even the same answers leave a loss of {possible * 100:.1f} points possible; bless more "
                f"samples, gate with a wider --margin, or bless it with --exact {row.solver}",
                file=sys.stderr,
            )
    dirty = sorted({row.label for row in new.runs if row.git_dirty})
    if dirty:
        more = f" and {len(dirty) - 1} more" if len(dirty) > 1 else ""
        print(f"{dirty[0]}{more}: the code had changes that are in no commit", file=sys.stderr)
