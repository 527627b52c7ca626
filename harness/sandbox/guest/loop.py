"""An event loop for `asyncio.run` without sockets: it waits by sleeping, and sleeping only moves the clock."""

from __future__ import annotations

import asyncio
import time


class _Waiting:
    """What a selector is to a loop that has no files to watch."""

    def select(self, timeout: float | None) -> list[object]:
        """Let the time pass; nothing ever happens meanwhile."""
        if timeout is None:
            raise RuntimeError("every task waits for something that cannot come")
        if timeout > 0:
            time.sleep(timeout)
        return []


class Loop(asyncio.BaseEventLoop):
    """Runs tasks and timers; transports, processes and threads are refused by the base class."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = _Waiting()

    def _process_events(self, events: list[object]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """There is no other thread to be woken by."""


asyncio.events.new_event_loop = Loop
asyncio.new_event_loop = Loop
