"""How far long work has come: a bar on a terminal, elsewhere a plain line on standard error every so often.

with progress() as tick:
    tick("fitting", 3, 10)

The line has the stage, the count, the time used and the time left; the first comes after 10 seconds, then one every 30,
also while nothing is finished. GLASSBOX_PROGRESS_SECONDS sets both, 0 is silence.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

Tick = Callable[[str, int, int], None]
"""Called with the stage, the units done and the units in all."""

EVERY = "GLASSBOX_PROGRESS_SECONDS"
FIRST_SECONDS, SECONDS = 10.0, 30.0


class _Shown(Protocol):
    def tick(self, stage: str, done: int, total: int) -> None: ...

    def close(self) -> None: ...


class Bars:
    """A bar for each stage, drawn from the first tick on and wiped at the end."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
        from rich.progress import TimeRemainingColumn as TimeLeft

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeLeft())
        self._drawn = Progress(*columns, console=Console(stderr=True), transient=True)
        self._bars: dict[str, TaskID] = {}

    def tick(self, stage: str, done: int, total: int) -> None:
        """Move the stage's bar."""
        if not self._bars:
            self._drawn.start()
        if stage not in self._bars:
            self._bars[stage] = self._drawn.add_task(stage, total=total)
        self._drawn.update(self._bars[stage], completed=done, total=total)

    def close(self) -> None:
        """Wipe the bars."""
        if self._bars:
            self._drawn.stop()


class Lines:
    """A line every so often, written by `beat`, which looks at the clock."""

    def __init__(self, out: TextIO, first: float, every: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._out, self._every, self._clock = out, every, clock
        self._opened = self._last_tick = clock()
        self._due = self._opened + first
        self._now: tuple[str, int, int] | None = None
        self._began: tuple[float, int] = (self._opened, 0)
        """When the stage began, and how much of it was done by then."""

    def tick(self, stage: str, done: int, total: int) -> None:
        """Take note, and write if it is time."""
        if self._now is None or self._now[0] != stage or done < self._now[1]:
            # One unit was worked on since the last tick; several may have been found, in a store say, or be a batch.
            self._began = (self._last_tick, 0) if done == 1 else (self._clock(), done)
        self._last_tick = self._clock()
        self._now = (stage, done, total)
        self.beat()

    def beat(self) -> None:
        """Write a line if it is time for one."""
        if self._clock() < self._due:
            return
        self._due = self._clock() + self._every
        print(self.line(), file=self._out, flush=True)

    def line(self) -> str:
        """How far the work has come."""
        used = f"{_spoken(self._clock() - self._opened)} used"
        if self._now is None:
            return f"at work: {used}"
        stage, done, total = self._now
        since, before = self._began
        left = ""
        if done > before:
            left = f", about {_spoken((self._clock() - since) * (total - done) / (done - before))} left"
        return f"{stage}: {done:,} of {total:,}, {used}{left}"

    def close(self) -> None:
        """Nothing is left to do."""


class _Beating:
    """Lines that also come while a long step ticks nothing."""

    def __init__(self, lines: Lines) -> None:
        self._lines, self._ended, self._lock = lines, threading.Event(), threading.Lock()
        self._heart = threading.Thread(target=self._run, name="progress", daemon=True)
        self._heart.start()

    def tick(self, stage: str, done: int, total: int) -> None:
        with self._lock:
            self._lines.tick(stage, done, total)

    def close(self) -> None:
        self._ended.set()
        self._heart.join()

    def _run(self) -> None:
        while not self._ended.wait(0.5):
            with self._lock:
                self._lines.beat()


class _Silent:
    def tick(self, stage: str, done: int, total: int) -> None: ...

    def close(self) -> None: ...


_shown: _Shown | None = None


@contextmanager
def progress() -> Iterator[Tick]:
    """Show the work inside; within another such block, there.

    Raises:
      ValueError: GLASSBOX_PROGRESS_SECONDS is no number of seconds.
    """
    global _shown
    if _shown is not None:
        yield _shown.tick
        return
    _shown = _opened()
    try:
        yield _shown.tick
    finally:
        _shown.close()
        _shown = None


def _opened() -> _Shown:
    every = seconds()
    if sys.stderr.isatty():
        return Bars()
    return _Beating(Lines(sys.stderr, min(FIRST_SECONDS, every), every)) if every else _Silent()


def seconds() -> float:
    """Between two lines.

    Raises:
      ValueError: The variable is no number of seconds.
    """
    said = os.environ.get(EVERY, str(SECONDS))
    try:
        found = float(said)
    except ValueError:
        found = -1.0
    if not 0 <= found < float("inf"):
        raise ValueError(f"{EVERY}={said} is no number of seconds; give 30, say, or 0 for no lines")
    return found


def _spoken(duration: float) -> str:
    """`40 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(duration)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
