"""Readying the interpreter before its memory is frozen into the component: what is done here, no instance does again.

Python specialises code as it runs, and fills its caches. Done once in every instance, that would dirty hundreds of
pages that all instances otherwise share; it made a run twice as slow.
"""

from __future__ import annotations

import gc
import marshal
import random
import sys

from glassbox.harness.sandbox.codec import encode
from glassbox.harness.sandbox.guest import streams
from glassbox.harness.sandbox.guest.candidate import NAME, Candidate
from glassbox.harness.sandbox.guest.exam import test
from glassbox.harness.sandbox.guest.layout import list_objects

_ROUNDS = 40
_SOURCE = """
from typing import Any, Dict, List, Optional, Tuple
import math

class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

def f(values: List[float], flag: Optional[int] = True) -> Tuple[List[int], Dict[str, Any]]:
    ''' Count, as a program of a benchmark would.
    >>> f([1, 2, 2, 3])
    ([2, 3], "{}", "2.00")
    '''
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
    list_objects()


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
