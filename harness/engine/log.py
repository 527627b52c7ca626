"""The log of a direct run: header, provenance, results by inspect's own metrics, samples; whole or not at all."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast
from uuid import uuid4

from inspect_ai import Task

# Inspect offers no public way to ask what a task or solver was made with, nor to say which scorers a run had.
from inspect_ai._eval.task.log import resolve_eval_scorers  # inspect-evals-lint: ignore[IECQ001] -- see above
from inspect_ai._util.registry import (  # inspect-evals-lint: ignore[IECQ001] -- see above
    registry_lookup,
    registry_params,
)
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
from inspect_ai.scorer import Scorer
from inspect_ai.scorer._scorer import as_scorer_spec  # inspect-evals-lint: ignore[IECQ001] -- see above
from inspect_ai.solver import Solver
from inspect_ai.util import registry_info

from glassbox.harness.engine.results import results_of
from glassbox.harness.records.files import write_or_keep
from glassbox.harness.records.lock import publish
from glassbox.harness.records.machine_load import OTHERS_CPU, MachineLoad
from glassbox.harness.records.provenance import model_facts

if TYPE_CHECKING:
    from glassbox.harness.lm.model import OpenModel

RUNNER = "direct"
Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for.

    Attributes:
      task: The task, built with `task_args`.
      solver: The solver, built with `solver_args`.
      model: Model name as inspect knows it.
      opened: The model, where the solver needs one.
      task_args: Arguments given to the task.
      solver_args: Arguments given to the solver.
      model_args: Arguments given to the model.
      limit: Only the first so many samples.
      started: When the run began.
      prompt: What the model is shown with an empty question, which is what all questions share.
      load: The machine's accounts when the questions were first asked.
    """

    task: Task
    solver: Solver
    model: str
    opened: OpenModel | None
    task_args: Arguments
    solver_args: Arguments
    model_args: Arguments
    limit: int | None
    started: datetime
    prompt: str
    load: MachineLoad


def log_of(asked: Asked, scorers: Sequence[Scorer], samples: list[EvalSample]) -> EvalLog:
    """The log of a finished run."""
    results, reductions = results_of(samples, scorers)
    name = log_name(asked.solver)
    params = _arguments("solver", asked.solver, asked.solver_args)
    log = EvalLog(
        status="success",
        eval=_spec(asked, name, scorers, samples),
        plan=EvalPlan(steps=[EvalPlanStep(solver=name, params=params, params_passed=dict(asked.solver_args))]),
        results=results,
        stats=EvalStats(
            started_at=asked.started.isoformat(timespec="seconds"),
            completed_at=datetime.now(UTC).isoformat(timespec="seconds"),
        ),
        samples=samples,
    )
    log.reductions = reductions
    return log


def write_log(log: EvalLog, asked: Asked, log_dir: Path) -> Path:
    """Write the log under a name that no other run has.

    Raises:
      KeptElsewhere: It could not be written there, and lies in a temporary folder.
    """
    name = f"{asked.started:%Y-%m-%dT%H-%M-%S-00-00}_{asked.task.name.replace('_', '-')}_{log.eval.task_id}.json"

    def write(path: Path) -> None:
        unfinished = path.with_name(f".{name}")
        try:
            write_eval_log(log, str(unfinished), format="json")
            publish(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)

    write_or_keep(log_dir / name, write)
    return log_dir / name


def log_name(made: object) -> str:
    """What inspect's logs call a solver or scorer: without the package where it is inspect's own."""
    return registry_info(made).name.removeprefix("inspect_ai/")


def _spec(asked: Asked, solver: str, scorers: Sequence[Scorer], samples: Sequence[EvalSample]) -> EvalSpec:
    task = asked.task
    facts = model_facts(asked.model, asked.opened) if asked.opened else {}
    return EvalSpec(
        created=asked.started.isoformat(timespec="seconds"),
        task=task.name,
        task_id=uuid4().hex,
        task_version=task.version,
        task_args=_arguments("task", task, asked.task_args),
        task_args_passed=dict(asked.task_args),
        task_registry_name=registry_info(task).name,
        solver=solver,
        solver_args=dict(asked.solver_args),
        solver_args_passed=dict(asked.solver_args),
        dataset=EvalDataset(
            name=task.dataset.name,
            samples=len(task.dataset),
            sample_ids=[sample.id for sample in samples],
            shuffled=False,
        ),
        model=asked.model,
        model_args=dict(asked.model_args),
        # Without these, `inspect score` takes each key of a score (`operation`) for a scorer of its own.
        scorers=resolve_eval_scorers([as_scorer_spec(scorer) for scorer in scorers]),
        config=EvalConfig(limit=asked.limit, epochs=1),
        packages={"inspect_ai": version("inspect-ai")},
        metadata={
            **(task.metadata or {}),
            **facts,
            "runner": RUNNER,
            "prompt": asked.prompt,
            OTHERS_CPU: asked.load.others(),
        },
    )


def _arguments(kind: Literal["task", "solver"], made: object, given: Arguments) -> dict[str, Any]:
    """Every argument, defaults included, as inspect's own logs have them."""
    maker = cast("Callable[..., object] | None", registry_lookup(kind, registry_info(made).name))
    known = inspect.signature(maker).parameters if maker is not None else {}
    defaults = {name: one.default for name, one in known.items() if one.default is not one.empty}
    return {**defaults, **registry_params(made), **given}
