"""Function bodies with their indices replaced; nothing else in them changes.

Format: WebAssembly Core Specification 2.0, 5.4, with the tail calls and exceptions of 3.0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from glassbox.harness.sandbox.linking.binary import Cursor, LinkingError, signed, unsigned


@dataclass(frozen=True, slots=True)
class Indices:
    """Where a module's own indices lead in the linked module, by kind."""

    types: Sequence[int]
    functions: Sequence[int]
    tables: Sequence[int]
    memories: Sequence[int]
    globals: Sequence[int]
    elements: Sequence[int]


Step = Callable[[Cursor, Indices], bytes]
"""Reads the immediates of an instruction and writes those of the linked module."""


def _kept(reads: Callable[[Cursor], object]) -> Step:
    def step(cursor: Cursor, indices: Indices) -> bytes:
        start = cursor.at
        reads(cursor)
        return cursor.data[start : cursor.at]

    return step


def _numbers(count: int) -> Step:
    return _kept(lambda cursor: [cursor.skip_number() for _ in range(count)])


def _bytes(count: int) -> Step:
    return _kept(lambda cursor: cursor.take(count))


def _index(*kinds: str) -> Step:
    return lambda cursor, indices: b"".join(unsigned(getattr(indices, kind)[cursor.number()]) for kind in kinds)


def _block(cursor: Cursor, indices: Indices) -> bytes:
    if cursor.data[cursor.at] & 0xC0 == 0x40:
        return cursor.take(1)
    return signed(indices.types[cursor.number()])


def _place(cursor: Cursor) -> None:
    """An alignment and an offset, of the only memory."""
    if cursor.number() >= 64:
        raise LinkingError("an instruction names a memory")
    cursor.skip_number()


def _lane(cursor: Cursor) -> None:
    _place(cursor)
    cursor.byte()


_nothing = _bytes(0)
_memarg = _kept(_place)
_SIMPLE: dict[int, Step] = {
    **dict.fromkeys((0x00, 0x01, 0x05, 0x0B, 0x0F, 0x1A, 0x1B, 0xD1, *range(0x45, 0xC5)), _nothing),
    **dict.fromkeys((0x02, 0x03, 0x04), _block),
    **dict.fromkeys((0x0C, 0x0D, 0x20, 0x21, 0x22, 0x41, 0x42, 0xD0), _numbers(1)),
    0x0E: _kept(lambda cursor: [cursor.skip_number() for _ in range(cursor.number() + 1)]),
    **dict.fromkeys((0x10, 0x12, 0xD2), _index("functions")),
    **dict.fromkeys((0x11, 0x13), _index("types", "tables")),
    0x1C: _kept(lambda cursor: cursor.take(cursor.number())),
    **dict.fromkeys((0x23, 0x24), _index("globals")),
    **dict.fromkeys((0x25, 0x26), _index("tables")),
    **dict.fromkeys(range(0x28, 0x3F), _memarg),
    **dict.fromkeys((0x3F, 0x40), _index("memories")),
    0x43: _bytes(4),
    0x44: _bytes(8),
}
_BULK: dict[int, Step] = {
    **dict.fromkeys(range(8), _nothing),
    10: _index("memories", "memories"),
    11: _index("memories"),
    12: _index("elements", "tables"),
    13: _index("elements"),
    14: _index("tables", "tables"),
    **dict.fromkeys((15, 16, 17), _index("tables")),
}
_VECTOR: dict[int, Step] = {
    **dict.fromkeys(range(12), _memarg),
    **dict.fromkeys((12, 13), _bytes(16)),
    **dict.fromkeys(range(14, 21), _nothing),
    **dict.fromkeys(range(21, 35), _bytes(1)),
    **dict.fromkeys(range(84, 92), _kept(_lane)),
    **dict.fromkeys((92, 93), _memarg),
    **dict.fromkeys((*range(35, 84), *range(94, 276)), _nothing),
}
_PREFIXED = {0xFC: _BULK, 0xFD: _VECTOR}


def relinked(body: bytes, indices: Indices) -> bytes:
    """A function body (its locals and its instructions) with the indices of the linked module.

    Raises:
      LinkingError: It holds an instruction that is not known.
    """
    cursor = Cursor(body)
    for _ in range(cursor.number()):
        cursor.skip_number()
        cursor.byte()
    return body[: cursor.at] + instructions(cursor, indices)


def instructions(cursor: Cursor, indices: Indices) -> bytes:
    """The instructions that are left, with the indices of the linked module."""
    parts: list[bytes] = []
    while not cursor.done:
        start = cursor.at
        opcode = cursor.byte()
        table, number = _SIMPLE, opcode
        if opcode in _PREFIXED:
            table, number = _PREFIXED[opcode], cursor.number()
        step = table.get(number)
        if step is None:
            raise LinkingError(f"instruction {opcode:#x} {number} is not known")
        parts += cursor.data[start : cursor.at], step(cursor, indices)
    return b"".join(parts)
