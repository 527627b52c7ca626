"""A progress bar for long work: a stage, how much of it is done, the time it has taken.

with progress() as tick:
    tick("fitting", 3, 10)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

Tick = Callable[[str, int, int], None]
"""Called with the stage, the units done and the units in all."""


@contextmanager
def progress() -> Iterator[Tick]:
    """A progress bar on standard error that appears with the first tick of work."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bars: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:

        def tick(stage: str, done: int, total: int) -> None:
            if stage not in bars:
                bars[stage] = shown.add_task(stage, total=total)
            shown.update(bars[stage], completed=done)

        yield tick
