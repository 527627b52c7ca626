"""The engine knows nothing of the rooms built on it, and the command table leads somewhere."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

from glassbox.harness.cli.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[3]
ROOMS = frozenset({"tasks", "solvers", "scorers", "leaderboards", "baselines", "tests"})


def _imported(path: Path) -> list[tuple[int, str]]:
    """Line and module of every import statement, those inside functions and type-checking blocks included."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute here"
            found.append((node.lineno, node.module or ""))
    return found


def test_harness_imports_nothing_of_the_rooms_built_on_it() -> None:
    files = sorted((ROOT / "harness").rglob("*.py"))
    assert len(files) > 20
    trespasses = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in files
        for line, module in _imported(path)
        if module.partition(".")[0] in ROOMS
    ]
    assert trespasses == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_a_module_with_arguments_and_run(name: str) -> None:
    module = importlib.import_module(COMMANDS[name].module)
    assert callable(module.run)
    assert callable(module.add_arguments)
