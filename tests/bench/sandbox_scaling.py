"""Whether the pool uses every core: candidates judged a second by one worker, by one a core, and by threads instead.

    python -m tests.bench.sandbox_scaling [--json PATH] [--runs 500] [--rounds 8]

All kinds take turns in one run, so that what slows the machine slows them alike. Threads of one process are there as
the reason for the pool's processes: instances map memory all the time, and a process has one lock for its map.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack

from rich.console import Console
from rich.table import Table

from glassbox.harness.sandbox.case import Case, Verdict
from glassbox.harness.sandbox.judge import Judge
from glassbox.harness.sandbox.pool import Pool
from tests.bench.record import Median, Record, arguments, paired_ratio

CODE, CASES = "def add(a, b): return a + b", (Case((1, 2), 3),)
TARGET_EFFICIENCY = 0.75
"""Of as many times one worker's rate as there are cores."""

Burst = Callable[[int], Awaitable[float]]
"""Judges so many candidates; gives how many a second."""


class ScalingRecord(Record):
    """One run of this benchmark; rates are candidates a second."""

    benchmark: str = "sandbox_scaling"
    target_efficiency: float = TARGET_EFFICIENCY
    cores: int
    runs: int
    one_worker: Median
    worker_a_core: Median
    thread_a_core: Median
    workers_over_one: Median
    threads_over_one: Median

    @property
    def efficiency(self) -> float:
        """What one worker a core reaches, of as many times one worker's rate as there are cores."""
        return self.workers_over_one.p50 / self.cores


def passed(verdicts: list[Verdict]) -> None:
    """All of them did the work."""
    if not all(verdict.passed for verdict in verdicts):
        raise SystemExit("a candidate did not pass; the rates would not be of the same work")


def by_pool(pool: Pool) -> Burst:
    """A burst of candidates for the pool's workers."""

    async def burst(runs: int) -> float:
        start = time.perf_counter()
        passed(list(await asyncio.gather(*[pool.judge(CODE, "add", CASES) for _ in range(runs)])))
        return runs / (time.perf_counter() - start)

    return burst


def by_threads(threads: ThreadPoolExecutor) -> Burst:
    """A burst of candidates for threads of this process."""
    judge = Judge()

    async def burst(runs: int) -> float:
        start = time.perf_counter()
        passed(list(threads.map(lambda _: judge.judge(CODE, "add", CASES), range(runs))))
        return runs / (time.perf_counter() - start)

    return burst


async def measure(runs: int, rounds: int) -> ScalingRecord:
    """Every kind in turn, `rounds` times, after a short burst that starts what is to be started."""
    async with AsyncExitStack() as stack:
        single, full = await stack.enter_async_context(Pool(1)), await stack.enter_async_context(Pool())
        threads = stack.enter_context(ThreadPoolExecutor(full.workers))
        kinds = {"one": by_pool(single), "workers": by_pool(full), "threads": by_threads(threads)}
        rates: dict[str, list[float]] = {name: [] for name in kinds}
        for burst in kinds.values():
            await burst(4 * full.workers)
        for turn in range(rounds):
            for name in list(kinds)[:: 1 if turn % 2 == 0 else -1]:
                rates[name].append(await kinds[name](runs))
    return ScalingRecord(
        cores=full.workers,
        runs=runs * rounds,
        one_worker=Median.of(rates["one"]),
        worker_a_core=Median.of(rates["workers"]),
        thread_a_core=Median.of(rates["threads"]),
        workers_over_one=paired_ratio(rates["workers"], rates["one"]),
        threads_over_one=paired_ratio(rates["threads"], rates["one"]),
    )


def report(record: ScalingRecord) -> None:
    """A table, with the target."""
    table = Table("who judges", "candidates a second: p50 [95 %]", "times one worker [95 %]", "target")
    table.add_row("one worker", str(record.one_worker), "1", "")
    target = f"{TARGET_EFFICIENCY * record.cores:.1f}"
    table.add_row(
        f"{record.cores} workers, one a core", str(record.worker_a_core), str(record.workers_over_one), target
    )
    table.add_row(f"{record.cores} threads of one process", str(record.thread_a_core), str(record.threads_over_one), "")
    Console(width=110).print(table)


def main() -> None:
    """Measure, print, record."""
    parser = arguments("Whether the pool uses every core.")
    parser.add_argument("--runs", type=int, default=500, help="candidates in a burst")
    parser.add_argument("--rounds", type=int, default=8)
    options = parser.parse_args()
    record = asyncio.run(measure(options.runs, options.rounds))
    report(record)
    record.write(options.json)
    if record.efficiency < TARGET_EFFICIENCY:
        raise SystemExit(f"the cores are used to {record.efficiency:.0%}, below {TARGET_EFFICIENCY:.0%}")


if __name__ == "__main__":
    main()
