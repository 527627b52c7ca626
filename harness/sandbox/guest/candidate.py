"""The candidate's side: its module is loaded once, then called. No test and no expected value ever comes here.

Replies are (nonce, kind, ...); the kinds are `loaded`, `syntax`, `missing`, `returned`, `unsendable` and `raised`.
"""

from __future__ import annotations

import random
import sys
from types import ModuleType
from typing import Any

from glassbox.harness.sandbox.codec import MAX_DEPTH
from glassbox.harness.sandbox.guest import streams
from glassbox.harness.sandbox.guest.faults import CANDIDATE, fault
from glassbox.harness.sandbox.guest.wire import Handles, Receiver, Sender, TooLargeError, crossed, packed, received

NAME = "candidate"
"""Name of the candidate's module."""

_BALLAST_BYTES = 1 << 20
_LARGEST_ARGS = 1 << 24

_seed = random.seed


def settle(output_bytes: int, recursion: int, text: str = "") -> None:
    """First thing in an instance: streams, limits, and `random` as it was."""
    random.seed = _seed
    sys.setrecursionlimit(recursion)
    streams.install(output_bytes, text)


class Candidate:
    """One candidate's module and the values of its that others hold handles of."""

    def __init__(self) -> None:
        self.handles = Handles()
        self.module = ModuleType(NAME)
        self.result_bytes = 0
        # Let go when memory runs out, so that there is some left to say so.
        self.ballast = [bytearray(_BALLAST_BYTES)]

    def load(self, message: str) -> str:
        """(nonce, source, output bytes, result bytes, recursion, tell) -> `loaded`, with its names if told to."""
        nonce, source, output_bytes, self.result_bytes, recursion, tell = received(message)
        settle(output_bytes, recursion)
        try:
            code = compile(source, CANDIDATE, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
            line, said = (error.lineno, error.msg) if isinstance(error, SyntaxError) else (None, str(error))
            return packed((nonce, "syntax", type(error).__name__, said[:500], line, *streams.taken()))
        sys.modules[NAME] = self.module
        try:
            exec(code, self.module.__dict__)
        except BaseException as error:  # SystemExit and KeyboardInterrupt too: nothing ends the instance from inside
            return self._raised(nonce, error)
        return packed((nonce, "loaded", self._names() if tell else {}, *streams.taken()))

    def _names(self) -> dict[str, bool]:
        """The names the module defines, and whether each can be called."""
        defined = list(self.module.__dict__.items())
        return {str.__str__(name): callable(value) for name, value in defined if type(name) is str and name[:2] != "__"}

    def call(self, message: str) -> str:
        """(nonce, entry point, args, watch) -> `returned`, with the arguments as they are after the call if watched."""
        nonce, entry, args, watch = received(message)
        if entry not in self.module.__dict__:
            return packed((nonce, "missing", *streams.taken()))
        try:
            # Held on the stack meanwhile, where no frame shows them: what is looked at afterwards is what was given.
            value, given = _turned(args, self.module.__dict__[entry](*args))
        except BaseException as error:
            return self._raised(nonce, error)
        return self._returned(nonce, value, given if watch else ())

    def operate(self, message: str) -> str:
        """(nonce, operation, target, name, args, named) -> what came of it; a target is one of our values, or None."""
        nonce, operation, target, name, args, named = crossed(message, Receiver(self.handles))
        if target is None:
            if name not in self.module.__dict__:
                return packed((nonce, "missing", *streams.taken()))
            target = self.module.__dict__[name]
        try:
            value = _done(operation, target, name, args, named)
        except BaseException as error:
            return self._raised(nonce, error)
        return self._returned(nonce, value, ())

    def _returned(self, nonce: bytes, value: object, args: tuple[object, ...]) -> str:
        try:
            sent = Sender(self.handles, self.result_bytes).encode(value)
        except TooLargeError:
            return self._unsendable(nonce, f"returned value is larger than {self.result_bytes} bytes")
        except (ValueError, RecursionError):
            return self._unsendable(nonce, f"returned value is nested deeper than {MAX_DEPTH} containers, or cyclic")
        except BaseException as error:
            return self._raised(nonce, error)
        try:
            after = Sender(self.handles, _LARGEST_ARGS).encode(args)
        except BaseException:  # cyclic, huge or broken: not what they were
            after = b""
        return packed((nonce, "returned", sent, after, *streams.taken()))

    def _unsendable(self, nonce: bytes, reason: str) -> str:
        return packed((nonce, "unsendable", reason, *streams.taken()))

    def _raised(self, nonce: bytes, error: BaseException) -> str:
        if isinstance(error, MemoryError):
            self.ballast.clear()
        try:
            return packed((nonce, "raised", *fault(error), *streams.taken()))
        except MemoryError:
            return packed((nonce, "raised", ["MemoryError"], "", [], None, None, b"", b""))


def _turned(first: tuple[Any, ...], second: object) -> tuple[object, tuple[Any, ...]]:
    return second, first


def _done(operation: str, target: Any, name: str, args: tuple[Any, ...], named: dict[str, Any]) -> object:
    """What a test asks for, done to a value."""
    match operation:
        case "call":
            return target(*args, **named)
        case "attribute":
            return getattr(target, name)
        case "assign":
            setattr(target, name, args[0])
            return None
        case "items":
            return list(target)
        case "length":
            return len(target)
        case "text":
            return str(target)
    return target
