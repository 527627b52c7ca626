"""Logs as a command reads them: damaged ones are named once, skipped and counted, and the exit status says so.

    reading = Reading()
    boards = reading.skipping(reading.load(args.log_dir), tables)
    return reading.status(0)          # 3 where a log could not be read

The folder that holds logs is decided here for every command that reads or writes them.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from glassbox.harness.records.frames import RunRecord
    from glassbox.harness.records.logged import UnreadableLog

INCOMPLETE = 3
"""Exit status of a command that did its work, but without logs that it could not read or use."""

Made = TypeVar("Made")


def log_folder() -> Path:
    """Where logs lie unless a command is told otherwise: `INSPECT_LOG_DIR`, as inspect reads it, else `logs`."""
    return Path(os.environ.get("INSPECT_LOG_DIR") or "logs")


def add_log_dir(parser: argparse.ArgumentParser, about: str) -> None:
    """Declare `--log-dir`.

    Args:
      parser: Of the command.
      about: What it finds, or leaves, in the folder.
    """
    parser.add_argument(
        "--log-dir", type=Path, default=log_folder(), help=f"{about} (default: $INSPECT_LOG_DIR or ./logs)"
    )


class Reading:
    """What a command could not read or use, told on standard error as it is met, once a file."""

    def __init__(self) -> None:
        self.left_out: dict[Path, str] = {}

    def load(self, where: Path | Iterable[Path]) -> list[RunRecord]:
        """The runs under the given places whose headers can be read, oldest first."""
        from glassbox.harness.records.frames import load_logs

        return load_logs(where, self.unreadable)

    def skipping(self, records: Iterable[RunRecord], work: Callable[[list[RunRecord]], Made]) -> Made:
        """What `work` makes of the runs that turn out to be readable to their last sample."""
        from glassbox.harness.records.logged import UnreadableLog

        good = list(records)
        while True:
            try:
                return work(good)
            except UnreadableLog as bad:
                rest = [record for record in good if record.path != bad.path]
                if len(rest) == len(good):
                    raise
                self.unreadable(bad)
                good = rest

    def unreadable(self, bad: UnreadableLog) -> None:
        """Leave out a file that is no readable log."""
        self.leave_out(bad.path, str(bad))

    def leave_out(self, path: Path, reason: str) -> None:
        """Leave out a log for a reason, which is a line."""
        if path not in self.left_out:
            print(f"skipped {reason}", file=sys.stderr)
        self.left_out[path] = reason

    def status(self, status: int) -> int:
        """The exit status: the command's own where that is not 0, else whether anything was left out."""
        return status or (INCOMPLETE if self.left_out else 0)
