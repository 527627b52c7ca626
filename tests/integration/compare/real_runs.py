"""Real runs that a comparison is tested on: solvers without a model on `ir_arith`, and what becomes of their logs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspect_ai.solver import Solver

from glassbox.harness.cli.main import main
from glassbox.harness.engine.run import run
from glassbox.solvers.gold import gold
from glassbox.solvers.null import null
from glassbox.solvers.regex_only import regex_only
from glassbox.tasks.ir_arith import ir_arith, ir_multi_op

N = 120
SOLVERS: dict[str, Callable[[], Solver]] = {"gold": gold, "regex_only": regex_only, "null": null}


@dataclass(frozen=True)
class Answer:
    """What a command line gave."""

    status: int
    out: str
    err: str


def logged(name: str, folder: Path, task: Any = ir_arith, **task_args: Any) -> Path:
    """The log of one real run."""
    given = {"n": N, **task_args}
    return run(task(**given), SOLVERS[name](), model="open/arith", task_args=given, solver_args={}, log_dir=folder)


def other_task(folder: Path) -> Path:
    """A run of another task."""
    return logged("gold", folder, ir_multi_op, n=N)


def changed(log: Path, folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The same log with something changed, in a folder of its own."""
    content = json.loads(log.read_text(encoding="utf-8"))
    change(content)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / log.name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def compare(capsys: Any, *arguments: object) -> Answer:
    """`glassbox compare ...` in this process."""
    capsys.readouterr()
    status = main(["compare", *map(str, arguments)])
    found = capsys.readouterr()
    return Answer(status, found.out, found.err)
