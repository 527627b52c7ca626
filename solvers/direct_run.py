"""The direct batch path: a task and a solver without inspect's sample loop, written as the same inspect log.

    glassbox eval ir_arith --solver ir_head

Inspect's loop costs several milliseconds a sample, more than a head's whole answer. Here questions go to the
technique in batches, inspect's own scorers and metrics judge the attempts, and the log has the same records, in
inspect's JSON format: it is written in one go, where the zipped one costs a millisecond a sample.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from inspect_ai import Task
from inspect_ai._util.registry import registry_info, registry_log_name, registry_params
from inspect_ai.log import (
    EvalConfig,
    EvalDataset,
    EvalLog,
    EvalPlan,
    EvalPlanStep,
    EvalSample,
    EvalSpec,
    EvalStats,
    write_eval_log,
)
from inspect_ai.model import ModelName, ModelOutput
from inspect_ai.scorer import Score, Scorer, Target
from inspect_ai.solver import Solver, TaskState

from harness.code.question import METADATA_KEY
from harness.lm.load import open_model
from harness.records.attempt import STORE_KEY, Attempt
from solvers.direct_results import results_of
from solvers.serving import answering_of
from solvers.technique import Question, Timed
from tasks.arithmetic.dataset import Origin

BATCH = 64
Arguments = Mapping[str, Any]
Tick = Callable[[int, int], None]


class CannotRun(ValueError):
    """The solver or model cannot be run directly; the message names the way out."""


def run(
    task: Task,
    solver: Solver,
    *,
    model: str,
    task_args: Arguments,
    solver_args: Arguments,
    log_dir: Path,
    limit: int | None = None,
    tick: Tick = lambda done, total: None,
) -> Path:
    """Answer, score and log every sample; the log appears whole, at the end, or not at all.

    Args:
      task: The task, built with `task_args`.
      solver: The solver, built with `solver_args`.
      model: Model name as inspect knows it; only `open/...` runs here.
      task_args: Arguments given to the task, for the log.
      solver_args: Arguments given to the solver, for the log.
      log_dir: Where the log goes.
      limit: Only the first so many samples.
      tick: Called with (samples done, samples in all).

    Returns:
      The log's path.

    Raises:
      CannotRun: The solver is not a Glassbox solver, the model is not an open one, or the task asks for programs.
    """
    found = answering_of(solver)
    if found is None:
        raise CannotRun(f"{registry_log_name(solver)} runs only inside inspect: use inspect eval")
    if found.needs_model and not model.startswith("open/"):
        raise CannotRun(
            f"model {model} is not run directly: use open/NAME_OR_PATH, or inspect eval for other providers"
        )
    samples = list(task.dataset)[:limit]
    if METADATA_KEY in (samples[0].metadata or {}):
        raise CannotRun(
            f"{task.name} asks for programs, which run only inside inspect: "
            f"inspect eval tasks/{task.name} --solver {registry_log_name(solver)}"
        )
    started = datetime.now(UTC)
    opened = open_model(model.removeprefix("open/")) if found.needs_model else None
    questions = [Question(str(s.input), (s.metadata or {}).get("program"), int(str(s.target))) for s in samples]
    origin = Origin.model_validate((samples[0].metadata or {})["origin"])
    technique = Timed(found.build(opened, origin))
    scorers = list(task.scorer or [])
    log_dir.mkdir(parents=True, exist_ok=True)
    with _collector_paused():
        attempts = _attempt_all(technique, questions, tick)
        scored = asyncio.run(_score(samples, attempts, scorers, model))
        log = _log(task, solver, model, task_args, solver_args, scorers, scored, limit, started)
        return _write(log, log_dir, task.name, started)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Records of a run hold no cycles; searching thousands of them again and again for some takes half their time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _write(log: EvalLog, log_dir: Path, task_name: str, started: datetime) -> Path:
    name = f"{started:%Y-%m-%dT%H-%M-%S-00-00}_{task_name.replace('_', '-')}_{log.eval.task_id}.json"
    unfinished = log_dir / f".{name}"
    write_eval_log(log, str(unfinished), format="json")
    return unfinished.replace(log_dir / name)


def _attempt_all(technique: Timed, questions: Sequence[Question], tick: Tick) -> list[Attempt]:
    """Answer in batches of like length, so that little is padded; the first batch, timed alone too, is as it comes."""
    rest = sorted(range(BATCH, len(questions)), key=lambda index: len(questions[index].text))
    order = [*range(min(BATCH, len(questions))), *rest]
    answered: dict[int, Attempt] = {}
    for start in range(0, len(order), BATCH):
        part = order[start : start + BATCH]
        answered |= zip(part, technique.attempt([questions[index] for index in part]), strict=True)
        tick(len(answered), len(order))
    return [answered[index] for index in range(len(questions))]


async def _score(
    samples: Sequence[Any], attempts: Sequence[Attempt], scorers: Sequence[Scorer], model: str
) -> list[EvalSample]:
    """Every sample with its scores, as inspect would log it."""
    names = [registry_log_name(scorer) for scorer in scorers]
    model_name = ModelName(model)
    logged = []
    for sample, attempt in zip(samples, attempts, strict=True):
        target = Target(sample.target)
        state = TaskState(model_name, sample.id, 1, sample.input, [], target, metadata=sample.metadata)
        attempt.keep(state)
        scores: dict[str, Score] = {}
        for name, scorer in zip(names, scorers, strict=True):
            score = await scorer(state, target)
            if score is not None:
                scores[name] = score
        logged.append(
            EvalSample(
                id=sample.id,
                epoch=1,
                input=sample.input,
                target=sample.target,
                output=ModelOutput(model=model, completion=attempt.completion or attempt.program or ""),
                metadata=sample.metadata,
                store={STORE_KEY: state.store.get(STORE_KEY)},
                scores=scores,
                uuid=uuid4().hex,
            )
        )
    return logged


def _log(
    task: Task,
    solver: Solver,
    model: str,
    task_args: Arguments,
    solver_args: Arguments,
    scorers: Sequence[Scorer],
    samples: list[EvalSample],
    limit: int | None,
    started: datetime,
) -> EvalLog:
    """The log of a finished run: header, results by inspect's own metrics, samples."""
    results, reductions = results_of(samples, scorers)
    name = registry_log_name(solver)
    spec = EvalSpec(
        created=started.isoformat(timespec="seconds"),
        task=task.name,
        task_id=uuid4().hex,
        task_version=task.version,
        task_args={**registry_params(task), **task_args},
        task_args_passed=dict(task_args),
        task_registry_name=registry_info(task).name,
        solver=name,
        solver_args=dict(solver_args),
        solver_args_passed=dict(solver_args),
        dataset=EvalDataset(
            name=task.dataset.name,
            samples=len(task.dataset),
            sample_ids=[sample.id for sample in samples],
            shuffled=False,
        ),
        model=model,
        config=EvalConfig(limit=limit, epochs=1),
        metadata={**(task.metadata or {}), "runner": "direct"},
    )
    step = EvalPlanStep(solver=name, params={**registry_params(solver), **solver_args}, params_passed=dict(solver_args))
    ended = datetime.now(UTC)
    log = EvalLog(
        status="success",
        eval=spec,
        plan=EvalPlan(steps=[step]),
        results=results,
        stats=EvalStats(
            started_at=started.isoformat(timespec="seconds"), completed_at=ended.isoformat(timespec="seconds")
        ),
        samples=samples,
    )
    log.reductions = reductions
    return log
