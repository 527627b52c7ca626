"""Dynamic batching: concurrent requests, each awaited on its own, share one call of a batch function.

    batcher = Batcher(read_states, max_batch=64)
    served = await batcher.submit(prompt)      # served.answer, served.batch, served.service_ms

There is no waiting time to tune. A batch is cut as soon as the worker is free, and takes whatever is queued. Before it
wakes an idle worker, a request lets the event loop turn while others keep joining (1 ms at most), so coroutines that
are ready together go together. It knows nothing of models, and runs under asyncio and trio, on one event loop after
another or on several at once.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

import anyio
import sniffio

Request = TypeVar("Request")
Answer = TypeVar("Answer")

_JOIN_SECONDS = 0.001
_IDLE_SECONDS = 30.0

_Wake = Callable[[Callable[[], object]], object]
"""Runs a function on some event loop, from any thread."""


@dataclass(frozen=True)
class Served(Generic[Answer]):
    """An answer with what it cost.

    Attributes:
      answer: What the batch function gave for this request.
      batch: Requests in the call that gave it.
      service_ms: Wall time of that call.
    """

    answer: Answer
    batch: int
    service_ms: float


class _Entry(Generic[Request, Answer]):
    """One request on its way; `wake` leads back to the event loop that awaits it."""

    def __init__(self, request: Request, loop: object, wake: _Wake) -> None:
        self.request, self.loop, self.wake = request, loop, wake
        self.done = anyio.Event()
        self.served: Served[Answer] | None = None
        self.error: BaseException | None = None
        self.abandoned = False


class Batcher(Generic[Request, Answer]):
    """Turns a function over batches into an awaitable over single requests; one worker thread calls it."""

    def __init__(self, fn: Callable[[Sequence[Request]], Sequence[Answer]], max_batch: int = 64) -> None:
        """Make a batcher.

        Args:
          fn: Answers in the order of its requests. It may be called again with part of a batch that it refused.
          max_batch: Most requests in one call.
        """
        if max_batch < 1:
            raise ValueError(f"max_batch {max_batch} is not a batch size; give at least 1")
        self._fn, self._max_batch = fn, max_batch
        self._changed = threading.Condition()
        self._queue: deque[_Entry[Request, Answer]] = deque()
        self._ready = False
        self._opener: object = None
        self._worker: threading.Thread | None = None

    async def submit(self, request: Request) -> Served[Answer]:
        """Answer one request, together with whatever others are waiting.

        Raises:
          Exception: What the batch function raised for this request by itself.
        """
        loop, wake = _this_loop()
        entry: _Entry[Request, Answer] = _Entry(request, loop, wake)
        with self._changed:
            self._queue.append(entry)
            opens = self._opener is not loop
            if opens:
                self._opener = loop
        try:
            if opens:
                await self._let_others_join()
            await entry.done.wait()
        except BaseException:
            entry.abandoned = True
            raise
        if entry.error is not None:
            raise entry.error
        assert entry.served is not None, "an entry is done when it has an answer or an error"
        return entry.served

    async def _let_others_join(self) -> None:
        """Turn the event loop while the queue grows, then hand the queue to the worker; when cancelled too."""
        deadline = time.monotonic() + _JOIN_SECONDS
        try:
            seen = 0
            while seen < len(self._queue) < self._max_batch and time.monotonic() < deadline:
                seen = len(self._queue)
                await anyio.sleep(0)
        finally:
            with self._changed:
                self._opener, self._ready = None, True
                if self._worker is None:
                    self._worker = threading.Thread(target=self._work, name="batcher", daemon=True)
                    self._worker.start()
                self._changed.notify()

    def _work(self) -> None:
        """Cut and answer batches; the thread ends after some idle time and the next request starts another."""
        while True:
            with self._changed:
                if not self._changed.wait_for(lambda: self._ready, timeout=_IDLE_SECONDS):
                    self._worker = None
                    return
                batch = self._cut()
            if batch:
                self._answer(batch)
                _wake_all(batch)

    def _cut(self) -> list[_Entry[Request, Answer]]:
        batch: list[_Entry[Request, Answer]] = []
        while self._queue and len(batch) < self._max_batch:
            entry = self._queue.popleft()
            if not entry.abandoned:
                batch.append(entry)
        self._ready = bool(self._queue)
        return batch

    def _answer(self, batch: Sequence[_Entry[Request, Answer]]) -> None:
        """Call the function; halve a batch that it refuses, until the refused requests stand alone."""
        started = time.perf_counter()
        try:
            answers = self._fn([entry.request for entry in batch])
            if len(answers) != len(batch):
                raise ValueError(f"the batch function gave {len(answers)} answers to {len(batch)} requests")
        except BaseException as error:
            if len(batch) == 1:
                batch[0].error = error
                return
            middle = len(batch) // 2
            self._answer(batch[:middle])
            self._answer(batch[middle:])
            return
        service_ms = (time.perf_counter() - started) * 1000
        for entry, answer in zip(batch, answers, strict=True):
            entry.served = Served(answer, len(batch), service_ms)


def _this_loop() -> tuple[object, _Wake]:
    """The running event loop, and the way to run something on it from a thread."""
    if sniffio.current_async_library() == "trio":
        # Imported for certain, since it runs; not a dependency of this project.
        token = sys.modules["trio"].lowlevel.current_trio_token()
        return token, token.run_sync_soon
    import asyncio

    loop = asyncio.get_running_loop()
    return loop, loop.call_soon_threadsafe


def _wake_all(batch: Sequence[_Entry[Request, Answer]]) -> None:
    """Tell every awaiting coroutine, with one call for each event loop."""
    loops = {id(entry.loop): entry.wake for entry in batch}
    for loop, wake in loops.items():
        events = [entry.done for entry in batch if id(entry.loop) == loop]
        try:
            wake(partial(_set_all, events))
        except RuntimeError:
            # The loop has closed (trio's RunFinishedError is one too): nobody awaits these answers any more.
            continue


def _set_all(events: Sequence[anyio.Event]) -> None:
    for event in events:
        event.set()
