"""Readying the interpreter before its memory is frozen into the component: what is done here, no instance does again.

Python specialises code as it runs, and fills its caches. Done once in every instance, that would dirty hundreds of
pages that all instances otherwise share; it made a run twice as slow.
"""

from __future__ import annotations

import gc
import random
import sys

from harness.sandbox.codec import encode
from harness.sandbox.guest import streams
from harness.sandbox.guest.candidate import NAME, Candidate
from harness.sandbox.guest.exam import test

_ROUNDS = 40
_SMALLEST, _LARGEST_POOLED, _STEP = 32, 512, 16
"""Sizes of Python's own allocator on 32 bits."""
_BYTES_OVERHEAD = 17
_FRESH = 40
_MOST_BLOCKS = 20_000
_filling: list[object] = []
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
    """Rehearse, seed, collect, freeze. Last thing before the memory is taken."""
    for _ in range(_ROUNDS):
        _rehearse()
    sys.modules.pop(NAME)
    random.seed(0)
    # The runtime seeds `random` anew in each instance, from the host and slowly; `settle` puts this back.
    random.seed = lambda *args, **named: None
    gc.collect()
    _fill()
    # The library is never garbage: a collection need not touch its pages.
    gc.freeze()


def _fill() -> None:
    """Take up every gap that the imports left, so that what an instance allocates lies together, on pages of its own.

    A page that is written is a page to be copied: with gaps all over the heap there were twice as many.
    """
    for size in range(_SMALLEST, _LARGEST_POOLED + 1, _STEP):
        _fill_size(size, _STEP)
    for size in (1 << 16, 1 << 15, 1 << 14, 1 << 13, 1 << 12, 3 << 10, 1 << 11, 3 << 9, 1 << 10, 3 << 8, 640, 560):
        _fill_size(size, 64)
    _filling.append([[] for _ in range(200)])
    _filling.append([{} for _ in range(200)])
    _filling.append([float(at) + 0.5 for at in range(200)])
    _filling.append([(None,) * size + (at,) for size in range(20) for at in range(200)])


def _fill_size(size: int, slack: int) -> None:
    """Allocate blocks of one size until they come one after another, as they do where nothing was before."""
    last, in_a_row = 0, 0
    for _ in range(_MOST_BLOCKS):
        block = bytes(size - _BYTES_OVERHEAD)
        _filling.append(block)
        in_a_row = in_a_row + 1 if 0 < id(block) - last <= size + slack else 0
        last = id(block)
        if in_a_row > _FRESH:
            return


def _rehearse() -> None:
    candidate = Candidate()
    candidate.load(_message(_SOURCE, 1 << 16, 1 << 20, 1_000))
    candidate.call(_message("f", ([1, 2, 2, 3],)))
    candidate.call(_message("f", (["a", 1.5, None],)))
    candidate.operate(_message("call", None, "f", ([1, 2, 3],), {}))
    Candidate().load(_message("def f(:", 1 << 16, 1 << 20, 1_000))
    test(_message("import math\n", "def check(f):\n    assert f([1, 2]) == [2]\ncheck(lambda x: x[1:])\n", *_NO_NAMES))
    streams.taken()


_NO_NAMES: tuple[object, ...] = ([], [], 1 << 16, 1_000)


def _message(*fields: object) -> str:
    return encode((b"12345678", *fields)).decode("latin-1")
