"""Parsing candidates in many threads at once gives what parsing them one after another gives."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor

from glassbox.harness.sandbox.facilities import imported

ORDINARY = "import numpy\n" + "\n".join(f"def f{i}(a, b): return [a + b * {i} for _ in range(3)]" for i in range(60))
DEEP = "x = " + "(" * 60 + "1" + ")" * 60 + "\n" + "y = " + "+".join(["1"] * 900) + "\n"


class Finalised:
    """Dies in a cycle, so that the collector runs its finaliser wherever it happens to be."""

    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        sum(range(50))


def test_threads_that_parse_at_once_find_what_one_finds() -> None:
    alone = (imported(ORDINARY), imported(DEEP))
    threshold = gc.get_threshold()
    gc.set_threshold(50)
    try:
        with ThreadPoolExecutor(8) as pool:

            def work(turn: int) -> object:
                Finalised()
                return imported(DEEP if turn % 2 else ORDINARY)

            found = list(pool.map(work, range(400)))
    finally:
        gc.set_threshold(*threshold)
    assert [found[0::2], found[1::2]] == [[alone[0]] * 200, [alone[1]] * 200]
