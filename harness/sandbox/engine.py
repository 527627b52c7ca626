"""Instances of the component: each is fresh, has a store of its own, and ends in a reply or in a named death.

A reply is bytes that anyone inside may have written; what they mean is for `protocol` and the judge.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from wasmtime import Engine, Store, WasmtimeError
from wasmtime.component import Component, ExportIndex, Func, Linker

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.build import compiled, engine
from glassbox.harness.sandbox.clock import TICK_SECONDS, ProcessorClock
from glassbox.harness.sandbox.crossing import road
from glassbox.harness.sandbox.errors import SandboxError
from glassbox.harness.sandbox.limits import Limits
from glassbox.harness.sandbox.wasi import World

Crossing = Callable[[bytes], bytes]
"""Answers what a test instance asks of the candidate's instance."""

_loading = threading.Lock()
_local = threading.local()


@dataclass(frozen=True, slots=True)
class Died(Exception):
    """The instance ended before it replied; there is no more to be had from it."""

    outcome: Outcome
    detail: str
    refused: str | None = None
    """The import of the component's that was called and is not there."""


class _Host:
    """What one thread needs to make instances: an engine, whose epochs count the thread's own processor time, a linker,
    and who is running (a test may wait for a candidate).
    """

    def __init__(self) -> None:
        self.engine = engine()
        with _loading:
            self.component = _component(self.engine)
        self.clock = ProcessorClock(self.engine)
        self.exchange = road().exchange
        self.running: list[Instance] = []
        self.linker = Linker(self.engine)
        with self.linker.root() as root:
            World(lambda: self.running[-1]).define(root)
            root.add_func("cross", lambda store, message: self.running[-1].cross(message))
        self.linker.define_unknown_imports_as_traps(self.component)
        self._exports: dict[str, ExportIndex] = {}

    def export(self, name: str) -> ExportIndex:
        """Where an export is to be found in every instance."""
        if name not in self._exports:
            index = self.component.get_export_index(name)
            if index is None:
                raise SandboxError(f"the component has no export {name!r}; delete its cache folder and run again")
            self._exports[name] = index
        return self._exports[name]


def _component(engine: Engine) -> Component:
    """The compiled component, built first if need be; threads share its code as they share any file's pages."""
    path = compiled()
    try:
        return Component.deserialize_file(engine, str(path))
    except WasmtimeError as error:
        said = " ".join(str(error).split())[:200]
        raise SandboxError(f"{path} is not a compiled component: {said}; delete it and run again") from error


def _host() -> _Host:
    """This thread's; after a fork another, for the thread has another clock then."""
    found: tuple[int, _Host] | None = getattr(_local, "host", None)
    if found is None or found[0] != os.getpid():
        found = _local.host = (os.getpid(), _Host())
    return found[1]


