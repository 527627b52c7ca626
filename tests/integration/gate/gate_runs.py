"""Real runs that the gate is tested on, what may befall their logs, and the command lines that judge them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspect_ai.log import edit_score, read_eval_log, write_eval_log
from inspect_ai.scorer import ScoreEdit
from inspect_ai.solver import Solver

from glassbox.harness.cli.main import main
from glassbox.harness.engine.run import run
from glassbox.solvers.gold import gold
from glassbox.solvers.ir_head import ir_head
from glassbox.solvers.null import null
from glassbox.solvers.regex_only import regex_only
from glassbox.solvers.regex_pipeline import regex_pipeline
from glassbox.tasks.ir_arith import ir_arith

SOLVERS: dict[str, Callable[..., Solver]] = {
    "gold": gold,
    "ir_head": ir_head,
    "null": null,
    "regex_only": regex_only,
    "regex_pipeline": regex_pipeline,
}


@dataclass(frozen=True)
class Answer:
    """What a command line gave."""

    status: int
    out: str
    err: str


def logged(name: str, folder: Path, n: int, task: Callable[..., Any] = ir_arith, **solver_args: Any) -> Path:
    """The log of one real run."""
    solver, given = SOLVERS[name](**solver_args), {"n": n}
    return run(task(n=n), solver, model="open/arith", task_args=given, solver_args=solver_args, log_dir=folder)


def degraded(log: Path, folder: Path, samples: Iterable[int], value: int = 0) -> Path:
    """A copy of the log in which these samples, by their position, have another score; by inspect's own editor."""
    copy = read_eval_log(log)
    order = list(copy.eval.dataset.sample_ids or [])
    for at in samples:
        edit_score(copy, order[at], "semantic", ScoreEdit(value=value), recompute_metrics=False)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / log.name
    write_eval_log(copy, str(path))
    return path


def changed(log: Path, folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A copy of the log with something else changed."""
    content = json.loads(log.read_text(encoding="utf-8"))
    change(content)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / log.name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def again(log: Path, folder: Path) -> Path:
    """A copy with the same answers that is another run: its id differs."""

    def rename(content: dict[str, Any]) -> None:
        content["eval"]["run_id"] = "again"

    return changed(log, folder, rename)


def copied(log: Path, folder: Path) -> Path:
    """The very same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(log, folder / log.name))


def command(capsys: Any, *arguments: object) -> Answer:
    """`glassbox ...` in this process."""
    capsys.readouterr()
    status = main([str(argument) for argument in arguments])
    found = capsys.readouterr()
    return Answer(status, found.out, found.err)


def blessed(capsys: Any, folder: Path, *logs: Path, options: Iterable[object] = ()) -> Path:
    """A baseline of these logs."""
    answer = command(capsys, "bless", *logs, "--name", "base", "--folder", folder, "--reason", "a test", *options)
    assert answer.status == 0, answer.err
    return folder / "base.json"
