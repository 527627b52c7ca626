"""What keeps a candidate in, as `glassbox doctor` names it: not said, but tried."""

from __future__ import annotations

from functools import cache

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.case import Case
from glassbox.harness.sandbox.component import SANDBOX_COMPONENT, card
from glassbox.harness.sandbox.judge import Judge
from glassbox.harness.sandbox.limits import Limits

_LIMITS = Limits(fuel=200_000_000, memory_bytes=128 << 20)
_ATTEMPTS = """
import os, socket, time

def files():
    return [os.path.exists(path) for path in ("/", "/etc/passwd", "/proc/self", ".")]

def environment():
    return dict(os.environ)

def process():
    return os.spawnv

def network():
    socket.create_connection(("127.0.0.1", 80))

def sleep():
    time.sleep(1e9)
    return 0

def endless():
    while True:
        pass

def memory():
    return len(bytes(1 << 28))

def add(a, b):
    return a + b
"""
_EXPECTED: dict[str, tuple[object, frozenset[Outcome]]] = {
    "files": ([False] * 4, frozenset({Outcome.PASS})),
    "environment": ({}, frozenset({Outcome.PASS})),
    "process": (None, frozenset({Outcome.RUNTIME, Outcome.UNSUPPORTED})),
    "network": (None, frozenset({Outcome.RUNTIME, Outcome.UNSUPPORTED})),
    "sleep": (0, frozenset({Outcome.PASS})),
    "endless": (None, frozenset({Outcome.TIMEOUT})),
    "memory": (None, frozenset({Outcome.MEMORY})),
}


def isolation() -> tuple[str, bool]:
    """What holds, and whether all of it does and an honest candidate still passes."""
    judge = Judge(_LIMITS)
    broken = []
    for attempt, (value, outcomes) in _EXPECTED.items():
        verdict = judge.judge(_ATTEMPTS, attempt, [Case((), value)])
        if verdict.outcome not in outcomes:
            broken.append(f"{attempt} ended in {verdict.outcome}")
    if not judge.judge(_ATTEMPTS, "add", [Case((2, 3), 5)]).passed:
        broken.append("2 + 3 is not 5")
    if broken:
        return f"{'; '.join(broken)}; delete the sandbox's cache folder and run again", False
    return "WebAssembly, a fresh instance each run: no host files, environment, processes, sockets or clock", True


@cache
def sandbox_facts() -> dict[str, str]:
    """What holds, tried once a process, and in which component: as a run writes it into its log."""
    found, holds = isolation()
    return {"isolation": found if holds else f"broken: {found}", SANDBOX_COMPONENT: card().name}
