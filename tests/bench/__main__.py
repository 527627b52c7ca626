"""Run every benchmark, each in a process of its own, and keep the records.

    python -m tests.bench [--into baselines/bench] [--only NAME ...]

Records name the machine, the versions and the commit; run it on a quiet machine and a clean tree.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from glassbox.harness.cli.progress import progress

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = (
    "head_over_pipeline",
    "head_over_floor",
    "ir_machine",
    "writing_speed",
    "run_cost",
    "dcm_speed",
    "sandbox_speed",
    "sandbox_whole",
    "sandbox_scaling",
    "sandbox_memory",
    "redteam_under_load",
    "frames_speed",
)


def main() -> None:
    """Run them in turn; the first that fails ends the run."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Run every benchmark.")
    parser.add_argument("--into", type=Path, default=ROOT / "baselines" / "bench", help="folder for the records")
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS), help="only these")
    options = parser.parse_args()
    into = options.into.resolve()
    with progress() as tick:
        for done, name in enumerate(options.only):
            tick(f"benchmark {name}", done, len(options.only))
            command = [sys.executable, "-m", f"tests.bench.{name}", "--json", str(into / f"{name}.json")]
            if subprocess.run(command, cwd=ROOT, check=False).returncode:
                raise SystemExit(f"benchmark {name} failed; its message stands above")


if __name__ == "__main__":
    main()
