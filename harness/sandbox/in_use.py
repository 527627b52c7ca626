"""Which component judges here, by which road calls reach it, and what a fresh run takes: measured, for `doctor`."""

from __future__ import annotations

import time
from statistics import median

from glassbox.harness.sandbox.case import Case
from glassbox.harness.sandbox.component import card
from glassbox.harness.sandbox.crossing import road
from glassbox.harness.sandbox.judge import Judge

_RUNS = 60


def in_use() -> str:
    """`direct, component 3f2a..., linked: 0.85 ms a fresh run`, with the reason where it is not the direct road."""
    taken, shipped = road(), card()
    reason = f" ({taken.why})" if taken.why else ""
    joined = "linked" if shipped.linked else "not linked"
    return f"{taken.name}{reason}, component {shipped.name}, {joined}: {fresh_run_ms():.2f} ms a fresh run"


def fresh_run_ms(runs: int = _RUNS) -> float:
    """Median milliseconds from a program to its verdict, in an instance of its own."""
    judge, case, took = Judge(), [Case((2, 3), 5)], []
    for _ in range(runs):
        start = time.perf_counter()
        judge.judge("def add(a, b):\n    return a + b\n", "add", case)
        took.append((time.perf_counter() - start) * 1_000)
    return median(took)
