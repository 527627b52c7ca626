"""The direct batch path: a task and a solver without inspect's sample loop, written as the same inspect log.

    glassbox eval ir_arith --solver ir_head

Inspect's loop costs several milliseconds a sample, more than a head's whole answer. Here questions go to the
technique in batches, inspect's own scorers and metrics judge the attempts, and the log has the same records, in
inspect's JSON format: it is written in one go, where the zipped one costs a millisecond a sample.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from inspect_ai import Task
from inspect_ai.log import EvalSample
from inspect_ai.model import ModelName, ModelOutput
from inspect_ai.scorer import Score, Scorer, Target
from inspect_ai.solver import Solver, TaskState

from glassbox.harness.cli.progress import Tick
from glassbox.harness.engine.kinds import kind_of
from glassbox.harness.engine.log import Asked, log_name, log_of, write_log
from glassbox.harness.engine.serving import PROGRAM, answering_of, origin_in
from glassbox.harness.engine.technique import Question, Timed
from glassbox.harness.plugins.card import ARITHMETIC
from glassbox.harness.records.attempt import STORE_KEY, Attempt
from glassbox.harness.records.collector import collector_paused
from glassbox.harness.records.machine_load import MachineLoad

logger = logging.getLogger(__name__)

BATCH = 64
Arguments = Mapping[str, Any]
_NOTHING: Arguments = {}


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
    model_args: Arguments = _NOTHING,
    limit: int | None = None,
    tick: Tick = lambda stage, done, total: None,
) -> Path:
    """Answer, score and log every sample; the log appears whole, at the end, or not at all.

    Args:
      task: The task, built with `task_args`.
      solver: The solver, built with `solver_args`.
      model: Model name as inspect knows it; only `open/...` runs here.
      task_args: Arguments given to the task, for the log.
      solver_args: Arguments given to the solver, for the log.
      log_dir: Where the log goes.
      model_args: Arguments of `open_model`.
      limit: Only the first so many samples.
      tick: Told of each batch that is answered.

    Returns:
      The log's path.

    Raises:
      CannotRun: The solver has no batch path, the model is not an open one or is given arguments of how it generates,
        or the samples are no arithmetic problems.
    """
    found = answering_of(solver)
    if found is None:
        raise CannotRun(f"{log_name(solver)} runs only inside inspect: use inspect eval")
    if found.needs_model and not model.startswith("open/"):
        raise CannotRun(
            f"model {model} is not run directly: use open/NAME_OR_PATH, or inspect eval for other providers"
        )
    samples = list(task.dataset)[:limit]
    kind = kind_of(samples[0].metadata)
    if kind != ARITHMETIC:
        raise CannotRun(f"{task.name} has samples of the kind {kind}, which run only inside inspect: use inspect eval")
    from glassbox.harness.lm.load import open_model

    started = datetime.now(UTC)
    elsewhere = model_args.keys() - inspect.signature(open_model).parameters.keys()
    if elsewhere:
        raise CannotRun(f"model argument {min(elsewhere)} is only known inside inspect: use inspect eval")
    opened = open_model(model.removeprefix("open/"), **model_args) if found.needs_model else None
    model = f"open/{opened.name}" if opened else model
    questions = [Question(str(s.input), (s.metadata or {}).get(PROGRAM), int(str(s.target))) for s in samples]
    origin = origin_in(samples[0].metadata or {}, task.name)
    technique = Timed(found.build(opened, origin))
    prompt = technique.prompt("")
    load = MachineLoad.now()
    asked = Asked(task, solver, model, opened, task_args, solver_args, model_args, limit, started, prompt, load)
    scorers = list(task.scorer or [])
    with collector_paused():
        attempts = _attempt_all(technique, questions, partial(tick, f"{task.name} {log_name(solver)}"))
        beyond = sum(attempt.expressible is False for attempt in attempts)
        if beyond:
            logger.warning("%s: its head cannot express %d of %d programs", log_name(solver), beyond, len(attempts))
        scored = asyncio.run(_score(samples, attempts, scorers, model))
        return write_log(log_of(asked, scorers, scored), asked, log_dir)


def _attempt_all(technique: Timed, questions: Sequence[Question], tick: Callable[[int, int], None]) -> list[Attempt]:
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
    names = [log_name(scorer) for scorer in scorers]
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
