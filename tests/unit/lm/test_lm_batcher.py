"""The batcher: concurrent requests share calls, and faults stay with their request."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Any

import anyio
import pytest
from doubling_batches import BACKENDS, Doubler, gather, run

from glassbox.harness.lm import batcher as batcher_module
from glassbox.harness.lm.batcher import Batcher, Served


@pytest.mark.parametrize("backend", BACKENDS)
def test_coroutines_that_are_ready_together_go_in_one_call(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # On a busy machine the millisecond that is given to join may be over before anyone else has had a turn.
    monkeypatch.setattr(batcher_module, "_JOIN_SECONDS", 60.0)
    double = Doubler()

    async def test() -> None:
        found = await gather(Batcher(double, max_batch=64), range(50))
        assert {request: served.answer for request, served in found.items() if isinstance(served, Served)} == {
            request: 2 * request for request in range(50)
        }
        assert {served.batch for served in found.values() if isinstance(served, Served)} == {50}

    run(backend, test)
    assert double.sizes == [50]
    assert double.threads != {threading.get_ident()}


@pytest.mark.parametrize("backend", BACKENDS)
def test_no_call_is_larger_than_the_limit(backend: str) -> None:
    double = Doubler()

    async def test() -> None:
        await gather(Batcher(double, max_batch=16), range(40))

    run(backend, test)
    assert sorted(double.sizes) == [8, 16, 16]


def test_what_arrives_while_the_worker_is_busy_goes_in_the_next_call() -> None:
    double = Doubler(gate=threading.Event())
    batcher = Batcher(double)

    async def test() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(batcher.submit, 0)
            await double.entered()
            for request in range(1, 10):
                group.start_soon(batcher.submit, request)
                await anyio.wait_all_tasks_blocked()
            assert double.gate is not None
            double.gate.set()

    run("asyncio", test)
    assert double.sizes == [1, 9]
    assert len(double.threads) == 1


def test_a_lone_request_waits_for_nobody() -> None:
    batcher = Batcher(Doubler())

    async def test() -> None:
        loop = asyncio.get_running_loop()
        set_timer = loop.call_at
        timers: list[float] = []

        def counted(when: float, *given: Any, **named: Any) -> asyncio.TimerHandle:
            timers.append(when)
            return set_timer(when, *given, **named)

        loop.call_at = counted  # type: ignore[method-assign, assignment]
        for request in range(200):
            await batcher.submit(request)
        assert timers == [], "there is no fixed wait, not even the millisecond that joining may take"

    run("asyncio", test)


def test_clients_that_answer_at_once_keep_the_batches_full() -> None:
    double = Doubler(seconds=0.002)
    batcher = Batcher(double)

    async def client() -> None:
        for request in range(10):
            await batcher.submit(request)

    async def test() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(32):
                group.start_soon(client)

    run("asyncio", test)
    assert sum(double.sizes) == 320
    assert len(double.calls) <= 40, "ten would be perfect; on a busy machine some batches are cut early"


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_poisonous_request_fails_alone(backend: str) -> None:
    double = Doubler(poison=frozenset({13, 14}))

    async def test() -> None:
        found = await gather(Batcher(double), range(32))
        failed = {request: str(served) for request, served in found.items() if isinstance(served, Exception)}
        assert failed == {13: "13", 14: "14"}
        assert all(
            served.answer == 2 * request and served.batch < 32
            for request, served in found.items()
            if isinstance(served, Served)
        )

    run(backend, test)
    assert len(double.calls) <= 1 + 4 * 5


def test_a_function_that_loses_answers_is_found_out() -> None:
    async def test() -> None:
        batcher: Batcher[int, int] = Batcher(lambda requests: list(requests)[1:])
        with pytest.raises(ValueError, match="gave 0 answers to 1 requests"):
            await batcher.submit(1)

    run("asyncio", test)


def test_a_function_that_exits_the_interpreter_does_not_leave_others_waiting() -> None:
    def leave(requests: Sequence[int]) -> list[int]:
        if 1 in requests:
            raise SystemExit("bye")
        return list(requests)

    batcher = Batcher(leave)

    async def test() -> None:
        with pytest.raises(SystemExit):
            await batcher.submit(1)
        assert (await batcher.submit(2)).answer == 2

    asyncio.run(test())


def test_service_time_is_that_of_the_call() -> None:
    async def test() -> None:
        started = time.perf_counter()
        found = await gather(Batcher(Doubler(seconds=0.03)), range(4))
        wall_ms = (time.perf_counter() - started) * 1000
        for served in found.values():
            assert isinstance(served, Served)
            assert 29 < served.service_ms <= wall_ms

    run("asyncio", test)


def test_a_batch_of_none_is_refused() -> None:
    with pytest.raises(ValueError, match="max_batch 0 is not a batch size"):
        Batcher(Doubler(), max_batch=0)
