"""Where things lie in the memory that every instance begins with, so that a run writes few of its pages.

A page that is written is a page to be copied, and copying was half of a run's time.
"""

from __future__ import annotations

import gc
from array import array

_CHUNKS = (
    *(1 << 16, 1 << 15, 1 << 14, 1 << 13, 1 << 12, 3 << 10, 1 << 11, 3 << 9),
    *range(1 << 10, 31, -16),
)
"""Sizes of what the allocator gives, largest first: a small one would be cut from a large one."""
_OVERHEAD = 4 + 17
"""Bytes of a chunk that are the allocator's, and bytes of an object that are not its content."""
_PAGE = 4096
_MOST_BLOCKS = 20_000
_filling: list[object] = []
_lasting: list[object] = []
_listed = b""
_LIST_BEGINS, _LIST_ENDS = b"objects that no instance frees: ", b" end of the objects"


def settle_in() -> None:
    """Take up every gap that the imports left, so that what an instance allocates lies together, on pages of its own.

    A page that is written is a page to be copied: with gaps all over the heap there were twice as many.
    """
    for size in _CHUNKS:
        _fill_size(size)
    _filling.append([[at] for at in range(1000)])  # their contents are the smallest chunks
    for kind in range(200):
        _filling.append((kind, [], {kind: None}, kind + 0.5, kind + 1000, iter([]), iter(()), range(kind), slice(kind)))
    _filling.append([(None,) * size + (at,) for size in range(20) for at in range(200)])
    # The library is never garbage: a collection need not touch its pages.
    gc.freeze()


def list_objects() -> None:
    """Write down where every object is that is there now, and keep it there; see `linking.memory`."""
    global _listed
    found = {id(_lasting)}
    waiting = gc.get_objects()
    while waiting:
        each = waiting.pop()
        if id(each) not in found and each is not waiting:
            found.add(id(each))
            _lasting.append(each)
            waiting += gc.get_referents(each)
    places = array("I", map(id, _lasting)).tobytes()
    _listed = b"".join((_LIST_BEGINS, len(_lasting).to_bytes(4, "little"), places, _LIST_ENDS))


def _fill_size(size: int) -> None:
    """Allocate chunks of one size until they come one after another, as they do where nothing was before."""
    last, in_a_row = 0, 0
    for _ in range(_MOST_BLOCKS):
        block = bytes(size - _OVERHEAD)
        _filling.append(block)
        in_a_row = in_a_row + 1 if id(block) - last == size else 0
        last = id(block)
        if in_a_row > 2 and in_a_row * size > _PAGE:
            return
