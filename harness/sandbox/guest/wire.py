"""Values on their way in and out of an instance: plain data by exact type, the rest by a handle that names it here."""

from __future__ import annotations

import marshal
import struct
from collections import namedtuple
from collections.abc import Callable
from typing import Any

from glassbox.harness.sandbox.codec import Encoder, MalformedError, Reader, encode, sized
from glassbox.harness.sandbox.standard import CONTAINERS, taken

_EXACT: dict[type, Callable[[Any], object]] = {
    int: int.__pos__,
    float: float.__pos__,
    complex: complex.__pos__,
    str: str.__str__,
    bytes: lambda value: bytes.join(b"", (value,)),
}
"""What takes the plain value out of an instance of a subclass, without asking the subclass."""

_LONGEST_NAME = 64
_size = struct.Struct("<I").pack
_TYPES: tuple[type, ...] = (
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    list,
    tuple,
    set,
    frozenset,
    dict,
    object,
    type(None),
)
"""Types that both sides have: their handles mean the same everywhere."""
_FIRST_TYPE = (1 << 32) - len(_TYPES)


class TooLargeError(ValueError):
    """The bytes of a value would pass the limit."""


class Handles:
    """The values that stay here; one has one handle, however often it crosses."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self._found: dict[int, int] = {}

    def of(self, value: object) -> int:
        """The handle of `value`, which is kept alive from now on."""
        if isinstance(value, type) and value in _TYPES:
            return _FIRST_TYPE + _TYPES.index(value)
        handle = self._found.setdefault(id(value), len(self.values))
        if handle == len(self.values):
            self.values.append(value)
        return handle

    def value(self, handle: int) -> object:
        """The value that a handle names."""
        if is_type(handle):
            return _TYPES[handle - _FIRST_TYPE]
        if handle >= len(self.values):
            raise MalformedError(f"handle {handle} is not of this instance")
        return self.values[handle]


def is_type(handle: int) -> bool:
    """Whether a handle names a type that both sides have."""
    return handle >= _FIRST_TYPE


class Sender(Encoder):
    """Writes any value at all."""

    def __init__(self, handles: Handles, limit: int) -> None:
        super().__init__()
        self.handles = handles
        self.room = limit

    def put(self, part: bytes) -> None:
        """Append bytes, as long as there is room."""
        self.room -= len(part)
        if self.room < 0:
            raise TooLargeError("value is larger than the limit")
        self.parts.append(part)

    def other(self, value: object, depth: int) -> None:
        """A value of the standard library as what it is made of; an instance of a subclass with the plain value inside
        it, whatever it says of itself; else a handle.
        """
        if (known := _taken(value)) is not None:
            self.standard(*known, depth)
            return
        kind = type(value)
        for plain, exact in _EXACT.items():
            if issubclass(kind, plain):
                self.put(self.derived(kind))
                self.value(exact(value), depth + 1)
                return
        if issubclass(kind, tuple) and (fields := _fields(kind)):
            self.standard("namedtuple", (kind.__name__, fields, _inside(value)), depth)
        elif issubclass(kind, list | tuple | set | frozenset):
            self.put(self.derived(kind))
            self.value(_inside(value), depth + 1)
        elif issubclass(kind, dict):
            self.put(self.derived(kind))
            self.value(dict(dict.items(value)), depth + 1)  # type: ignore[arg-type]  # by its class
        else:
            self.put(b"o" + self.handles.of(value).to_bytes(4, "little") + _name(kind))

    def standard(self, name: str, parts: object, depth: int) -> None:
        """Append a value of the standard library and what it is made of."""
        self.put(b"v" + sized(b"", name.encode()))
        self.value(parts, depth + 1)

    def derived(self, kind: type) -> bytes:
        """What announces an instance of a subclass."""
        return b"x" + _name(kind)


def _named(type_name: str, fields: tuple[str, ...], values: tuple[object, ...]) -> object:
    kind: Any = namedtuple(type_name, fields)  # type: ignore[misc]  # the class is made here
    return kind(*values)


def _taken(value: object) -> tuple[str, object] | None:
    try:
        return taken(value)
    except TypeError:  # a view of no bytes, a zone of no fixed offset: they stay here
        return None


def _fields(kind: type) -> tuple[str, ...]:
    """The names of a named tuple's items; empty for every other tuple."""
    fields = vars(kind).get("_fields")
    if type(fields) is not tuple or kind.__bases__ != (tuple,):
        return ()
    return fields if all(type(name) is str for name in fields) else ()


def _inside(value: object) -> object:
    for kind in (list, tuple, set, frozenset):
        if issubclass(type(value), kind):
            return kind(kind.__iter__(value))  # type: ignore[arg-type]  # by its class
    raise AssertionError("not a container")


def _name(kind: type) -> bytes:
    name = kind.__name__
    return sized(b"", str.encode(name[:_LONGEST_NAME], "utf-8", "replace") if type(name) is str else b"?")


class Receiver(Reader):
    """Reads what the host sends; a handle is one of ours, coming back."""

    def __init__(self, handles: Handles) -> None:
        super().__init__(b"")
        self.handles = handles

    def open(self, data: bytes) -> object:
        """The value of `data`."""
        self.data, self.at = data, 0
        return self.value(0)

    def derived(self, type_name: str, value: object) -> object:
        """The plain value inside, for the class is on the other side; the library's dicts are themselves again."""
        return CONTAINERS[type_name](value) if type(value) is dict and type_name in CONTAINERS else value

    def standard(self, name: str, parts: object) -> object:
        """The value of these parts, named tuples too."""
        if name != "namedtuple":
            return super().standard(name, parts)
        try:
            return _named(*parts)  # type: ignore[misc]  # whatever it is, it is tried
        except (TypeError, ValueError) as error:
            raise MalformedError(f"no named tuple is made of this: {error}") from error

    def opaque(self, type_name: str, handle: int) -> object:
        """The value that the handle names."""
        return self.handles.value(handle)


def received(message: str) -> tuple[Any, ...]:
    """The fields of a request; see `glassbox.harness.sandbox.protocol.request`."""
    fields: tuple[Any, ...] = marshal.loads(message.encode("latin-1"))
    return fields


def crossed(message: str, reader: Receiver) -> tuple[Any, ...]:
    """The fields of a message that another instance had a part in."""
    fields = reader.open(message.encode("latin-1"))
    if not isinstance(fields, tuple):
        raise MalformedError("a message is a tuple")
    return fields


def packed(fields: tuple[object, ...]) -> str:
    """A message that holds fields of plain data."""
    parts = [b"t", _size(len(fields))]
    for field in fields:
        parts += (b"b", _size(len(field)), field) if type(field) is bytes else (encode(field),)
    return b"".join(parts).decode("latin-1")