class Instance:
    """A fresh interpreter. Use it in one thread, and as a context: its memory is given back at the end.

    Args:
      limits: Fuel and processor time are for each invocation, memory for the instance.
      crossing: Who answers `cross`; without one it is refused.
    """

    def __init__(self, limits: Limits, crossing: Crossing | None = None) -> None:
        self.limits = limits
        self.slept_ns = 0
        self.drawn = 0
        self._crossing = crossing
        self._spent = 0
        self._refused: BaseException | None = None
        self._functions: dict[str, Func] = {}
        self._host = _host()
        self._store = Store(self._host.engine)
        self._store.set_limits(memory_size=limits.memory_bytes)
        self._deadline = 0
        self._given = limits.fuel
        self._give()
        try:
            self._instance = self._host.linker.instantiate(self._store, self._host.component)
        except WasmtimeError as error:
            self._store.close()
            raise SandboxError(
                f"no instance with {limits.memory_bytes} bytes and {limits.fuel} fuel: {_cause(str(error))}; allow more"
            ) from error
        self._take()

    def __enter__(self) -> Instance:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back."""
        self._store.close()

    def burnt(self) -> int:
        """Fuel used since the instance began."""
        return self._spent + (self._given - self._store.get_fuel() if self._given else 0)

    def charge(self, fuel: int) -> None:
        """Take fuel for work that the host does."""
        left = self._store.get_fuel()
        self._store.set_fuel(max(0, left - fuel))
        if left <= fuel:
            raise WasmtimeError("all fuel consumed by calls of the host")

    def invoke(self, export: str, request: bytes) -> tuple[bytes, int]:
        """The reply of an export, and the fuel it took.

        Raises:
          Died: There is none.
          SandboxError: The machinery is at fault.
        """
        function = self._functions.get(export) or self._function(export)
        before = self._spent
        self._given = self.limits.fuel
        self._give()
        self._host.running.append(self)
        try:
            reply = self._call(function, request)
        finally:
            self._host.running.pop()
            self._take()
        return reply, self._spent - before

    def _function(self, export: str) -> Func:
        function = self._instance.get_func(self._store, self._host.export(export))
        if function is None:
            raise SandboxError(f"the component's export {export!r} is no function; delete its cache folder")
        self._functions[export] = function
        return function

    def _call(self, function: Func, request: bytes) -> bytes:
        try:
            return self._host.exchange(function, self._store, request)
        except WasmtimeError as error:
            if self._refused is not None:
                raise self._refused from None
            raise _death(str(error), self._store.get_fuel()) from None
        except UnicodeEncodeError:
            raise Died(Outcome.RUNTIME, "the reply of the interpreter was tampered with") from None

    def cross(self, message: str) -> str:
        """Answer `cross`. Errors wait in `_refused`: wasmtime's binding would hand them to any thread."""
        try:
            if self._crossing is None:
                raise Died(Outcome.RUNTIME, "the candidate called `cross`, which is not for it")
            left = self._deadline - self._host.clock.ticks
            answer = self._crossing(message.encode("latin-1")).decode("latin-1")
            self._give_time(max(1, left))  # what the other instance used is its own affair
            return answer
        except BaseException as error:
            self._refused = error
        raise WasmtimeError("crossing refused")

    def _give(self) -> None:
        self._store.set_fuel(self._given)
        self._give_time(math.ceil(self.limits.cpu_seconds / TICK_SECONDS))

    def _give_time(self, ticks: int) -> None:
        """Let the instance run for so many ticks of the thread's processor time, and the one that has begun."""
        self._deadline = self._host.clock.ticks + ticks
        self._store.set_epoch_deadline(ticks + 1)

    def _take(self) -> None:
        self._spent += self._given - self._store.get_fuel()
        self._given = 0


def _death(message: str, fuel_left: int) -> Died:
    """What a trap means; its message is wasmtime's and names functions of the interpreter, never of the candidate."""
    if fuel_left == 0 or "all fuel consumed" in message:
        return Died(Outcome.TIMEOUT, "used up its fuel")
    if "wasm trap: interrupt" in message:
        return Died(Outcome.TIMEOUT, "used up its processor time")
    if "call stack exhausted" in message:
        return Died(Outcome.RUNTIME, "RecursionError: the native stack is exhausted")
    if "alloc_error" in message or "memory allocation" in message:
        return Died(Outcome.MEMORY, "the interpreter ran out of memory")
    if "unknown import" in message:
        name = message.split("unknown import: `", 1)[-1].split("`", 1)[0]
        if "exit" in name:
            return Died(Outcome.RUNTIME, "the interpreter was told to exit")
        return Died(Outcome.RUNTIME, f"{name} is not part of the sandbox", name)
    if "wasm trap" in message or "random bytes at once" in message or "borrow handles" in message:
        return Died(Outcome.RUNTIME, f"the interpreter crashed: {_cause(message)}")
    return Died(Outcome.INFRA, f"wasmtime failed: {_cause(message)}")


def _cause(message: str) -> str:
    return " ".join(message.rsplit("Caused by:", 1)[-1].split())[:200]
