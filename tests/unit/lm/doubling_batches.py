"""A batch function that records its calls, and both event loops to ask it from."""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import anyio
import pytest

from glassbox.harness.lm.batcher import Batcher, Served

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
            self.gate.wait(timeout=300)
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
