"""Run a blessed row again: the same task, arguments, solver, model, limit and epochs, into a log.

path = rerun(row, Path("logs"))
"""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path

from glassbox.leaderboards.gate.baseline import BlessedRun


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
      CannotRerun: No installed package has the task or solver, they take other arguments, or the run failed.
    """
    from glassbox.harness.engine.make import make_run
    from glassbox.harness.plugins.registered import Unknown, find

    log_dir.mkdir(parents=True, exist_ok=True)
    # What a library says on the way must not stand in the report on stdout.
    with redirect_stdout(sys.stderr):
        try:
            return make_run(
                find("task", row.task),
                find("solver", row.solver),
                model=model or row.model,
                task_args=row.task_args,
                solver_args=row.solver_args,
                log_dir=log_dir,
                limit=limit or row.limit,
                epochs=row.epochs,
                generation=row.generation,
            )
        except Unknown as error:
            why = f"{row.label} cannot be run here: {error}; or run it with inspect and gate its log"
            raise CannotRerun(why) from error
        except (TypeError, ValueError, LookupError, OSError) as error:
            said = (str(error).strip() or type(error).__name__).split("\n")[0][:200]
            raise CannotRerun(f"{row.label} does not run: {said}") from error
