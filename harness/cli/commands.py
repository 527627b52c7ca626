"""The subcommands of `glassbox`: entry points of the group `glassbox.commands`, of this package and of others.

A command is a module. It says what it is for in `HELP` and offers `add_arguments(parser)` and `run(args) -> int` (the
exit status), or `hand_over(arguments) -> int` where the whole line belongs to another program. It is imported when it
is asked for: `glassbox --help` imports neither torch nor inspect, nor any plug-in.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
from collections.abc import Sequence
from functools import partial
from importlib.metadata import EntryPoint
from pathlib import Path

from glassbox.harness.cli.parser import Parser
from glassbox.harness.plugins.entries import broken, entries, is_ours

GROUP = "glassbox.commands"
Prepared = partial[int]
"""Runs the command; `args[0]` is what was read of its line."""


def commands() -> dict[str, EntryPoint]:
    """Every command by name, ours first."""
    return {entry.name: entry for entry in entries(GROUP)}


def about(entry: EntryPoint) -> str:
    """What a command is for, read from its file without running it; who brings it, for a plug-in's."""
    said = _help_in(entry.module)
    package = entry.dist.name if entry.dist else entry.module
    return said if is_ours(entry) else f"{said} (from {package})".strip()


def prepared(name: str, arguments: Sequence[str]) -> Prepared:
    """The command with its arguments read; argparse itself ends the process on a usage error.

    Raises:
      ValueError: The command is a plug-in that cannot be loaded.
    """
    entry = commands()[name]
    try:
        module = entry.load()
    except Exception as error:  # a plug-in may fail in any way
        if is_ours(entry):
            raise
        raise ValueError(broken(entry, error)) from error
    if hasattr(module, "hand_over"):
        return partial(module.hand_over, list(arguments))
    parser = Parser(prog=f"glassbox {name}", description=about(entry))
    add_debug(parser)
    module.add_arguments(parser)
    return partial(module.run, parser.parse_args(arguments))


def add_debug(parser: argparse.ArgumentParser) -> None:
    """Declare `--debug` for the help; it may stand anywhere, and `main` takes it out before a command is parsed."""
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")


def _help_in(module: str) -> str:
    """The text of `HELP` in a module's file, else the first line of its docstring; empty where there is no such file.

    The packages around it are not imported either.
    """
    top, *inner = module.split(".")
    found = importlib.util.find_spec(top)
    folder = Path(*(found.submodule_search_locations or [""])[:1], *inner) if found else Path()
    path = next((one for one in (folder.with_suffix(".py"), folder / "__init__.py") if one.is_file()), None)
    if path is None:
        return ""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "HELP":
            return str(ast.literal_eval(node.value))
    return (ast.get_docstring(tree) or "").partition("\n")[0]
