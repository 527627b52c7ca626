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
from glassbox.harness.sandbox.guest.operations import Operations
from glassbox.harness.sandbox.guest.wire import Handles, Receiver, Sender, TooLargeError, crossed, packed, received

NAME = "candidate"
"""Name of the candidate's module."""

_BALLAST_BYTES = 1 << 20
_LARGEST_ARGS = 1 << 24

_MAXSIZE = (1 << 63) - 1
"""What programs take for infinity, as they know it; nothing here is that large, and what says so is `unsupported`."""

_seed = random.seed


def settle(output_bytes: int, recursion: int, text: str = "") -> None:
    """First thing in an instance: streams, limits, `random` as it was, and `sys.maxsize` as programs know it."""
    random.seed = _seed
    sys.maxsize = _MAXSIZE
    sys.setrecursionlimit(recursion)
    streams.install(output_bytes, text)


class Candidate:
    """One candidate's module and the values of its that others hold handles of."""

    def __init__(self) -> None:
        self.handles = Handles()
        self.operations = Operations()
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
        """The names the module defines, and whether each is called and no more: classes are looked at too."""
        defined = [(name, value) for name, value in self.module.__dict__.items() if type(name) is str]
        return {name: callable(value) and not isinstance(value, type) for name, value in defined if name[:2] != "__"}

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
            value = self.operations.done(operation, target, name, args, named)
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
            return packed((nonce, "raised", ["MemoryError"], "", [], None, None, (), b"", b""))


def _turned(first: tuple[Any, ...], second: object) -> tuple[object, tuple[Any, ...]]:
    return second, first
