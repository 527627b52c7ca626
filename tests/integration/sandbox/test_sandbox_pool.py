"""Many candidates at once: every verdict its own, no more taken up than there is room for, nothing left behind."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path

import pytest

from harness.outcome import Outcome
from harness.sandbox.case import Case, Verdict
from harness.sandbox.errors import SandboxError
from harness.sandbox.limits import Limits
from harness.sandbox.pool import Pool

LIMITS = Limits(fuel=1_000_000_000, memory_bytes=128 << 20)
ENDLESS = "def f():\n    while True: pass"


def resident_bytes() -> int:
    """Memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * 4096


def test_each_candidate_has_its_own_verdict_whatever_runs_beside_it() -> None:
    kinds = [
        ("def f(): return 1", Outcome.PASS),
        ("def f(): return 2", Outcome.WRONG),
        ("def f(): return 1 / 0", Outcome.RUNTIME),
        ("import os\ndef f(): os._exit(0)", Outcome.RUNTIME),
        ("import wit_world\ndef f(): return wit_world.cross('')", Outcome.RUNTIME),
        ("def f(:", Outcome.SYNTAX),
    ]

    async def run() -> list[Verdict]:
        async with Pool(4, LIMITS) as pool:
            return await asyncio.gather(*[pool.judge(code, "f", [Case((), 1)]) for code, _ in kinds * 20])

    assert [verdict.outcome for verdict in asyncio.run(run())] == [outcome for _, outcome in kinds * 20]


def test_asserts_run_in_the_pool_and_the_machinerys_errors_reach_their_caller_alone() -> None:
    async def run() -> tuple[Verdict | BaseException, ...]:
        async with Pool(2, LIMITS) as pool:
            return await asyncio.gather(
                pool.judge_asserts("def f(): return 1", ["assert f() == 1"]),
                pool.judge_asserts("def f(): return 1", ["assert [][1] == f()"]),
                pool.judge_asserts("def f(): return 1", ["assert f() == 2"]),
                return_exceptions=True,
            )

    passed, failed, wrong = asyncio.run(run())
    assert isinstance(passed, Verdict)
    assert passed.passed
    assert isinstance(failed, SandboxError)
    assert isinstance(wrong, Verdict)
    assert wrong.outcome is Outcome.WRONG


def test_no_more_candidates_are_taken_up_than_there_is_room_for() -> None:
    async def run() -> int:
        async with Pool(1, LIMITS) as pool:
            tasks = [asyncio.create_task(pool.judge("def f(): return 1", "f", [Case((), 1)])) for _ in range(50)]
            most = 0
            while not all(task.done() for task in tasks):
                most = max(most, pool.taken)
                await asyncio.sleep(0)
            return most

    assert asyncio.run(run()) == 2


def test_a_cancelled_caller_leaves_the_pool_working() -> None:
    async def run() -> Verdict:
        async with Pool(1, LIMITS) as pool:
            tasks = [asyncio.create_task(pool.judge(ENDLESS, "f", [Case((), 1)])) for _ in range(6)]
            await asyncio.sleep(0.05)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            verdict = await pool.judge("def f(): return 1", "f", [Case((), 1)])
            assert pool.taken == 0
            return verdict

    assert asyncio.run(run()).passed


def test_memory_stays_where_it_is() -> None:
    async def run() -> tuple[int, int]:
        async with Pool(2, LIMITS) as pool:

            async def many(count: int) -> int:
                for _ in range(count // 50):
                    await asyncio.gather(*[pool.judge("def f(): return 1", "f", [Case((), 1)]) for _ in range(50)])
                gc.collect()
                return resident_bytes()

            return await many(100), await many(500)

    before, after = asyncio.run(run())
    assert after - before < 8 << 20


def test_a_pool_without_workers_is_refused() -> None:
    with pytest.raises(ValueError, match="0 workers cannot work"):
        Pool(0)
