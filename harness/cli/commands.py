"""The subcommands of `glassbox`: name, module and one line of help. A new command is one line here.

Modules are named as text and imported only when their command is asked for: the engine imports nothing of the rooms
built on it, and `glassbox --help` imports neither torch nor inspect.

A module offers `add_arguments(parser)` and `run(args) -> int` (the exit status).
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Run = Callable[[argparse.Namespace], int]


@dataclass(frozen=True, slots=True)
class Command:
    """Where a subcommand lives and what it is for."""

    module: str
    help: str


COMMANDS: dict[str, Command] = {
    "leaderboard": Command(
        "glassbox.leaderboards.command", "rank solvers from the inspect logs, controls below a line"
    ),
    "compare": Command(
        "glassbox.leaderboards.compare.command", "compare two runs by sample: difference, interval, power, cost"
    ),
    "gate": Command(
        "glassbox.leaderboards.gate.command", "has a run lost against a blessed one? exit 0 no, 1 yes, 2 unclear"
    ),
    "bless": Command("glassbox.leaderboards.gate.bless_command", "make results the ones that later runs are held to"),
    "audit": Command(
        "glassbox.harness.audit.command", "look for what voids a measurement: leaks, dead settings, label shifts"
    ),
    "claims": Command(
        "glassbox.leaderboards.claims.command", "the seeds' claims: reported by origins, measured here, verdicts"
    ),
    "report": Command(
        "glassbox.leaderboards.report.command", "write one HTML page: boards, curves, trade-offs, claims, logs"
    ),
    "eval": Command("glassbox.harness.engine.command", "run solvers on a task in batches, logged as inspect would"),
    "fit": Command("glassbox.solvers.arithmetic.fit_command", "fit the default heads of a model ahead of any run"),
    "questions": Command("glassbox.studies.questions_command", "answer the seed's key questions with tables and plots"),
    "prompt-questions": Command(
        "glassbox.studies.prompt_questions.command", "measure what found soft prompts are like"
    ),
    "stages": Command("glassbox.studies.stages.command", "run the seed's staged soft-prompt experiment with its gates"),
    "suites": Command(
        "glassbox.tasks.code.command", "measure the code suites: references, wrong programs, mutants killed"
    ),
    "models": Command("glassbox.baselines.models.command", "list, train, describe and re-measure the reference models"),
    "doctor": Command(
        "glassbox.harness.cli.doctor", "check this installation: versions, device, models, the IR machine"
    ),
}


def parse_command(name: str, arguments: Sequence[str]) -> tuple[Run, argparse.Namespace]:
    """Import the module of `name` and parse its arguments; argparse itself ends the process on a usage error."""
    command = COMMANDS[name]
    module = importlib.import_module(command.module)
    run: Run = module.run
    parser = _parser(f"glassbox {name}", command)
    module.add_arguments(parser)
    return run, parser.parse_args(arguments)


def _parser(program: str, command: Command) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=program, description=command.help)
    add_debug(parser)
    return parser


def add_debug(parser: argparse.ArgumentParser) -> None:
    """Declare `--debug` for the help; it may stand anywhere, and `main` takes it out before a command is parsed."""
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
