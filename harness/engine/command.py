"""`glassbox eval`: run tasks and solvers in batches and log them as inspect would.

glassbox eval ir_arith --solver ir_head
glassbox eval ir_arith --solver ir_head --model open/smol -M adapter=runs/adapters/words
glassbox eval ir_arith --solver ir_head regex_pipeline gold -T split=word_problems --limit 200
"""

from __future__ import annotations

import argparse
import sys

from glassbox.harness.cli.arguments import fitting, parsed
from glassbox.harness.records.reading import add_log_dir

HELP = "run solvers on a task in batches, logged as inspect would"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments as `inspect eval` names them."""
    parser.add_argument("task", help="task name, such as ir_arith")
    parser.add_argument("--solver", nargs="+", required=True, metavar="NAME", help="one or more solvers, run in turn")
    parser.add_argument("--model", help="open/NAME_OR_PATH; the task's own model by default")
    parser.add_argument("-T", dest="task_args", action="append", default=[], metavar="NAME=VALUE", help="task argument")
    parser.add_argument(
        "-S", dest="solver_args", action="append", default=[], metavar="NAME=VALUE", help="solver argument"
    )
    parser.add_argument(
        "-M", dest="model_args", action="append", default=[], metavar="NAME=VALUE", help="model argument"
    )
    parser.add_argument("--limit", type=int, help="only the first so many samples")
    add_log_dir(parser, "where logs go")


def run(args: argparse.Namespace) -> int:
    """Run every solver on the task; one log each."""
    from glassbox.harness.cli.progress import progress
    from glassbox.harness.engine.make import make_run
    from glassbox.harness.plugins.registered import find

    task = find("task", args.task)
    solvers = [find("solver", name) for name in args.solver]
    task_args, solver_args = parsed(args.task_args, "-T"), parsed(args.solver_args, "-S")
    model_args = parsed(args.model_args, "-M")
    if args.limit is not None and args.limit < 1:
        raise ValueError(f"--limit {args.limit} runs nothing; give at least 1")
    if args.model is not None and "/" not in args.model:
        raise ValueError(f"--model {args.model} names no provider; did you mean open/{args.model}?")
    fitting(task.make, task_args)
    for solver in solvers:
        fitting(solver.make, solver_args)
    for solver in solvers:
        with progress() as tick:
            path = make_run(
                task,
                solver,
                model=args.model,
                task_args=task_args,
                solver_args=solver_args,
                model_args=model_args,
                log_dir=args.log_dir,
                limit=args.limit,
                tick=tick,
            )
        print(f"{task.name} {solver.name}: {path}", file=sys.stderr)
    return 0
