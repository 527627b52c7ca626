"""The test's side: a data set's test runs here, and every name it takes from the candidate leads to another instance.

What comes back is plain data, or stands for a value over there and is equal to itself alone. The verdict is made here.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Any

from wit_world import cross  # type: ignore[import-not-found]  # componentize-py writes it

from glassbox.harness.sandbox.codec import MalformedError
from glassbox.harness.sandbox.guest import streams
from glassbox.harness.sandbox.guest.candidate import settle
from glassbox.harness.sandbox.guest.faults import fault
from glassbox.harness.sandbox.guest.wire import Handles, Receiver, Sender, crossed, is_type, packed, received

TEST = "<test>"
"""File name of the test's code."""

_NEVER_RAISED = (SystemExit, KeyboardInterrupt, GeneratorExit, StopIteration, StopAsyncIteration)
"""They would end the test, or a loop of its, instead of failing it."""

_LARGEST = 1 << 24
_own = Handles()
_remote: dict[int, Remote] = {}
_state: dict[str, object] = {}


class Remote:
    """A value of the candidate's that is not plain data."""

    def __init__(self, type_name: str, handle: int) -> None:
        self.__dict__["_handle"] = handle
        self.__dict__["_type_name"] = type_name

    def __setattr__(self, name: str, value: object) -> None:
        _ask("assign", self, name, (value,))

    def __call__(self, *args: object, **named: object) -> object:
        """Call it over there."""
        return _ask("call", self, None, args, named)

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return _ask("attribute", self, name)

    def __iter__(self) -> Iterator[object]:
        return iter(list(_ask("items", self, None)))

    def __len__(self) -> int:
        return int(_ask("length", self, None))

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        return str(_ask("text", self, None))


class _Sender(Sender):
    """Sends a value of the candidate's back as the handle it came with."""

    def other(self, value: object, depth: int) -> None:
        if type(value) is Remote:
            handle: int = value.__dict__["_handle"]
            self.put(b"o" + handle.to_bytes(4, "little") + bytes(4))
        else:
            super().other(value, depth)


class _Receiver(Receiver):
    def opaque(self, type_name: str, handle: int) -> object:
        if is_type(handle):
            return _own.value(handle)
        if handle not in _remote:
            _remote[handle] = Remote(type_name, handle)
        return _remote[handle]


def _ask(operation: str, target: object, name: object, args: object = (), named: object = None) -> Any:
    """What the candidate's instance answers; what it raised is raised here, by the nearest builtin class."""
    sender = _Sender(_own, _LARGEST)
    request = sender.encode((operation, target, name, args, named or {}))
    if _own.values:
        kinds = sorted({type(value).__name__ for value in _own.values})
        cross(packed(("foreign", ", ".join(kinds))))
    kind, content, message = crossed(cross(request.decode("latin-1")), _Receiver(_own))
    if kind == "returned":
        return content
    error = _exception(content, message)
    _state["crossed"] = error
    raise error


def _exception(names: list[str], message: str) -> BaseException:
    for name in names:
        kind = getattr(builtins, name, None)
        if isinstance(kind, type) and issubclass(kind, BaseException) and not issubclass(kind, _NEVER_RAISED):
            try:
                return kind(message)
            except TypeError:  # UnicodeError and its like take more
                continue
    return RuntimeError(message)


def _proxy(name: str) -> object:
    def proxy(*args: object, **named: object) -> object:
        return _ask("call", None, name, args, named)

    proxy.__name__ = proxy.__qualname__ = name
    return proxy


def test(message: str) -> str:
    """(nonce, prelude, test, called names, fetched names, output bytes, recursion) -> `passed`, or what went wrong."""
    nonce, prelude, source, called, fetched, output_bytes, recursion = received(message)
    settle(output_bytes, recursion)
    _state.clear()
    space: dict[str, object] = {"__name__": "test"}
    try:
        taken = {name: _proxy(name) for name in called}
        taken.update({name: _ask("fetch", None, name) for name in fetched})
        space.update(taken)
        exec(compile(prelude, "<prelude>", "exec", dont_inherit=True), space)
        space.update(taken)
        exec(compile(source, TEST, "exec", dont_inherit=True), space)
    except MalformedError:
        raise
    except BaseException as error:
        by_candidate = _state.get("crossed") is error
        return packed((nonce, "raised", *fault(error, TEST), by_candidate, *streams.taken()))
    return packed((nonce, "passed", *streams.taken()))
