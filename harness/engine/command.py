"""`glassbox eval`: run tasks and solvers in batches and log them as inspect would.

glassbox eval ir_arith --solver ir_head
glassbox eval ir_arith --solver ir_head regex_pipeline gold -T split=word_problems --limit 200
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from typing import Any

from glassbox.harness.cli.arguments import fitting, meant, parsed
from glassbox.harness.records.reading import add_log_dir


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments as `inspect eval` names them."""
    parser.add_argument("task", help="task name, such as ir_arith")
    parser.add_argument("--solver", nargs="+", required=True, metavar="NAME", help="one or more solvers, run in turn")
    parser.add_argument("--model", help="open/NAME_OR_PATH; the task's own model by default")
    parser.add_argument("-T", dest="task_args", action="append", default=[], metavar="NAME=VALUE", help="task argument")
    parser.add_argument(
        "-S", dest="solver_args", action="append", default=[], metavar="NAME=VALUE", help="solver argument"
    )
    parser.add_argument("--limit", type=int, help="only the first so many samples")
    add_log_dir(parser, "where logs go")


def run(args: argparse.Namespace) -> int:
    """Run every solver on the task; one log each."""
    from glassbox.harness.engine.run import run as run_directly
    from glassbox.solvers import registry as solvers
    from glassbox.solvers.arithmetic.heads import progress
    from glassbox.tasks import registry as tasks

    make_task = _named(tasks, args.task, "task")
    makers = [_named(solvers, name, "solver") for name in args.solver]
    task_args, solver_args = parsed(args.task_args, "-T"), parsed(args.solver_args, "-S")
    if args.limit is not None and args.limit < 1:
        raise ValueError(f"--limit {args.limit} runs nothing; give at least 1")
    fitting(make_task, task_args)
    for maker in makers:
        fitting(maker, solver_args)
    for name, maker in zip(args.solver, makers, strict=True):
        task = make_task(**task_args)
        with progress() as tick:
            path = run_directly(
                task,
                maker(**solver_args),
                model=args.model or str(task.model),
                task_args=task_args,
                solver_args=solver_args,
                log_dir=args.log_dir,
                limit=args.limit,
                tick=partial(tick, f"{args.task} {name}"),
            )
        print(f"{args.task} {name}: {path}", file=sys.stderr)
    return 0


def _named(registry: Any, name: str, kind: str) -> Any:
    if name not in registry.__all__:
        near = meant(name, registry.__all__)
        raise ValueError(f"unknown {kind} {name!r}; {near}one of {', '.join(registry.__all__)}")
    return getattr(registry, name)
