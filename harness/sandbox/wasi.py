"""The whole world of an instance: a clock that its own work moves, numbers that look random, no files, no environment.

No implementation of WASI is linked. The six interfaces below are ours; every other import of the component
(files, sockets, standard streams, exit) traps. So there is nothing to escape to, nothing blocks, and a run repeats
exactly.

Time starts at 2026-01-01 and passes with the fuel used; sleeping moves the clock and nothing else. Each call costs
fuel too, since the host does work for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Protocol

from wasmtime import WasmtimeError
from wasmtime.component import LinkerInstance, Record, ResourceAny, ResourceHost, ResourceType

from glassbox.harness.sandbox.limits import FUEL_PER_SECOND

EPOCH_NS = 1_767_225_600 * 10**9
FUEL_PER_NS = FUEL_PER_SECOND // 10**9

_CALL_FUEL = 300_000
_BYTE_FUEL = 10_000
_MOST_RANDOM_BYTES = 1 << 16
_POLLABLE = 1
_VERSION = "0.2.9"


class Caller(Protocol):
    """The instance that is running in this thread."""

    slept_ns: int
    drawn: int

    def charge(self, fuel: int) -> None:
        """Take fuel for work that the host does."""

    def burnt(self) -> int:
        """Fuel used since the instance began."""


class World:
    """Defines the interfaces in a linker; `caller` is asked at each call who it is for."""

    def __init__(self, caller: Callable[[], Caller]) -> None:
        self._caller = caller

    def define(self, root: LinkerInstance) -> None:
        """Put the interfaces into the linker's root."""
        pollable = ResourceType.host(_POLLABLE)
        with root.add_instance(f"wasi:io/poll@{_VERSION}") as poll:
            poll.add_resource("pollable", pollable, lambda store, rep: None)
            _add(poll, "[method]pollable.ready", self._ready)
            _add(poll, "[method]pollable.block", self._block)
            _add(poll, "poll", self._poll)
        with root.add_instance(f"wasi:clocks/monotonic-clock@{_VERSION}") as clock:
            _add(clock, "now", lambda store: self._now())
            _add(clock, "resolution", lambda store: 1)
            _add(clock, "subscribe-duration", self._sleep)
            _add(clock, "subscribe-instant", self._sleep_until)
        with root.add_instance(f"wasi:clocks/wall-clock@{_VERSION}") as clock:
            _add(clock, "now", lambda store: _datetime(EPOCH_NS + self._now()))
            _add(clock, "resolution", lambda store: _datetime(1))
        with root.add_instance(f"wasi:random/random@{_VERSION}") as random:
            _add(random, "get-random-bytes", self._random)
        with root.add_instance(f"wasi:filesystem/preopens@{_VERSION}") as folders:
            _add(folders, "get-directories", lambda store: [])
        with root.add_instance(f"wasi:cli/environment@{_VERSION}") as environment:
            _add(environment, "initial-cwd", lambda store: None)
            # A linked component answers these two itself.
            _add(environment, "get-environment", lambda store: [])
            _add(environment, "get-arguments", lambda store: [])

    def _now(self) -> int:
        caller = self._caller()
        caller.charge(_CALL_FUEL)
        return caller.slept_ns + caller.burnt() // FUEL_PER_NS

    def _sleep(self, store: object, duration_ns: int) -> ResourceHost:
        self._now()
        caller = self._caller()
        # A century at most: the clock counts in 64 bits.
        caller.slept_ns = min(caller.slept_ns + duration_ns, 10**18 * 3)
        return ResourceHost.own(_POLLABLE, _POLLABLE)

    def _sleep_until(self, store: object, instant_ns: int) -> ResourceHost:
        return self._sleep(store, max(0, instant_ns - self._now()))

    def _ready(self, store: object, pollable: ResourceAny) -> bool:
        self._release(store, [pollable])
        return True

    def _block(self, store: object, pollable: ResourceAny) -> None:
        self._release(store, [pollable])

    def _poll(self, store: object, pollables: list[ResourceAny]) -> list[int]:
        self._release(store, pollables)
        return list(range(len(pollables)))

    def _release(self, store: object, borrowed: list[ResourceAny]) -> None:
        """Everything is ready: the clock was moved when the waiting began."""
        self._caller().charge(_CALL_FUEL * (1 + len(borrowed)))
        for pollable in borrowed:
            pollable.drop(store)  # type: ignore[arg-type]  # wasmtime's own store context

    def _random(self, store: object, size: int) -> bytes:
        caller = self._caller()
        if size > _MOST_RANDOM_BYTES:
            raise WasmtimeError(f"{size} random bytes at once are more than {_MOST_RANDOM_BYTES}")
        caller.charge(_CALL_FUEL + size * _BYTE_FUEL)
        caller.drawn += 1
        return hashlib.shake_128(caller.drawn.to_bytes(8, "little")).digest(size)


def _add(instance: LinkerInstance, name: str, function: Callable[..., object]) -> None:
    """Add a function whose every failure is a trap; the binding raises anything else in whatever thread is next."""

    def guarded(*args: Any) -> object:
        try:
            return function(*args)
        except WasmtimeError:
            raise
        except Exception as error:
            raise WasmtimeError(f"host failure in {name}: {type(error).__name__}: {error}") from error

    instance.add_func(name, guarded)


def _datetime(time_ns: int) -> Record:
    moment = Record()
    moment.__dict__["seconds"], moment.__dict__["nanoseconds"] = divmod(time_ns, 10**9)
    return moment
