"""One search for many callers: pairs that are asked for while it runs enter as slots fall free.

    service = Service(lambda: Run(model, settings))
    record = await service.submit(pair)

Each caller has its record as soon as its own pair is judged, not when the whole batch is.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future

import anyio

from glassbox.harness.data.pair import Pair
from glassbox.harness.dcm.errors import TooLong
from glassbox.harness.dcm.run import Run
from glassbox.harness.records.prompted import Prompted

_GLANCE = 0.05
"""Seconds between two looks at a result: a search takes many times as long."""

_JOIN = 0.1
"""Seconds that the first caller waits for company: samples of an evaluation start one after another."""


class CannotSearch(RuntimeError):
    """The search could not be prepared, or has failed; every caller gets the reason."""


class Service:
    """A thread that searches whatever is asked for; it ends when nothing is left and starts again when needed."""

    def __init__(self, make: Callable[[], Run]) -> None:
        """`make` prepares the run, once, on the service's thread."""
        self._make = make
        self._run: Run | None = None
        self._lock = threading.Lock()
        self._asked: dict[str, Pair] = {}
        self._futures: defaultdict[str, list[Future[Prompted]]] = defaultdict(list)
        self._working = False
        self._closed: str | None = None

    def close(self, reason: str) -> None:
        """Give up what is not finished: every caller that waits, or asks later, gets `reason`.

        The search itself ends with the next pair that it finishes.
        """
        with self._lock:
            self._closed = reason
        self._fail(CannotSearch(reason))

    async def submit(self, pair: Pair) -> Prompted:
        """The record of `pair`.

        Raises:
          CannotSearch: The run could not be prepared, the search failed, or it was closed.
          TooLong: The pair does not fit the model's context; the others go on.
        """
        future: Future[Prompted] = Future()
        with self._lock:
            if self._closed is not None:
                raise CannotSearch(self._closed)
            self._futures[pair.id].append(future)
            self._asked[pair.id] = pair
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name="dcm", daemon=True).start()
        while not future.done():
            await anyio.sleep(_GLANCE)
        return future.result()

    def _take(self) -> list[Pair]:
        """Pairs that were asked for since the last time."""
        with self._lock:
            taken = list(self._asked.values())
            self._asked.clear()
            return taken

    def _work(self) -> None:
        threading.Event().wait(_JOIN)
        while True:
            try:
                self._run = self._run or self._make()
                for pair, record in self._run.records(self._take(), self._take, self._leave_out):
                    self._answer(pair.id, record)
                    if self._closed is not None:
                        return
            except Exception as error:
                self._fail(error)
            with self._lock:
                if not self._asked:
                    self._working = False
                    return

    def _answer(self, key: str, record: Prompted) -> None:
        with self._lock:
            futures = self._futures.pop(key, [])
        for future in futures:
            future.set_result(record)

    def _leave_out(self, pair: Pair, error: TooLong) -> None:
        with self._lock:
            futures = self._futures.pop(pair.id, [])
        for future in futures:
            future.set_exception(TooLong(str(error)))

    def _fail(self, error: Exception) -> None:
        with self._lock:
            futures = [future for group in self._futures.values() for future in group]
            self._futures.clear()
            self._asked.clear()
        for future in futures:
            # A new error for each caller: one that is raised again and again grows by its own traceback.
            failure = CannotSearch(str(error) or type(error).__name__)
            failure.__cause__ = error
            future.set_exception(failure)
