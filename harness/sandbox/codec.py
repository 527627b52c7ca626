"""Plain data as bytes, exactly by type; decoding trusts nothing, for the bytes may come from a candidate.

One tag byte a value, then little-endian fields; lengths and counts are u32:

    N T F          None, True, False          f c      float (8 bytes), complex (16)
    i n bytes      int, two's complement      s b      str (UTF-8, surrogates pass), bytes: n, then the bytes
    l t S Z n ...  list tuple set frozenset   d n ...  dict: key, value, key, value
    x name value   an instance of a subclass of one of these: the name of its class and the plain value it holds
    v name value   a value of a class of the standard library, and what it is made of; see `standard`
    o handle name  anything else: where its owner keeps it, and the name of its class

Members of a set are in the order of their bytes: Python's own differs from process to process, and what an instance is
given decides how much fuel it uses.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from glassbox.harness.sandbox.standard import made

MAX_DEPTH = 100
"""Containers within containers; a cycle is deeper than any depth."""

_MAX_COLLISIONS = 64
_U32 = struct.Struct("<I")
_FLOAT = struct.Struct("<d")
_COMPLEX = struct.Struct("<dd")
_SEQUENCES: dict[type, bytes] = {list: b"l", tuple: b"t"}
_SETS: dict[type, bytes] = {set: b"S", frozenset: b"Z"}


class MalformedError(ValueError):
    """Bytes that no encoder of ours would write."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value that stays where it is; `handle` names it there."""

    type_name: str
    handle: int


@dataclass(frozen=True, slots=True)
class Derived:
    """The plain `value` inside an instance of a subclass of a plain type, such as Counter or a named tuple."""

    type_name: str
    value: object


def encode(value: object) -> bytes:
    """The bytes of plain data.

    Raises:
      TypeError: A value inside is not plain data.
      ValueError: It is nested deeper than MAX_DEPTH, or cyclic.
    """
    write = _LEAVES.get(type(value))
    return Encoder().encode(value) if write is None else write(value)


