"""`glassbox leaderboard`: logs to a board, in the terminal or in a file.

glassbox leaderboard --split held_out_both
glassbox leaderboard --format markdown --output board.md
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

    from harness.records.frames import RunRecord
    from leaderboards.code import CodeBoard
    from leaderboards.dcm import DcmBoard
    from leaderboards.ir import Board
    from leaderboards.success import Success

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

FORMATS = ("rich", "markdown", "csv", "json")
HOW_TO_MAKE_ONE = "run `make eval`, or `inspect eval tasks/ir_arith.py --solver ir_head`, or name another --log-dir"


@dataclass(frozen=True)
class Boards:
    """What the logs give: the IR tasks with their success tables, the code tasks, and the soft-prompt tasks."""

    ir: Board
    successes: Sequence[Success]
    code: CodeBoard
    dcm: DcmBoard

    @property
    def kinds(self) -> int:
        """How many of them hold a run; the success tables belong to the IR tasks."""
        return sum(bool(board.sections) for board in (self.ir, self.code, self.dcm))


def add_parser(subparsers: Subparsers) -> argparse.ArgumentParser:
    """Declare the command and its options."""
    parser = subparsers.add_parser(
        "leaderboard",
        help="rank the runs in the logs, with intervals and controls",
        description="Rank the latest run of each task, split, model and solver. Figures come from the log headers.",
    )
    parser.add_argument(
        "--log-dir",
        type=Path,
        default=Path(os.environ.get("INSPECT_LOG_DIR", "logs")),
        help="where the logs are, searched recursively (default: $INSPECT_LOG_DIR or ./logs)",
    )
    for name in ("task", "model", "solver", "split", "task-version"):
        parser.add_argument(
            f"--{name}", action="append", metavar="NAME", help=f"only this {name}; may be a pattern, may be repeated"
        )
    parser.add_argument("--format", choices=FORMATS, default="rich", help="default: rich, a table for the terminal")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write here instead, all at once or not at all")
    parser.add_argument("--all", action="store_true", help="show every run, not only the latest of each kind")
    parser.set_defaults(run=run)
    return parser


def run(args: argparse.Namespace) -> int:
    """Print or write the board; 0 on success, 1 with one line on stderr when there is none to make."""
    from harness.records.frames import load_logs
    from leaderboards.code import code_board
    from leaderboards.dcm import dcm_board
    from leaderboards.ir import MixedVersions, board
    from leaderboards.success import successes

    if not args.log_dir.exists():
        return _refuse(f"there is no log directory {args.log_dir}; {HOW_TO_MAKE_ONE}")
    records = load_logs(args.log_dir)
    if not records:
        return _refuse(f"no logs in {args.log_dir}; {HOW_TO_MAKE_ONE}")
    chosen = select(records, args)
    if not chosen:
        return _refuse(f"none of the {len(records)} logs in {args.log_dir} is of the {_wanted(args)}")
    try:
        ranked, programs = board(chosen, keep_all=args.all), code_board(chosen, keep_all=args.all)
        prompts = dcm_board(chosen, keep_all=args.all)
    except MixedVersions as error:
        return _refuse(str(error))
    boards = Boards(ranked, (), programs, prompts)
    if not boards.kinds:
        scores = "`semantic` of the IR tasks, `passed` of the code tasks, or `exact_both` of the soft-prompt tasks"
        return _refuse(f"no log in {args.log_dir} has the score {scores}; {HOW_TO_MAKE_ONE}")
    if args.format == "csv" and boards.kinds > 1:
        return _refuse("IR, code and soft-prompt tasks have other columns and cannot share a CSV; choose with --task")
    tables, faults = successes(chosen, keep_all=args.all)
    for fault in faults:
        print(fault, file=sys.stderr)
    return _deliver(replace(boards, successes=tables), args.format, args.output)


def select(records: Iterable[RunRecord], args: argparse.Namespace) -> list[RunRecord]:
    """The runs that match every filter given; a filter may hold several patterns."""
    filters: dict[str, Sequence[str] | None] = {
        name: getattr(args, name, None) for name in ("task", "task_version", "model", "solver", "split")
    }
    return [
        record
        for record in records
        if all(
            patterns is None or any(fnmatchcase(getattr(record, name), pattern) for pattern in patterns)
            for name, patterns in filters.items()
        )
    ]


def write_atomically(path: Path, content: str) -> None:
    """Write a file so that a reader, or a crash, sees the old content or the new, never half of it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _deliver(boards: Boards, form: str, output: Path | None) -> int:
    """Render, then print or write."""
    if output is not None and not output.parent.is_dir():
        return _refuse(f"cannot write {output}: there is no directory {output.parent}; make it first")
    if form == "rich" and output is None and sys.stdout.isatty():
        _print_to_terminal(boards)
        return 0
    content = render(boards, form)
    if output is None:
        sys.stdout.write(content)
    else:
        write_atomically(output, content)
    return 0


def render(boards: Boards, form: str) -> str:
    """The boards and their success tables in one of `FORMATS`; the CSV has one board alone."""
    from leaderboards import render as renderers
    from leaderboards import render_code as programs
    from leaderboards import render_dcm as prompts
    from leaderboards import render_success as successes

    if form == "csv":
        code = programs.csv_code_board(boards.code) if boards.code.sections else prompts.csv_dcm_board(boards.dcm)
        return renderers.csv_board(boards.ir) if boards.ir.sections else code
    if form == "json":
        tables = [successes.success_data(table) for table in boards.successes]
        others = {"code": programs.code_data(boards.code), "soft_prompt": prompts.dcm_data(boards.dcm)}
        return renderers.json_board(boards.ir, tables, **others)
    if form == "markdown":
        ir = [renderers.markdown_board(boards.ir), *map(successes.markdown_success, boards.successes)]
        parts = [*(ir if boards.ir.sections else [])]
        parts += [programs.markdown_code_board(boards.code)] if boards.code.sections else []
        parts += [prompts.markdown_dcm_board(boards.dcm)] if boards.dcm.sections else []
        return "\n".join(parts)
    return "\n".join(renderers.text(part) for part in _rich(boards))


def _rich(boards: Boards) -> list[RenderableType]:
    from leaderboards.render import rich_board
    from leaderboards.render_code import rich_code_board
    from leaderboards.render_dcm import rich_dcm_board
    from leaderboards.render_success import rich_success

    ir = [rich_board(boards.ir), *map(rich_success, boards.successes)]
    return [
        *(ir if boards.ir.sections else []),
        *([rich_code_board(boards.code)] if boards.code.sections else []),
        *([rich_dcm_board(boards.dcm)] if boards.dcm.sections else []),
    ]


def _print_to_terminal(boards: Boards) -> None:
    from rich.console import Console

    console = Console()
    for position, part in enumerate(_rich(boards)):
        if position:
            console.print()
        console.print(part)


def _wanted(args: argparse.Namespace) -> str:
    """The filters in words, for the message that nothing matched."""
    given = {name: getattr(args, name) for name in ("task", "task_version", "model", "solver", "split")}
    return ", ".join(f"{name.replace('_', ' ')} {' or '.join(values)}" for name, values in given.items() if values)


def _refuse(message: str) -> int:
    print(f"glassbox leaderboard: {message}", file=sys.stderr)
    return 1


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
