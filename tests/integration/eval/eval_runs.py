"""Run a task under inspect and read what came of it out of the log, as a leaderboard would."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from inspect_ai import eval
from inspect_ai.log import EvalLog
from inspect_ai.solver import Solver

from glassbox.harness.records.attempt import STORE_KEY, Attempt


def run(task: Any, solver: Solver, logs: Path, **settings: Any) -> EvalLog:
    """The log of one evaluation that came through; tasks are given as functions, so that `model` counts."""
    log = eval(task, solver=solver, log_dir=str(logs), display="none", **settings)[0]
    assert log.status == "success", log.error
    return log


def failed(task: Any, solver: Solver, logs: Path, **settings: Any) -> str:
    """The message of an evaluation that did not."""
    log = eval(task, solver=solver, log_dir=str(logs), display="none", **settings)[0]
    assert log.status == "error"
    assert log.error is not None
    return log.error.message


def metric(log: EvalLog, score: str, name: str = "accuracy") -> Any:
    """A figure of the log's header; metrics of one value of several carry their metric's name in front."""
    assert log.results is not None
    for found in log.results.scores:
        for key, value in found.metrics.items():
            if found.name == score and key in (name, f"proportion_{name}", f"latency_{name}", f"average_{name}"):
                return value.value
    raise LookupError(f"no {score} {name} in the log")


def attempts(log: EvalLog) -> list[Attempt]:
    """What the solver left for each sample, in the order of the data set."""
    assert log.samples is not None
    assert log.eval.dataset.sample_ids is not None
    order = {key: place for place, key in enumerate(log.eval.dataset.sample_ids)}
    ordered = sorted(log.samples, key=lambda sample: order[sample.id])
    return [Attempt.model_validate(sample.store[STORE_KEY]) for sample in ordered]


def kinds(log: EvalLog) -> Counter[str]:
    """Failures by `outcome:kind`."""
    return Counter(f"{a.failure}:{a.failure_kind}" for a in attempts(log) if a.failure is not None)
