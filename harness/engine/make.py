"""One run of a task by a solver: in batches where the solver can, otherwise by inspect's own `eval`; a log either way.

path = make_run(find("task", "ir_arith"), find("solver", "ir_head"), model="open/arith", log_dir=Path("logs"))
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glassbox.harness.cli.progress import Tick
from glassbox.harness.engine.run import CannotRun, run
from glassbox.harness.plugins.registered import Registered
from glassbox.harness.records.files import writable

if TYPE_CHECKING:
    from inspect_ai import Task

Arguments = Mapping[str, Any]
_NOTHING: Arguments = {}
NO_MODEL = "none/none"
"""Inspect's name for a run without any model."""


class RunFailed(ValueError):
    """The run ended in an error; its log, if there is one, holds the whole of it."""


def make_run(
    task: Registered,
    solver: Registered,
    *,
    model: str | None = None,
    task_args: Arguments = _NOTHING,
    solver_args: Arguments = _NOTHING,
    model_args: Arguments = _NOTHING,
    log_dir: Path,
    limit: int | None = None,
    epochs: int = 1,
    generation: Arguments = _NOTHING,
    tick: Tick = lambda stage, done, total: None,
) -> Path:
    """Run a solver on a task.

    Args:
      task: The task.
      solver: The solver.
      model: As inspect names it; the task's own by default.
      task_args: Arguments of the task.
      solver_args: Arguments of the solver.
      model_args: Arguments of the model's provider, as inspect takes them with -M.
      log_dir: Where the log goes.
      limit: Only the first so many samples.
      epochs: How often each sample is run; more than one goes through inspect.
      generation: Settings of inspect's GenerateConfig; with any the run goes through inspect.
      tick: Told of each batch, or each sample, that is done.

    Returns:
      The log's path.

    Raises:
      RunFailed: Inspect's run ended in an error.
      ValueError: An argument is refused by the task or the solver.
    """
    writable(log_dir)
    made: Task = task.make(**task_args)
    if epochs == 1 and not generation:
        try:
            return run(
                made,
                solver.make(**solver_args),
                model=model or str(made.model),
                task_args=task_args,
                solver_args=solver_args,
                model_args=model_args,
                log_dir=log_dir,
                limit=limit,
                tick=tick,
            )
        except CannotRun:
            pass  # then inspect makes it
    return _inside_inspect(
        task, solver, model, task_args, solver_args, model_args, log_dir, limit, epochs, generation, tick
    )


def _inside_inspect(
    task: Registered,
    solver: Registered,
    model: str | None,
    task_args: Arguments,
    solver_args: Arguments,
    model_args: Arguments,
    log_dir: Path,
    limit: int | None,
    epochs: int,
    generation: Arguments,
    tick: Tick,
) -> Path:
    from inspect_ai import eval, task_with
    from inspect_ai.model import get_model

    from glassbox.harness.engine.counted import counted

    chosen: dict[str, Any] = {"tasks": task.make, "task_args": dict(task_args)}
    if model == NO_MODEL or (model is None and solver.card.model == "none"):
        # A task's own model would be loaded for nobody, and inspect prefers it to what the run says.
        chosen = {"tasks": task_with(task.make(**task_args), model=get_model(NO_MODEL)), "model": NO_MODEL}
    elif model is not None:
        chosen["model"] = model
    with counted(tick, f"{task.name} {solver.name}"):
        [log] = eval(
            model_args=dict(model_args),
            solver=solver.make(**solver_args),
            limit=limit,
            epochs=epochs,
            log_dir=str(log_dir),
            log_realtime=False,
            display="none",
            **chosen,
            **generation,
        )
    if log.status != "success":
        said = " ".join(log.error.message.split()) if log.error else log.status
        raise RunFailed(f"{task.name} by {solver.name} failed: {said}; its log is {log.location}")
    return Path(log.location)
