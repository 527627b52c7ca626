"""Whether the pool's memory stays where it is: resident size along many thousand runs, dead instances among them.

    python -m tests.bench.sandbox_memory [--json PATH] [--runs 100000] [--every 5000]

One candidate in ten ends its instance (a trap), one raises, one is cut for its output; the rest pass. What grows after
the first tenth is a leak: the slope is given in bytes a run.
"""

from __future__ import annotations

import asyncio
import gc
import os
import time
from pathlib import Path

import numpy as np
from pydantic import BaseModel
from rich.console import Console

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.case import Case
from glassbox.harness.sandbox.limits import Limits
from glassbox.harness.sandbox.pool import Pool
from tests.bench.record import Record, arguments

PAGE_BYTES = 4096
TARGET_BYTES_A_RUN = 100.0
CANDIDATES = [
    *[("def f(x): return [x] * 10", Outcome.PASS)] * 7,
    ("import os\ndef f(x): os._exit(0)", Outcome.RUNTIME),
    ("def f(x): return 1 / 0", Outcome.RUNTIME),
    ("def f(x):\n    print('x' * 10**5)\n    return [x] * 10", Outcome.PASS),
]


class Point(BaseModel):
    """Resident size after so many runs."""

    runs: int
    mib: float


class MemoryRecord(Record):
    """One run of this benchmark."""

    benchmark: str = "sandbox_memory"
    target_bytes_a_run: float = TARGET_BYTES_A_RUN
    runs: int
    workers: int
    seconds: float
    points: list[Point]
    bytes_a_run: float


def resident_mib(pool: Pool) -> float:
    """Memory of this process, after a collection, and of the pool's; what they share is counted in each."""
    gc.collect()
    pages = [Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1] for pid in (os.getpid(), *pool.pids)]
    return sum(map(int, pages)) * PAGE_BYTES / 2**20


async def run(pool: Pool, runs: int, every: int) -> list[Point]:
    """Judge `runs` candidates, and look at the memory after every so many."""
    points = []
    for done in range(0, runs, every):
        chosen = [CANDIDATES[at % len(CANDIDATES)] for at in range(every)]
        verdicts = await asyncio.gather(*[pool.judge(code, "f", [Case((1,), [1] * 10)]) for code, _ in chosen])
        for (code, outcome), verdict in zip(chosen, verdicts, strict=True):
            if verdict.outcome is not outcome:
                raise SystemExit(f"{code!r} ended in {verdict.outcome}, not {outcome}")
        del verdicts
        points.append(Point(runs=done + every, mib=resident_mib(pool)))
    return points


def slope(points: list[Point]) -> float:
    """Bytes a run, by least squares over all but the first tenth."""
    kept = points[max(1, len(points) // 10) :]
    if len(kept) < 2:
        return 0.0
    return float(np.polyfit([point.runs for point in kept], [point.mib * 2**20 for point in kept], 1)[0])


async def measure(runs: int, every: int) -> MemoryRecord:
    """The whole benchmark."""
    start = time.perf_counter()
    async with Pool(limits=Limits(memory_bytes=128 << 20)) as pool:
        points = await run(pool, runs, every)
        workers = pool.workers
    seconds = time.perf_counter() - start
    return MemoryRecord(runs=runs, workers=workers, seconds=seconds, points=points, bytes_a_run=slope(points))


def main() -> None:
    """Measure, print, record."""
    parser = arguments("Memory of the sandbox pool over many runs.")
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--every", type=int, default=5_000)
    options = parser.parse_args()
    record = asyncio.run(measure(options.runs, options.every))
    console = Console()
    for point in record.points:
        console.print(f"{point.runs:>8,} runs  {point.mib:7.1f} MiB")
    console.print(
        f"{record.bytes_a_run:.1f} bytes a run (target: {TARGET_BYTES_A_RUN:.0f}), "
        f"{record.runs / record.seconds:.0f} runs a second on {record.workers} cores"
    )
    record.write(options.json)


if __name__ == "__main__":
    main()
