"""The memory that every instance begins with, as the guest left it, made so that instances write less of it.

Whoever uses a Python object counts itself in and out, in the object: pages that are only ever read get written, and a
page that is written is a page to be copied. Python has objects that are not counted, the immortal ones (PEP 683). The
guest lists the objects of its library, which nothing will ever free, and here they become immortal.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from itertools import groupby

from glassbox.harness.sandbox.linking.binary import Cursor, LinkingError, signed, sized

LIST_BEGINS = b"objects that no instance frees: "
LIST_ENDS = b" end of the objects"
"""Around what the guest lists: how many there are, then where each lies; all of them u32."""

_COUNT = struct.Struct("<I")
_IMMORTAL = 5 << 28
"""CPython 3.14, Include/refcount.h: what an immortal object's count begins as, on 32 bits."""
_CONSTANT = b"\0\x41"
"""A data segment that lies where a constant says, as all do."""
_PAGE = 4096


def with_immortals(segments: Iterable[bytes]) -> list[bytes]:
    """The data segments of a memory whose guest listed its lasting objects, with these made immortal.

    Raises:
      LinkingError: It has not listed them, or they are not where it says.
    """
    memory = _image(segments)
    for place in _listed(memory):
        (count,) = _COUNT.unpack_from(memory, place)
        if not 0 < count < 1 << 31:
            raise LinkingError(f"there is no object at {place}")
        _COUNT.pack_into(memory, place, max(count, _IMMORTAL))
    return _segments(memory)


def _listed(memory: bytearray) -> tuple[int, ...]:
    """Where the objects lie, by the guest's list."""
    at = memory.find(LIST_BEGINS)
    while at >= 0:
        start = at + len(LIST_BEGINS) + _COUNT.size
        (count,) = _COUNT.unpack_from(memory, start - _COUNT.size)
        end = start + 4 * count
        if memory[end : end + len(LIST_ENDS)] == LIST_ENDS:
            return struct.unpack_from(f"<{count}I", memory, start)
        at = memory.find(LIST_BEGINS, at + 1)
    raise LinkingError("the guest lists no objects")


def _image(segments: Iterable[bytes]) -> bytearray:
    """The memory that data segments describe."""
    memory = bytearray()
    for segment in segments:
        cursor = Cursor(segment, len(_CONSTANT))
        offset = cursor.signed()
        cursor.byte()
        content = cursor.sized()
        memory.extend(bytes(max(0, offset + len(content) - len(memory))))
        memory[offset : offset + len(content)] = content
    return memory


def _segments(memory: bytearray) -> list[bytes]:
    """Data segments that describe the memory: one for every run of pages that are not empty."""
    found: list[bytes] = []
    pages = range(0, len(memory), _PAGE)
    for filled, run in groupby(pages, lambda start: any(memory[start : start + _PAGE])):
        if filled:
            starts = list(run)
            content = bytes(memory[starts[0] : starts[-1] + _PAGE])
            found.append(_CONSTANT + signed(starts[0]) + b"\x0b" + sized(content))
    return found
