"""The batcher: concurrent requests share calls, faults stay with their request, any event loop will do."""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import anyio
import pytest

from harness.lm.batcher import Batcher, Served

BACKENDS = [
    "asyncio",
    pytest.param(
        "trio", marks=pytest.mark.skipif(importlib.util.find_spec("trio") is None, reason="trio is not installed")
    ),
]


@dataclass
class Doubler:
    """A batch function that records its calls; it refuses any batch with a poisonous number in it.

    A closed gate holds it inside its call until the test opens it.
    """

    poison: frozenset[int] = frozenset()
    seconds: float = 0.0
    gate: threading.Event | None = None
    calls: list[list[int]] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)

    def __call__(self, requests: Sequence[int]) -> list[int]:
        self.calls.append(list(requests))
        self.threads.add(threading.get_ident())
        time.sleep(self.seconds)
        if self.gate is not None:
            self.gate.wait(timeout=60)
        bad = sorted(self.poison.intersection(requests))
        if bad:
            raise KeyError(bad[0])
        return [2 * request for request in requests]

    @property
    def sizes(self) -> list[int]:
        return [len(call) for call in self.calls]

    async def entered(self) -> None:
        while not self.calls:
            await anyio.sleep(0.001)


async def gather(batcher: Batcher[int, int], requests: Sequence[int]) -> dict[int, Served[int] | Exception]:
    found: dict[int, Served[int] | Exception] = {}

    async def one(request: int) -> None:
        try:
            found[request] = await batcher.submit(request)
        except Exception as error:
            found[request] = error

    async with anyio.create_task_group() as group:
        for request in requests:
            group.start_soon(one, request)
    return found


def run(backend: str, test: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        with anyio.fail_after(120):
            await test()

    anyio.run(limited, backend=backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_coroutines_that_are_ready_together_go_in_one_call(backend: str) -> None:
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
        waits = []
        for request in range(200):
            started = time.perf_counter()
            await batcher.submit(request)
            waits.append(time.perf_counter() - started)
        assert min(waits) < 0.0005, "there is no fixed wait, not even the millisecond that joining may take"

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


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_cancelled_request_neither_runs_nor_holds_up_its_neighbours(backend: str) -> None:
    gate = threading.Event()
    double = Doubler(gate=gate)
    batcher = Batcher(double)

    async def test() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(batcher.submit, 1)
            await double.entered()
            with anyio.move_on_after(0.01) as scope:
                await batcher.submit(2)
            assert scope.cancelled_caught
            gate.set()
            assert (await batcher.submit(3)).answer == 6

    run(backend, test)
    assert double.calls == [[1], [3]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_cancelling_the_first_of_several_still_starts_the_others(backend: str) -> None:
    double = Doubler()
    batcher = Batcher(double)
    answers: list[int] = []

    async def cancelled() -> None:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await batcher.submit(1)

    async def kept() -> None:
        answers.append((await batcher.submit(2)).answer)

    async def test() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(cancelled)
            group.start_soon(kept)

    run(backend, test)
    assert answers == [4]


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_batcher_serves_one_event_loop_after_another(backend: str) -> None:
    double = Doubler()
    batcher = Batcher(double)

    async def test() -> None:
        await gather(batcher, range(5))

    for _ in range(4):
        run(backend, test)
    assert double.sizes == [5, 5, 5, 5]


def test_a_loop_that_was_abandoned_with_a_request_open_blocks_no_later_one() -> None:
    double = Doubler()
    batcher = Batcher(double)
    abandoned = asyncio.new_event_loop()
    task = abandoned.create_task(batcher.submit(1))
    abandoned.call_soon(abandoned.stop)
    abandoned.run_forever()
    assert double.calls == [], "its request is queued and it was about to wake the worker"

    async def test() -> None:
        assert (await batcher.submit(2)).answer == 4

    run("asyncio", test)
    task.cancel()
    abandoned.run_until_complete(asyncio.gather(task, return_exceptions=True))
    abandoned.close()


def test_a_closed_loop_does_not_stop_the_worker() -> None:
    gate = threading.Event()
    double = Doubler(gate=gate)
    batcher = Batcher(double)
    loop = asyncio.new_event_loop()
    task = loop.create_task(batcher.submit(1))
    loop.run_until_complete(double.entered())
    loop.close()
    gate.set()

    async def test() -> None:
        assert (await batcher.submit(2)).answer == 4

    run("asyncio", test)
    assert not task.done()
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    del task
    gc.collect()


def test_two_loops_at_once_share_the_worker() -> None:
    double = Doubler(seconds=0.005)
    batcher = Batcher(double)

    async def test() -> None:
        for start in range(5):
            found = await gather(batcher, range(start, start + 20))
            assert all(isinstance(served, Served) for served in found.values())

    threads = [threading.Thread(target=run, args=("asyncio", test)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sum(double.sizes) == 300
    assert len(double.threads) == 1


def test_an_idle_worker_ends_and_the_next_request_starts_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.lm.batcher._IDLE_SECONDS", 0.02)
    batcher = Batcher(Doubler())

    async def test() -> None:
        await batcher.submit(1)
        while batcher._worker is not None:
            await anyio.sleep(0.01)
        assert (await batcher.submit(2)).answer == 4

    run("asyncio", test)


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
