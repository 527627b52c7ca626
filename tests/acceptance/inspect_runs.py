"""Run `inspect` as a user does, in a process of its own, and read the logs that it leaves.

`start` is for what must work from nothing; `fork` does the same in a fourth of the time.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from inspect_ai.log import EvalLog, list_eval_logs, read_eval_log

from glassbox.harness.cache import CACHE_VARIABLE
from tests.forks import Forked, forked

ROOT = Path(__file__).resolve().parents[2]
INSPECT = Path(sys.executable).parent / "inspect"


def environment(logs: Path, artefacts: Path, **more: str) -> dict[str, str]:
    """The shell's variables without any that choose a model, with logs and parts away from the user's own.

    The cache is kept: compiled components and fetched models are the same for everyone.
    """
    ours = ("INSPECT_", "GLASSBOX_")
    kept = {name: value for name, value in os.environ.items() if name == CACHE_VARIABLE or not name.startswith(ours)}
    own = {"INSPECT_LOG_DIR": str(logs), "GLASSBOX_ARTEFACTS": str(artefacts), "INSPECT_DISPLAY": "plain"}
    return {**kept, "OMP_NUM_THREADS": "1", **own, **more}


def start(arguments: list[str], cwd: Path, variables: dict[str, str]) -> subprocess.Popen[str]:
    """`inspect ARGUMENTS`, running, started from nothing."""
    return subprocess.Popen(
        [INSPECT, *arguments], cwd=cwd, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def fork(arguments: list[str], cwd: Path, variables: dict[str, str]) -> Forked:
    """`inspect ARGUMENTS`, running, with what it imports of other packages at hand."""
    return forked("-m", "inspect_ai", *arguments, cwd=cwd, variables=variables)


def finish(process: subprocess.Popen[str] | Forked, timeout: float = 900) -> str:
    """What it said, once it has ended well."""
    if isinstance(process, Forked):
        done = process.ended(timeout)
        status, said = done.returncode, done.stdout + done.stderr
    else:
        said, _ = process.communicate(timeout=timeout)
        status = process.returncode
    assert status == 0, said[-3000:]
    return said


def logs_in(folder: Path) -> list[EvalLog]:
    """The logs of a folder, oldest first."""
    found = [read_eval_log(info) for info in list_eval_logs(str(folder))]
    return sorted(found, key=lambda log: log.eval.created)


def attempts_by_id(log: EvalLog) -> dict[str, dict[str, Any]]:
    """What the solver left for each sample, without the wall times, which differ from run to run."""
    timeless = {
        str(sample.id): {name: value for name, value in sample.store["attempt"].items() if not name.endswith("_ms")}
        for sample in log.samples or []
    }
    assert len(timeless) == len(log.samples or [])
    return timeless


def semantic(log: EvalLog) -> float:
    """The headline score of a log."""
    assert log.results is not None
    (found,) = [score for score in log.results.scores if score.name == "semantic"]
    return float(found.metrics["accuracy"].value)
