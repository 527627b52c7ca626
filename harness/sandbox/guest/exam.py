"""The test's side: a data set's test runs here, and every name it takes from the candidate leads to another instance.

What comes back is plain data, taken once; a value of the standard library, made again; or stands for a value over there
(`remote`). The verdict is made here.
"""

from __future__ import annotations

import builtins
from typing import Any

from wit_world import cross  # type: ignore[import-not-found]  # componentize-py writes it

from glassbox.harness.sandbox.codec import MalformedError
from glassbox.harness.sandbox.guest import streams
from glassbox.harness.sandbox.guest.candidate import settle
from glassbox.harness.sandbox.guest.faults import fault
from glassbox.harness.sandbox.guest.remote import HANDLE, Remote, handle_of, standing_for
from glassbox.harness.sandbox.guest.wire import Handles, Receiver, Sender, crossed, is_type, packed, received

TEST = "<test>"
"""File name of the test's code."""

_NEVER_RAISED = (SystemExit, KeyboardInterrupt, GeneratorExit, StopIteration, StopAsyncIteration)
"""They would end the test, or a loop of its, instead of failing it."""

_LARGEST = 1 << 24
_own = Handles()
_remote: dict[int, object] = {}
_exceptions: dict[str, type[BaseException]] = {}
"""Classes of exceptions that the test names of the candidate's, by name."""
_state: dict[str, object] = {}


class _Sender(Sender):
    """Sends a value of the candidate's back as the handle it came with."""

    def other(self, value: object, depth: int) -> None:
        handle = handle_of(value)
        if handle is None:
            super().other(value, depth)
        else:
            self.put(b"o" + handle.to_bytes(4, "little") + bytes(4))


class _Receiver(Receiver):
    def opaque(self, type_name: str, handle: int) -> object:
        if is_type(handle):
            return _own.value(handle)
        if handle not in _remote:
            _remote[handle] = self._new(type_name, handle)
        return _remote[handle]

    def _new(self, type_name: str, handle: int) -> object:
        """What stands for a value that comes for the first time."""
        bare = Remote(_ask, handle)
        kind, abilities = bare.ask("abilities")
        if kind != "exception":
            return standing_for(bare, type_name, kind, abilities)
        name, base = abilities
        raised = type(name, (_builtin(base) or RuntimeError,), {HANDLE: handle})
        _exceptions[name] = raised
        return raised


def _ask(operation: str, target: object, name: object = None, args: object = (), named: object = None) -> Any:
    """What the candidate's instance answers; what it raised is raised here, by its own class where the test has that,
    else by the nearest builtin one.
    """
    sender = _Sender(_own, _LARGEST)
    request = sender.encode((operation, target, name, args, named or {}))
    if _own.values:
        kinds = sorted({type(value).__name__ for value in _own.values})
        cross(packed(("foreign", ", ".join(kinds))))
    kind, content, message, given = crossed(cross(request.decode("latin-1")), _Receiver(_own))
    if kind == "returned":
        return content
    error = _exception(content, message, given)
    _state["crossed"] = error
    raise error


def _exception(names: list[str], message: str, args: tuple[Any, ...]) -> BaseException:
    """The same exception as far as a test can see: its class, its arguments, its text."""
    for name in names:
        kind = _exceptions.get(name.removeprefix("candidate.")) or _builtin(name)
        if kind is not None:
            return _told(kind, message, args or (message,))
    return RuntimeError(message)


def _builtin(name: str) -> type[BaseException] | None:
    kind = getattr(builtins, name, None)
    raised = isinstance(kind, type) and issubclass(kind, BaseException) and not issubclass(kind, _NEVER_RAISED)
    return kind if raised else None


def _told(kind: type[BaseException], message: str, args: tuple[Any, ...]) -> BaseException:
    """An exception with this text, which its class may write in a way of its own over there."""
    try:
        error = kind(*args)
        if str(error) == message:
            return error
    except Exception:  # UnicodeError and its like take more
        pass
    told = type(kind.__name__, (kind,), {"__str__": lambda self: message})
    named: BaseException = told.__new__(told, *args)
    return named


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
