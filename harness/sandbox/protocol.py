"""Replies as typed data, read strictly: whoever forges one has made a claim about a value, and nothing more."""

from __future__ import annotations

import marshal
from dataclasses import dataclass

from glassbox.harness.sandbox.codec import MalformedError, decode


@dataclass(frozen=True, slots=True)
class Output:
    """What was printed since the last reply."""

    stdout: bytes = b""
    stderr: bytes = b""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The module ran; the names it defines, and whether each is called and no more, if that was asked for."""

    names: dict[str, bool]
    output: Output


@dataclass(frozen=True, slots=True)
class Syntax:
    """The source does not compile."""

    type_name: str
    message: str
    line: int | None
    output: Output


@dataclass(frozen=True, slots=True)
class Missing:
    """There is no such name."""

    output: Output


@dataclass(frozen=True, slots=True)
class Returned:
    """A value, and the arguments as they are after the call if they were watched, both encoded."""

    value: bytes
    args: bytes
    output: Output


@dataclass(frozen=True, slots=True)
class Unsendable:
    """A value came, but it cannot be sent."""

    reason: str
    output: Output


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception: its class and that class's bases by name, and the lines it passed, outermost first.

    Its arguments are there where all of them are numbers, texts, bytes or None.
    """

    names: tuple[str, ...]
    message: str
    frames: tuple[tuple[int, str], ...]
    module: str | None
    errno: int | None
    args: tuple[object, ...]
    output: Output

    @property
    def text(self) -> str:
        """As Python prints it, without the traceback."""
        return f"{self.names[0]}: {self.message}" if self.message else self.names[0]


@dataclass(frozen=True, slots=True)
class Passed:
    """A test ran to its end."""

    output: Output


@dataclass(frozen=True, slots=True)
class Failed:
    """A test raised; `crossed` says that it was what the candidate had raised."""

    raised: Raised
    crossed: bool
    output: Output


@dataclass(frozen=True, slots=True)
class Ran:
    """A script ended."""

    status: int
    files: dict[str, bytes]
    output: Output


_FORMAT = 2
"""Of marshal's formats, the one that writes floats exactly, and no object by reference to an earlier one."""
_MOST = 20
"""Frames and classes that are kept of an exception."""
_LONGEST_NAME = 100
_LONGEST_MESSAGE = 1 << 16
_LARGEST = 10_000_000

Reply = Loaded | Syntax | Missing | Returned | Unsendable | Raised
TestReply = Passed | Failed


def request(nonce: bytes, *fields: object) -> bytes:
    """What an export is asked: plain data, that much is for the caller to see to.

    An instance reads it with Python's own reader, which is fast and trusts whoever wrote. Replies are read with ours.
    """
    return marshal.dumps((nonce, *fields), _FORMAT)  # type: ignore[arg-type]  # plain data, but not by its type


def parse(reply: bytes, nonce: bytes) -> Reply:
    """The reply of `load`, `call` or `operate`.

    Raises:
      MalformedError: It is none of them, or answers another request.
    """
    match _fields(reply, nonce):
        case ["loaded", dict() as names, bytes() as out, bytes() as err]:
            return Loaded(_flags(names), Output(out, err))
        case ["syntax", str() as name, str() as said, int() | None as line, bytes() as out, bytes() as err]:
            return Syntax(_text(name), _text(said), None if line is None else _number(line), Output(out, err))
        case ["missing", bytes() as out, bytes() as err]:
            return Missing(Output(out, err))
        case ["returned", bytes() as value, bytes() as args, bytes() as out, bytes() as err]:
            return Returned(value, args, Output(out, err))
        case ["unsendable", str() as reason, bytes() as out, bytes() as err]:
            return Unsendable(_text(reason), Output(out, err))
        case ["raised", *fields]:
            return _raised(fields)
    raise MalformedError("the reply is none that an interpreter gives")


def parse_test(reply: bytes, nonce: bytes) -> TestReply:
    """The reply of `test`.

    Raises:
      MalformedError: It is none.
    """
    match _fields(reply, nonce):
        case ["passed", bytes() as out, bytes() as err]:
            return Passed(Output(out, err))
        case ["raised", *fields, bool() as crossed, bytes() as out, bytes() as err]:
            return Failed(_raised([*fields, out, err]), crossed, Output(out, err))
    raise MalformedError("the reply is none that a test gives")


def parse_script(reply: bytes, nonce: bytes) -> Ran:
    """The reply of `script`.

    Raises:
      MalformedError: It is none.
    """
    match _fields(reply, nonce):
        case ["ran", int() as status, dict() as files, bytes() as out, bytes() as err]:
            kept = {path: data for path, data in files.items() if isinstance(path, str) and isinstance(data, bytes)}
            return Ran(_number(status), kept, Output(out, err))
    raise MalformedError("the reply is none that a script gives")


def _fields(reply: bytes, nonce: bytes) -> list[object]:
    message = decode(reply)
    if not isinstance(message, tuple) or message[:1] != (nonce,):
        raise MalformedError("the reply does not carry the nonce of its request")
    return list(message[1:])


def _flags(names: dict[object, object]) -> dict[str, bool]:
    return {name: flag for name, flag in names.items() if isinstance(name, str) and isinstance(flag, bool)}


def _raised(fields: list[object]) -> Raised:
    match fields:
        case [
            [str(), *_] as names,
            str() as said,
            list() as frames,
            str() | None as module,
            int() | None as errno,
            tuple() as args,
            bytes() as out,
            bytes() as err,
        ]:
            kinds = tuple([_class(name) for name in names[:_MOST]])
            lines = tuple([_frame(frame) for frame in frames[-_MOST:]])
            message = _text(said, _LONGEST_MESSAGE)
            return Raised(kinds, message, lines, module and _text(module), errno, args, Output(out, err))
    raise MalformedError("the reply names no exception")


def _frame(frame: object) -> tuple[int, str]:
    match frame:
        case (int() as line, str() as function):
            return _number(line), _text(function, _LONGEST_NAME)
    raise MalformedError("the reply names no line")


def _class(name: object) -> str:
    if not isinstance(name, str):
        raise MalformedError("the reply names no class")
    return _text(name, _LONGEST_NAME)


def _number(number: int) -> int:
    """A line number or a status; anything longer would not even be written out."""
    if not 0 <= number <= _LARGEST:
        raise MalformedError(f"the reply holds a number above {_LARGEST} or below 0")
    return number


def _text(text: str, longest: int = 2_000) -> str:
    """Text that can be written anywhere."""
    return text[:longest].encode("utf-8", "backslashreplace").decode("utf-8")
