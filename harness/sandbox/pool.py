"""Candidates judged on every core at once, from asynchronous code.

    async with Pool() as pool:
        verdicts = await asyncio.gather(*[pool.judge(code, "add", cases) for code in candidates])

Each worker is a process of its own, with a thread here that waits for it. No more candidates are taken up than there
are workers, and a few that wait; the rest wait in their callers, so that a million of them cost no memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

from glassbox.harness.sandbox.case import Case, Verdict
from glassbox.harness.sandbox.limits import Limits
from glassbox.harness.sandbox.worker import Worker

_WAITING_PER_WORKER = 2


class Pool:
    """An asynchronous `Judge`. Close it, or use it as an asynchronous context; it may be used from one loop at a time.

    Args:
      workers: Processes, each begun when there is work for it; one for every core that may be used, if not given.
      limits: For each call of a candidate.
    """

    def __init__(self, workers: int | None = None, limits: Limits | None = None) -> None:
        if workers is not None and workers < 1:
            raise ValueError(f"{workers} workers cannot work; give at least 1, or none for every core")
        self.workers = workers or _cores()
        self._all = [Worker(limits or Limits()) for _ in range(self.workers)]
        self._idle = list(self._all)
        self._threads = ThreadPoolExecutor(self.workers, thread_name_prefix="sandbox")
        self.taken = 0
        """Candidates taken up and not yet done with."""
        self._places = asyncio.Semaphore(self.workers * _WAITING_PER_WORKER)

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes that were begun."""
        return [worker.pid for worker in self._all if worker.pid is not None]

    async def __aenter__(self) -> Pool:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """Wait for what is running, drop what has not begun, and end the processes."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._all:
            worker.close()

    async def judge(self, code: str, entry_point: str, cases: Sequence[Case], every_case: bool = True) -> Verdict:
        """See `Judge.judge`."""
        return await self._run(lambda worker: worker.judge(code, entry_point, cases, every_case))

    async def judge_asserts(
        self,
        code: str,
        tests: Sequence[str],
        *,
        prelude: str = "",
        entry_point: str | None = None,
        reference: str | None = None,
        every_case: bool = True,
    ) -> Verdict:
        """See `Judge.judge_asserts`."""
        return await self._run(
            lambda worker: worker.judge_asserts(code, tests, prelude, entry_point, reference, every_case)
        )

    async def _run(self, work: Callable[[Worker], Verdict]) -> Verdict:
        """The work's verdict; a place is held until the worker is done with it, even where its caller has gone."""
        await self._places.acquire()
        self.taken += 1
        loop = asyncio.get_running_loop()
        try:
            future = self._threads.submit(self._by_one, work)
        except BaseException:
            self._free()
            raise
        future.add_done_callback(lambda _: self._free_from_thread(loop))
        return await asyncio.wrap_future(future)

    def _by_one(self, work: Callable[[Worker], Verdict]) -> Verdict:
        """Have an idle worker do it; there are as many as threads."""
        worker = self._idle.pop()
        try:
            return work(worker)
        finally:
            self._idle.append(worker)

    def _free(self) -> None:
        self.taken -= 1
        self._places.release()

    def _free_from_thread(self, loop: asyncio.AbstractEventLoop) -> None:
        # A loop that closed in between has no one left who waits for a place.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(self._free)


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
