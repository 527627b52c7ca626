"""Epochs of an engine that count its thread's processor time, so that a busy machine takes nothing from a candidate.

Fuel counts operations, and a few cost far more than others: one that fills or copies memory is one operation whatever
its size, and a load that misses every cache takes a hundred times as long as one that does not. Who lives on those
ends by this clock instead, in the same verdict.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from weakref import WeakSet

from wasmtime import Engine

TICK_SECONDS = 0.25


class ProcessorClock:
    """Moves an engine's epoch on by one for every TICK_SECONDS of processor time of the thread that made it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._used = _of_this_thread()
        self._began = self._used()
        self.ticks = 0
        _watch(self)

    def look(self) -> None:
        """Catch up with the thread."""
        for _ in range(int((self._used() - self._began) / TICK_SECONDS) - self.ticks):
            self._engine.increment_epoch()
            self.ticks += 1


def _of_this_thread() -> Callable[[], float]:
    """What says, from any thread, how many seconds of a processor this one has used."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.process_time
    clock = time.pthread_getcpuclockid(threading.get_ident())

    def used() -> float:
        try:
            return time.clock_gettime(clock)
        except OSError:  # the thread is gone, and with it what it ran
            return 0.0

    return used


_clocks: WeakSet[ProcessorClock] = WeakSet()
_watching = threading.Lock()
_watched_in = 0


def _watch(clock: ProcessorClock) -> None:
    """Look at a clock from now on; a fork leaves the thread that does it behind."""
    global _watched_in
    with _watching:
        _clocks.add(clock)
        if _watched_in != os.getpid():
            _watched_in = os.getpid()
            threading.Thread(target=_look_at_all, name="sandbox clock", daemon=True).start()


def _look_at_all() -> None:
    while True:
        time.sleep(TICK_SECONDS)
        with _watching:
            clocks = list(_clocks)
        for clock in clocks:
            clock.look()
