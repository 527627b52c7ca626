"""Many candidates at once: every verdict its own, no more taken up than there is room for, nothing left behind."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.case import Case, Verdict
from glassbox.harness.sandbox.errors import SandboxError
from glassbox.harness.sandbox.limits import Limits
from glassbox.harness.sandbox.pool import Pool

LIMITS = Limits(fuel=1_000_000_000, memory_bytes=128 << 20)
ENDLESS = "def f():\n    while True: pass"


def resident_bytes(pool: Pool) -> int:
    """Memory of this process and of the pool's."""
    return sum(
        int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]) * 4096
        for pid in (os.getpid(), *pool.pids)
    )


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


def test_asserts_run_in_the_pool_and_a_fault_of_a_test_is_its_callers_alone() -> None:
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
    assert isinstance(failed, Verdict)
    assert failed.outcome is Outcome.INFRA
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
                return resident_bytes(pool)

            return await many(100), await many(500)

    before, after = asyncio.run(run())
    assert after - before < 8 << 20


SLOW = "def f():\n    for _ in range(4 * 10**6): pass\n    return 1"


def test_a_judge_that_is_killed_costs_nothing() -> None:
    async def run() -> tuple[Verdict, list[int], list[int]]:
        async with Pool(1, Limits()) as pool:
            await pool.judge("def f(): return 1", "f", [Case((), 1)])
            before = pool.pids
            hit = asyncio.create_task(pool.judge(SLOW, "f", [Case((), 1)]))
            await asyncio.sleep(0.1)
            os.kill(before[0], signal.SIGKILL)
            return await hit, before, pool.pids

    verdict, before, after = asyncio.run(run())
    assert verdict.passed
    assert before != after


def test_a_judge_that_died_while_idle_costs_nobody_a_verdict() -> None:
    async def run() -> Verdict:
        async with Pool(1, LIMITS) as pool:
            for _ in range(2):
                assert (await pool.judge("def f(): return 1", "f", [Case((), 1)])).passed
                os.kill(pool.pids[0], signal.SIGKILL)
            return await pool.judge("def f(): return 1", "f", [Case((), 1)])

    assert asyncio.run(run()).passed


def test_a_candidate_that_no_judge_survives_is_undecided_and_the_signal_is_named() -> None:
    async def run() -> tuple[Verdict, Verdict]:
        async with Pool(1, Limits()) as pool:
            hit = asyncio.create_task(pool.judge(ENDLESS, "f", [Case((), 1)]))
            killed: set[int] = set()
            while not hit.done():
                await asyncio.sleep(0.05)
                for pid in set(pool.pids) - killed:
                    killed.add(pid)
                    os.kill(pid, signal.SIGKILL)
            return await hit, await pool.judge("def f(): return 1", "f", [Case((), 1)])

    lost, after = asyncio.run(run())
    assert lost.outcome is Outcome.INFRA
    assert "the second by SIGKILL" in lost.cases[0].detail
    assert after.passed


def test_a_judge_that_cannot_start_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")

    async def run() -> Verdict:
        async with Pool(1, LIMITS) as pool:
            return await pool.judge("def f(): return 1", "f", [Case((), 1)])

    with pytest.raises(SandboxError, match="a judge's process cannot be started: it was ended by itself with status 1"):
        asyncio.run(run())


def test_no_process_is_left_when_a_pool_is_closed() -> None:
    async def run() -> list[int]:
        async with Pool(2, LIMITS) as pool:
            await asyncio.gather(*[pool.judge("def f(): return 1", "f", [Case((), 1)]) for _ in range(8)])
            return pool.pids

    pids = asyncio.run(run())
    assert len(pids) == 2
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]


def test_judges_end_when_whoever_asked_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "asks.py"
    script.write_text(
        "import asyncio, os, signal\n"
        "from glassbox.harness.sandbox.case import Case\n"
        "from glassbox.harness.sandbox.pool import Pool\n"
        "async def run():\n"
        "    pool = Pool(1)\n"
        "    await pool.judge('def f(): return 1', 'f', [Case((), 1)])\n"
        "    print(*pool.pids, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(run())\n",
        encoding="utf-8",
    )
    # No `if __name__` guard, and a folder with a module that shadows one of ours: neither matters to a judge.
    (tmp_path / "struct.py").write_text("raise SystemExit('shadowed')\n", encoding="utf-8")
    command = [sys.executable, "-P", str(script)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    pid = int(done.stdout)
    for _ in range(2000):
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"process {pid} is still there")


def test_values_cross_to_the_judge_and_back_exactly() -> None:
    deep: object = 1
    for _ in range(98):
        deep = [deep]
    values: list[object] = [deep, {1, "a", (2.5, None)}, {"k": b"\x00\xff"}, "\ud800", -0.0, 1 << 200, complex(1, -0.0)]

    async def run() -> list[Verdict]:
        async with Pool(1, LIMITS) as pool:
            return await asyncio.gather(
                *[pool.judge("def f(x): return x", "f", [Case((value,), value)]) for value in values]
            )

    assert [verdict.outcome for verdict in asyncio.run(run())] == [Outcome.PASS] * len(values)


def test_what_is_not_plain_data_is_refused_before_it_reaches_a_judge() -> None:
    async def run() -> Verdict:
        async with Pool(1, LIMITS) as pool:
            return await pool.judge("def f(x): return x", "f", [Case((object(),), 1)])

    with pytest.raises(TypeError, match="object is not plain data"):
        asyncio.run(run())


def test_no_cases_are_refused_as_by_the_judge_itself() -> None:
    async def run() -> Verdict:
        async with Pool(1, LIMITS) as pool:
            return await pool.judge("def f(x): return x", "f", [])

    with pytest.raises(ValueError, match="there are no cases to judge 'f' by") as raised:
        asyncio.run(run())
    assert "In the judge's process" in raised.value.__notes__[0]


def test_fuel_does_not_depend_on_the_hash_seed_of_the_process() -> None:
    script = (
        "from glassbox.harness.sandbox.judge import Judge; from glassbox.harness.sandbox.case import Case; "
        "words = {'a', 'b', 'carrot', 'd', 'e', 'f', 'gg'}; "
        "print(Judge().judge('def f(s): return list(s)', 'f', [Case((words,), [])]).fuel)"
    )
    fuels = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "3", "4")
    }
    assert len(fuels) == 1


def test_a_pool_without_workers_is_refused() -> None:
    with pytest.raises(ValueError, match="0 workers cannot work"):
        Pool(0)
