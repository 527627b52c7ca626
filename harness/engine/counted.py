"""Progress of a run that inspect makes: each sample that ends is a tick, and inspect's own display stays off.

with progress() as tick, counted(tick, "code_spec gold"):
    eval(...)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from inspect_ai.hooks import Hooks, SampleEnd, TaskStart, hooks

from glassbox.harness.cli.progress import Tick


class _Count:
    """The run that is counted now; None of them, where `tick` is None."""

    def __init__(self) -> None:
        self.tick: Tick | None = None
        self.stage = ""
        self.done = self.total = 0

    def say(self) -> None:
        if self.tick is not None:
            self.tick(self.stage, self.done, self.total)


_COUNT = _Count()


@contextmanager
def counted(tick: Tick, stage: str) -> Iterator[None]:
    """Tick for each sample that a run of inspect ends while inside."""
    _register()
    _COUNT.tick, _COUNT.stage, _COUNT.done, _COUNT.total = tick, stage, 0, 0
    try:
        yield
    finally:
        _COUNT.tick = None


@cache
def _register() -> None:
    @hooks(name="glassbox_progress", description="Counts the samples that are done.")
    class Counting(Hooks):
        def enabled(self) -> bool:
            return _COUNT.tick is not None

        async def on_task_start(self, data: TaskStart) -> None:
            epochs = data.spec.config.epochs or 1
            _COUNT.total = len(data.spec.dataset.sample_ids or []) * epochs
            _COUNT.say()

        async def on_sample_end(self, data: SampleEnd) -> None:
            _COUNT.done += 1
            _COUNT.say()
