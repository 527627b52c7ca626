"""Two runs never write one file: a lock beside it for what is changed, and names that are given once for what is new.

    with alone_with(folder / "baseline.json"):
        ...                                   # another process waits here
    publish(unfinished, logs / "run.json")    # never over a file that is there

A lock is the operating system's own: it ends with the process that holds it, however that ends.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

WAIT_FOREVER = -1.0


class Occupied(ValueError):
    """Another process writes the file, or has written it; the message names the file and the way out."""


@contextmanager
def alone_with(path: Path, timeout: float = WAIT_FOREVER) -> Iterator[None]:
    """Be the only process that writes `path`; its lock file lies beside it and stays there, empty.

    Not to be entered twice for one file by one process.

    Args:
      path: The file; its folder must be there.
      timeout: Seconds to wait for another process; by default as long as it takes.

    Raises:
      Occupied: Another process still holds it after `timeout`.
      OSError: The folder cannot be written.
    """
    lock = FileLock(path.with_name(f"{path.name}.lock"), timeout=timeout)
    try:
        lock.acquire()
    except Timeout as error:
        raise Occupied(f"{path} is being written by another process; wait for it, or write elsewhere") from error
    try:
        yield
    finally:
        lock.release()


def publish(unfinished: Path, target: Path) -> Path:
    """Give a finished file its name, in one step and never over another; returns the name.

    Args:
      unfinished: The whole content, in the folder of `target`; gone afterwards, whatever happens.
      target: The name to give.

    Raises:
      Occupied: There is a file of that name.
    """
    try:
        with _unlinked(unfinished):
            try:
                os.link(unfinished, target)
            except FileExistsError:
                raise
            except OSError:  # a file system without hard links
                with alone_with(target):
                    if target.exists():
                        raise FileExistsError(target) from None
                    unfinished.replace(target)
    except FileExistsError as error:
        raise Occupied(f"{target} is there already, written by another run; this run's result was not kept") from error
    return target


@contextmanager
def _unlinked(path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
