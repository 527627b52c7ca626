"""Run a blessed row again: the same task, arguments, solver, model, limit and epochs, into a log.

    path = rerun(row, Path("logs"))

In batches where the solver can (`glassbox eval`), else inside inspect, as its log would come from `inspect eval`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glassbox.leaderboards.gate.baseline import BlessedRun

if TYPE_CHECKING:
    from inspect_ai import Task
    from inspect_ai.solver import Solver


class CannotRerun(ValueError):
    """The row cannot be run here; the message says why."""


def rerun(row: BlessedRun, log_dir: Path, limit: int | None = None, model: str | None = None) -> Path:
    """Run a row.

    Args:
      row: The blessed run.
      log_dir: Where the log goes.
      limit: Only the first so many samples; the row's own limit by default.
      model: In place of the row's own.

    Returns:
      The log's path.

    Raises:
      CannotRerun: The task or solver is none of this project's, takes other arguments, or the run failed.
    """
    from glassbox.harness.engine.run import CannotRun
    from glassbox.harness.engine.run import run as run_directly
    from glassbox.solvers import registry as solvers
    from glassbox.tasks import registry as tasks

    make_task: Callable[..., Task] = _registered(tasks, row.task, "task", row)
    make_solver: Callable[..., Solver] = _registered(solvers, row.solver, "solver", row)
    asked, count = model or row.model, limit or row.limit
    log_dir.mkdir(parents=True, exist_ok=True)
    # What a library says on the way must not stand in the report on stdout.
    with redirect_stdout(sys.stderr):
        try:
            if row.epochs == 1 and not row.generation:
                return run_directly(
                    make_task(**row.task_args),
                    make_solver(**row.solver_args),
                    model=asked,
                    task_args=row.task_args,
                    solver_args=row.solver_args,
                    log_dir=log_dir,
                    limit=count,
                )
        except CannotRun:
            pass  # its message names inspect, which comes next
        except (TypeError, ValueError, LookupError, OSError) as error:
            raise CannotRerun(f"{row.label} does not run: {_first_line(error)}") from error
        return _inside_inspect(row, make_task, make_solver, asked, count, log_dir)


def _inside_inspect(
    row: BlessedRun,
    make_task: Callable[..., Task],
    make_solver: Callable[..., Solver],
    model: str,
    limit: int | None,
    log_dir: Path,
) -> Path:
    from inspect_ai import eval

    settings: dict[str, Any] = dict(row.generation)
    try:
        [log] = eval(
            make_task,
            task_args=dict(row.task_args),
            solver=make_solver(**row.solver_args),
            model=model,
            limit=limit,
            epochs=row.epochs,
            log_dir=str(log_dir),
            log_realtime=False,
            display="none",
            **settings,
        )
    except (TypeError, ValueError, LookupError, OSError) as error:
        raise CannotRerun(f"{row.label} does not run: {_first_line(error)}") from error
    if log.status != "success":
        raise CannotRerun(f"{row.label} failed: {_first_line(log.error.message) if log.error else log.status}")
    return Path(log.location)


def _registered(registry: Any, name: str, kind: str, row: BlessedRun) -> Callable[..., Any]:
    if name not in registry.__all__:
        raise CannotRerun(f"{row.label} cannot be run here: no {kind} {name}; run it with inspect and gate its log")
    found: Callable[..., Any] = getattr(registry, name)
    return found


def _first_line(error: object) -> str:
    return (str(error).strip() or type(error).__name__).split("\n")[0][:200]
