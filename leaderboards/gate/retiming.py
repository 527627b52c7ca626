"""Is a row slower, or was the machine busy? Time it again beside its reference, twice at most, and believe the best.

    retimed = time_again(baseline, found, model=None)

The interval over samples knows nothing of a load that lasts as long as one of two runs: unchanged code on a machine
with eight busy processes on two cores measured 1.96 x [1.67, 2.14]. A change of the code stays; a load seldom does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from glassbox.harness.records.frames import load_logs
from glassbox.leaderboards.gate.baseline import Baseline, BlessedRun
from glassbox.leaderboards.gate.judging import Times, reference_of
from glassbox.leaderboards.gate.observed import observe
from glassbox.leaderboards.gate.rerun import rerun
from glassbox.leaderboards.gate.ruling import GateReport, Ruling


def slow_rows(baseline: Baseline, found: GateReport) -> Iterator[tuple[BlessedRun, BlessedRun]]:
    """The rows that seemed slower than allowed, each with its reference."""
    for row, report in zip(baseline.runs, found.rows, strict=True):
        reference = reference_of(row, baseline, found.settings.reference)
        if report.latency_ruling is not Ruling.PASS and reference is not None:
            yield row, reference


def time_again(row: BlessedRun, reference: BlessedRun, model: str | None = None) -> tuple[Times, Times]:
    """Milliseconds by sample of the row and of its reference, one right after the other, on the samples timed alone.

    The logs are not kept: they are of a few samples, and nobody is to take them for the latest runs.

    Raises:
      CannotRerun: One of the two does not run.
    """
    limit = max(len(row.alone_ms), 2)
    with TemporaryDirectory() as folder:
        logs = [load_logs(rerun(one, Path(folder), limit, model))[0] for one in (row, reference)]
        mine, its = (observe(log).alone_ms for log in logs)
    return mine, its
