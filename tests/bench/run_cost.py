"""What a sample costs in a whole run: under `inspect eval`, and on the direct batch path that writes the same log.

    python -m tests.bench.run_cost [--json PATH] [--samples 5000] [--fewer 500]

Each run is a process of its own, from the command line to the finished log. Two figures: wall time over samples, and,
because start-up (imports, model, head) is the same for any number, the slope between a long run and a short one.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from inspect_ai.log import read_eval_log
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from tests.bench.record import Record, arguments

ROOT = Path(__file__).resolve().parents[2]
SOLVERS = ("ir_head", "gold")
RUNNERS = {
    "inspect eval": ("inspect_ai", "eval", "tasks/ir_arith.py@ir_arith", "--display", "none"),
    "glassbox eval": ("glassbox.harness.cli.main", "eval", "ir_arith"),
}
DIRECT = "glassbox eval"
TARGET_MS = 1.2


class RunFigures(BaseModel):
    """One way to run one solver; times in seconds for the whole process, ms for one sample."""

    runner: str
    solver: str
    fewer_s: float
    samples_s: float
    whole_ms: float
    slope_ms: float


class CostRecord(Record):
    """One run of this benchmark."""

    benchmark: str = "run_cost"
    target_ms: float = TARGET_MS
    samples: int
    fewer: int
    runs: list[RunFigures]


def seconds(runner: str, solver: str, samples: int) -> float:
    """Wall time of one run, which must have logged every sample with its scores."""
    with tempfile.TemporaryDirectory() as logs:
        command = [sys.executable, "-m", *RUNNERS[runner], "--solver", solver, "-T", f"n={samples}", "--log-dir", logs]
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        wall = time.perf_counter() - start
        logged = read_eval_log(str(next(Path(logs).glob("*.*")))).samples or []
        if len(logged) != samples or not all(sample.scores for sample in logged):
            raise SystemExit(
                f"{runner} with {solver} logged {len(logged)} of {samples} samples, or some without scores"
            )
        return wall


def measure(samples: int, fewer: int) -> list[RunFigures]:
    """Every runner with every solver."""
    runs = []
    for solver in SOLVERS:
        for runner in RUNNERS:
            seconds(runner, solver, fewer)  # fits or fetches what the solver needs, and warms the file cache
            short, long = seconds(runner, solver, fewer), seconds(runner, solver, samples)
            runs.append(
                RunFigures(
                    runner=runner,
                    solver=solver,
                    fewer_s=short,
                    samples_s=long,
                    whole_ms=long * 1000 / samples,
                    slope_ms=(long - short) * 1000 / (samples - fewer),
                )
            )
    return runs


def table(runs: Sequence[RunFigures], samples: int, fewer: int) -> Table:
    """The figures for a person, with the target beside them."""
    shown = Table(title=f"cost of a run on arith: {samples:,} samples, slope against {fewer:,}")
    for column in ("run", "solver", "whole run, s", "ms a sample", "slope, ms a sample", "target"):
        shown.add_column(column, justify="left" if column in ("run", "solver") else "right")
    for run in runs:
        target = f"<= {TARGET_MS}" if run.runner == DIRECT else ""
        shown.add_row(
            run.runner, run.solver, f"{run.samples_s:.1f}", f"{run.whole_ms:.2f}", f"{run.slope_ms:.2f}", target
        )
    return shown


def main() -> None:
    """Measure, print the table and, when asked, write the record."""
    parser = arguments("Cost of one sample in a whole run.")
    parser.add_argument("--samples", type=int, default=5_000, help="samples of the long run")
    parser.add_argument("--fewer", type=int, default=500, help="samples of the short run")
    options = parser.parse_args()
    if not 1 <= options.fewer < options.samples:
        parser.error(f"--fewer {options.fewer} must be at least 1 and below --samples {options.samples}")
    runs = measure(options.samples, options.fewer)
    Console().print(table(runs, options.samples, options.fewer))
    CostRecord(samples=options.samples, fewer=options.fewer, runs=runs).write(options.json)


if __name__ == "__main__":
    main()