class Encoder:
    """Writes one value; `other` says what becomes of what is not plain data."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def encode(self, value: object) -> bytes:
        """The bytes of `value`; see the function of the same name."""
        self.value(value, 0)
        return b"".join(self.parts)

    def put(self, part: bytes) -> None:
        """Append bytes."""
        self.parts.append(part)

    def value(self, value: object, depth: int) -> None:
        """Append a value that lies `depth` containers deep."""
        kind = type(value)
        if kind in _LEAVES:
            self.put(_LEAVES[kind](value))
        elif depth >= MAX_DEPTH:
            raise ValueError(f"value is nested deeper than {MAX_DEPTH}, or cyclic; flatten it")
        elif kind in _SEQUENCES:
            self.items(_SEQUENCES[kind], value, depth)  # type: ignore[arg-type]  # by exact type
        elif kind in _SETS:
            self.members(_SETS[kind], value, depth)  # type: ignore[arg-type]  # by exact type
        elif kind is dict:
            self.pairs(value, depth)  # type: ignore[arg-type]  # by exact type
        else:
            self.other(value, depth)

    def items(self, tag: bytes, items: Collection[object], depth: int) -> None:
        """Append a list or tuple."""
        self.put(tag + _U32.pack(len(items)))
        for item in items:
            write = _LEAVES.get(type(item))
            if write is None:
                self.value(item, depth + 1)
            else:
                self.put(write(item))

    def members(self, tag: bytes, members: Collection[object], depth: int) -> None:
        """Append a set or frozenset."""
        self.put(tag + _U32.pack(len(members)))
        start, written = len(self.parts), []
        for member in members:
            self.value(member, depth + 1)
            written.append(b"".join(self.parts[start:]))
            del self.parts[start:]
        self.parts += sorted(written)

    def pairs(self, table: dict[object, object], depth: int) -> None:
        """Append a dict."""
        self.put(b"d" + _U32.pack(len(table)))
        for key, item in table.items():
            self.value(key, depth + 1)
            self.value(item, depth + 1)

    def other(self, value: object, depth: int) -> None:
        """Refuse what is not plain data."""
        raise TypeError(
            f"{type(value).__name__} is not plain data; use None, bool, int, float, complex, str, bytes or containers"
        )


def sized(tag: bytes, content: bytes) -> bytes:
    """A tag, the length, the content."""
    return tag + _U32.pack(len(content)) + content


def _int(value: int) -> bytes:
    return _SMALL.get(value) or _any_int(value)


def _any_int(value: int) -> bytes:
    return sized(b"i", value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True))


_SMALL = {value: _any_int(value) for value in range(-128, 1024)}
_LEAVES: dict[type, Callable[[Any], bytes]] = {
    type(None): lambda value: b"N",
    bool: lambda value: b"T" if value else b"F",
    int: _int,
    float: lambda value: b"f" + _FLOAT.pack(value),
    complex: lambda value: b"c" + _COMPLEX.pack(value.real, value.imag),
    str: lambda value: sized(b"s", value.encode("utf-8", "surrogatepass")),
    bytes: lambda value: sized(b"b", value),
}


def decode(data: bytes) -> object:
    """The value of bytes that `encode`, or a guest, wrote.

    Raises:
      MalformedError: They are not one value and nothing else.
    """
    reader = Reader(data)
    value = reader.value(0)
    if reader.at != len(data):
        raise MalformedError(f"{len(data) - reader.at} bytes follow the value")
    return value


class Reader:
    """Reads one value; `opaque` and `derived` say what becomes of what is not plain data."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        found = self.data[self.at : self.at + size]
        if len(found) != size:
            raise MalformedError(f"{size} bytes are announced at {self.at}, {len(found)} are there")
        self.at += size
        return found

    def number(self) -> int:
        """The next u32."""
        return int.from_bytes(self.take(4), "little")

    def sized(self) -> bytes:
        """The next length, and as many bytes."""
        start = self.at + 4
        size = int.from_bytes(self.data[self.at : start], "little")
        found = self.data[start : start + size]
        if len(found) != size or start > len(self.data):
            raise MalformedError(f"{size} bytes are announced at {self.at}, {len(found)} are there")
        self.at = start + size
        return found

    def text(self) -> str:
        """The next string."""
        try:
            return self.sized().decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise MalformedError(f"text before {self.at} is not UTF-8") from error

    def value(self, depth: int) -> object:
        """The next value, which lies `depth` containers deep."""
        tag = self.data[self.at : self.at + 1]
        self.at += 1
        match tag:
            case b"i":
                return int.from_bytes(self.sized(), "little", signed=True)
            case b"s":
                return self.text()
            case b"f":
                return float(_FLOAT.unpack(self.take(8))[0])
            case b"N":
                return None
            case b"T" | b"F":
                return tag == b"T"
            case b"l" | b"t" | b"S" | b"Z" | b"d":
                return self.container(tag, depth + 1)
            case b"c":
                return complex(*_COMPLEX.unpack(self.take(16)))
            case b"b":
                return self.sized()
            case b"x" if depth < MAX_DEPTH:
                name = self.text()
                return self.derived(name, self.value(depth + 1))
            case b"v" if depth < MAX_DEPTH:
                name = self.text()
                return self.standard(name, self.value(depth + 1))
            case b"o":
                handle = self.number()
                return self.opaque(self.text(), handle)
        raise MalformedError(f"{tag!r} before {self.at} is no tag")

    def derived(self, type_name: str, value: object) -> object:
        """What stands for an instance of a subclass."""
        return Derived(type_name, value)

    def standard(self, name: str, parts: object) -> object:
        """The value of the standard library that is made of these parts; a named tuple is of a subclass."""
        try:
            match name, parts:
                case "namedtuple", (str() as type_name, tuple(), tuple() as items):
                    return self.derived(type_name, items)
            return made(name, parts)
        except ValueError as error:
            raise MalformedError(str(error)) from error

    def opaque(self, type_name: str, handle: int) -> object:
        """What stands for a value that stayed where it is."""
        return Opaque(type_name, handle)

    def container(self, tag: bytes, depth: int) -> object:
        """The list, tuple, set, frozenset or dict of this tag; its items lie at `depth`."""
        if depth > MAX_DEPTH:
            raise MalformedError(f"value is nested deeper than {MAX_DEPTH}")
        count = self.number()
        if count > len(self.data) - self.at:
            raise MalformedError(f"{count} items are announced at {self.at}, more than there are bytes")
        if tag == b"d":
            keys, values = [], []
            for _ in range(count):
                keys.append(self.value(depth))
                values.append(self.value(depth))
            _check_keys(keys)
            table = dict(zip(keys, values, strict=True))
            _check_distinct(len(table), count)
            return table
        items = [self.value(depth) for _ in range(count)]
        if tag == b"l":
            return items
        if tag == b"t":
            return tuple(items)
        _check_keys(items)
        members = frozenset(items)
        _check_distinct(len(members), count)
        return set(members) if tag == b"S" else members


def _check_keys(keys: Iterable[object]) -> None:
    """Refuse what cannot be hashed, and hashes made to collide: a table of them would take the host minutes."""
    try:
        ((_, most),) = Counter(map(hash, keys)).most_common(1) or [(0, 0)]
    except TypeError as error:
        raise MalformedError("a set or dict holds what cannot be hashed") from error
    if most > _MAX_COLLISIONS:
        raise MalformedError(f"{most} keys of a set or dict share one hash")


def _check_distinct(found: int, announced: int) -> None:
    if found != announced:
        raise MalformedError(f"{announced - found} keys of a set or dict are there twice")
