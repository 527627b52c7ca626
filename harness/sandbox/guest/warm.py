"""Readying the interpreter before its memory is frozen into the component: what is done here, no instance does again.

Python specialises code as it runs, and fills its caches. Done once in every instance, that would dirty hundreds of
pages that all instances otherwise share; it made a run twice as slow.
"""

from __future__ import annotations

import gc
import marshal
import random
import sys
from array import array

from harness.sandbox.codec import encode
from harness.sandbox.guest import streams
from harness.sandbox.guest.candidate import NAME, Candidate
from harness.sandbox.guest.exam import test

_ROUNDS = 40
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
_SOURCE = """
from typing import List, Optional
import math

class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

def f(values, flag=True):
    seen = {}
    for at, value in enumerate(values):
        seen[value] = seen.get(value, 0) + at
    print("seen", len(seen))
    return sorted([item for item in seen if item > 1]), str(seen), f"{math.sqrt(4.0):.2f}"
"""


def ready() -> None:
    """Rehearse, seed, collect."""
    for _ in range(_ROUNDS):
        _rehearse()
    sys.modules.pop(NAME)
    random.seed(0)
    # The runtime seeds `random` anew in each instance, from the host and slowly; `settle` puts this back.
    random.seed = lambda *args, **named: None
    gc.collect()
    _list_objects()


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


def _list_objects() -> None:
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


def _rehearse() -> None:
    candidate = Candidate()
    candidate.load(_message(_SOURCE, 1 << 16, 1 << 20, 1_000, True))
    candidate.call(_message("f", ([1, 2, 2, 3],), True))
    candidate.call(_message("f", (["a", 1.5, None],), False))
    candidate.operate(encode((b"12345678", "call", None, "f", ([1, 2, 3],), {})).decode("latin-1"))
    Candidate().load(_message("def f(:", 1 << 16, 1 << 20, 1_000, False))
    test(_message("import math\n", "def check(f):\n    assert f([1, 2]) == [2]\ncheck(lambda x: x[1:])\n", *_NO_NAMES))
    streams.taken()


_NO_NAMES: tuple[object, ...] = ([], [], 1 << 16, 1_000)


def _message(*fields: object) -> str:
    written = marshal.dumps((b"12345678", *fields), 2)  # type: ignore[arg-type]  # plain data, but not by its type
    return written.decode("latin-1")
