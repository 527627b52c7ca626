"""Whether runs that stand side by side were judged by one sandbox.

    other_judges(records)      # ('judged by different sandboxes: ...',), or nothing

Two builds of the sandbox's component differ in hash seed and heap: a program that relies on the order of a set, or is
near its fuel limit, may pass in one and fail in the other. Such runs are compared, and the reader is told.
"""

from __future__ import annotations

from collections.abc import Iterable

from glassbox.harness.records.frames import RunRecord

_UNNAMED = "one that its log does not name"


def other_judges(records: Iterable[RunRecord]) -> tuple[str, ...]:
    """A note that names the sandboxes and what each judged; nothing where there are not several."""
    judged: dict[str, dict[str, None]] = {}
    for record in records:
        if record.provenance is not None and record.provenance.isolation is not None:
            judged.setdefault(record.sandbox_component or _UNNAMED, {})[record.solver] = None
    if len(judged) < 2:
        return ()
    named = "; ".join(f"{judge} judged {', '.join(solvers)}" for judge, solvers in sorted(judged.items()))
    return (f"judged by different sandboxes: {named}; run them again in one before you trust a small difference",)
