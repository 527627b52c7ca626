"""Imports go one way: each room knows those below it, and the engine none but itself, not even by name."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

from glassbox.harness.cli.commands import about, commands

ROOT = Path(__file__).resolve().parents[3]
BELOW: dict[str, set[str]] = {
    "harness": set(),
    "scorers": {"harness"},
    "solvers": {"harness", "scorers"},
    "leaderboards": {"harness"},
    "baselines": {"harness"},
    "tasks": {"harness", "scorers", "solvers"},
    "studies": {"harness", "scorers", "solvers", "tasks", "leaderboards"},
}
NAMED = re.compile(rf"(?:glassbox[./])?(?:{'|'.join(BELOW)})[./][a-z_./]+(?::\w+)?")


def _imported(path: Path) -> list[tuple[int, str]]:
    """Line and module of every import statement, those inside functions and type-checking blocks included."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute here"
            module = node.module or ""
            whole = [f"glassbox.{alias.name}" for alias in node.names] if module == "glassbox" else [module]
            found += [(node.lineno, each) for each in whole]
    return found


def _named(path: Path) -> list[tuple[int, str]]:
    """Line and text of every string that is the name of one of our modules or files."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    constants = [node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [(node.lineno, str(node.value)) for node in constants if NAMED.fullmatch(str(node.value))]


@pytest.mark.parametrize("room", BELOW)
def test_a_room_imports_only_what_lies_below_it(room: str) -> None:
    files = sorted((ROOT / room).rglob("*.py"))
    assert len(files) > 5
    trespasses = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in files
        for line, module in _imported(path)
        if module.startswith("glassbox.") and module.split(".")[1] not in {room, *BELOW[room]}
    ]
    assert trespasses == []


def test_the_engine_names_no_room_that_is_built_on_it() -> None:
    named = [
        f"{path.relative_to(ROOT)}:{line} names {text}"
        for path in sorted((ROOT / "harness").rglob("*.py"))
        for line, text in _named(path)
        if re.split(r"[./]", re.sub(r"^glassbox[./]", "", text))[0] != "harness"
    ]
    assert named == []


@pytest.mark.parametrize("name", commands())
def test_a_command_is_a_module_with_arguments_and_run(name: str) -> None:
    module = importlib.import_module(commands()[name].module)
    assert about(commands()[name]) == module.HELP
    assert callable(getattr(module, "hand_over", None) or (module.add_arguments and module.run))
