"""The batcher outlives what asks it: cancelled requests, abandoned and closed event loops, several at once."""

from __future__ import annotations

import asyncio
import gc
import threading

import anyio
import pytest
from doubling_batches import BACKENDS, Doubler, gather, run

from glassbox.harness.lm.batcher import Batcher, Served


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
        thread.join(timeout=120)
    assert sum(double.sizes) == 300
    assert len(double.threads) == 1


def test_an_idle_worker_ends_and_the_next_request_starts_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glassbox.harness.lm.batcher._IDLE_SECONDS", 0.02)
    batcher = Batcher(Doubler())

    async def test() -> None:
        await batcher.submit(1)
        while batcher._worker is not None:
            await anyio.sleep(0.01)
        assert (await batcher.submit(2)).answer == 4

    run("asyncio", test)
