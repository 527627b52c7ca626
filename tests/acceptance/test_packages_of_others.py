"""Wheels on a path of their own: the example package, a broken plug-in, and folders of a user's own beside them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from inspect_runs import ROOT, environment

from tests.forks import forked

EXAMPLE = ROOT / "examples/glassbox-example"
GLASSBOX = ("-m", "glassbox.harness.cli.main")
NAMES = ("solvers", "tasks", "harness", "scorers", "leaderboards")

# Several commands after one another in one process: what they import is imported once for them all.
COMMANDS = """
import contextlib, io, json, sys
from glassbox.harness.cli.main import main
said = []
for words in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main(words)
    said.append([status, out.getvalue(), err.getvalue()])
print(json.dumps(said))
"""

pytestmark = pytest.mark.slow


def _well(*words: str, cwd: Path, variables: dict[str, str]) -> str:
    done = forked(*words, cwd=cwd, variables=variables).ended()
    assert done.returncode == 0, f"{words}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def _commands(*commands: list[str], cwd: Path, variables: dict[str, str]) -> list[tuple[int, str, str]]:
    """Status, standard output and standard error of each command."""
    found = json.loads(_well("-c", COMMANDS, json.dumps(commands), cwd=cwd, variables=variables))
    return [tuple(one) for one in found]


@pytest.fixture(scope="module")
def packages(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """PYTHONPATH with the example's wheel and ours; what they depend on comes from the environment of the tests."""
    folder = tmp_path_factory.mktemp("others")
    source = shutil.copytree(
        EXAMPLE, folder / "source", ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    )
    target = folder / "site-packages"
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, source)
    subprocess.run(build, cwd=folder, check=True, capture_output=True)
    (example,) = folder.glob("glassbox_example-*.whl")
    install = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile")
    subprocess.run((*install, "--target", target, example), cwd=folder, check=True)
    return f"{target}{os.pathsep}{installed}"


@pytest.fixture(scope="module")
def variables(packages: str, tmp_path_factory: pytest.TempPathFactory, artefacts: Path) -> dict[str, str]:
    """Logs and parts of these tests lie by themselves."""
    return environment(tmp_path_factory.mktemp("logs"), artefacts, PYTHONPATH=packages)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PYTHONPATH that holds an installed package which raises as soon as it is imported."""
    folder = tmp_path_factory.mktemp("broken")
    package, facts = folder / "broken_plugin", folder / "broken_plugin-1.0.dist-info"
    package.mkdir()
    facts.mkdir()
    (package / "__init__.py").write_text('raise RuntimeError("no such luck")\n', encoding="utf-8")
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-plugin\nVersion: 1.0\n", encoding="utf-8")
    (facts / "entry_points.txt").write_text(
        "[inspect_ai]\nbroken_plugin = broken_plugin.registry\n"
        "[glassbox.families]\nbroken_plugin = broken_plugin.family:FAMILY\n"
        "[glassbox.commands]\nbroken = broken_plugin.command\n",
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def logs(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs of the example's probe, by inspect, and of its control, gold and null, by `glassbox eval`."""
    cwd = tmp_path_factory.mktemp("cwd")
    asked = ("glassbox_example/longest_word", "--solver", "glassbox_example/word_probe", "--limit", "60")
    _well("-m", "inspect_ai", "eval", *asked, cwd=cwd, variables=variables)
    solvers = ("word_embeddings", "gold", "null")
    _well(*GLASSBOX, "eval", "longest_word", "--limit", "60", "--solver", *solvers, cwd=cwd, variables=variables)
    return Path(variables["INSPECT_LOG_DIR"])


def test_the_example_stands_on_board_compare_gate_audit_and_report(
    logs: Path, variables: dict[str, str], tmp_path: Path
) -> None:
    commands = (
        ["leaderboard", "--format", "json"],
        ["compare", "word_probe", "word_embeddings"],
        ["bless", "--name", "words", "--folder", ".", "--reason", "a test", "--exact", "gold", "null"],
        ["gate", "--baseline", "words.json", "--run", "--solver", "null", "--log-dir", "again"],
        ["audit", str(logs), "--format", "json"],
        ["report", "--output", "report.html"],
        ["words"],
    )
    done = _commands(*commands, cwd=tmp_path, variables=variables)
    assert [(command, err) for command, (status, _, err) in zip(commands, done, strict=True) if status] == []
    listed, compared, _, gated, audited, _, words = (out for _, out, _ in done)
    rows = {row["solver"].rpartition("/")[2]: row for row in json.loads(listed)["records"]}
    assert rows["gold"]["picked"]["value"] == 1
    assert rows["null"]["picked"]["value"] == 0
    assert rows["word_probe"]["picked"]["low"] > rows["word_embeddings"]["picked"]["high"]
    assert {name for name, row in rows.items() if row["control"]} == {"gold", "null", "word_embeddings"}
    assert "picked" in compared
    assert "gate" in gated
    assert json.loads(audited)["records"] is not None
    assert "word_probe" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "vokin rekeseriv tit pigepi -> rekeseriv" in words


def test_a_broken_plug_in_costs_one_line_that_names_it(
    logs: Path, broken: Path, variables: dict[str, str], tmp_path: Path
) -> None:
    beside = {**variables, "PYTHONPATH": f"{broken}{os.pathsep}{variables['PYTHONPATH']}"}
    for command in (["list", "solvers"], ["leaderboard"]):
        done = forked(*GLASSBOX, *command, cwd=tmp_path, variables=beside).ended()
        assert done.returncode == 0, done.stderr
        assert [line for line in done.stderr.splitlines() if "no such luck" in line] == [
            line for line in done.stderr.splitlines() if "broken-plugin is left out" in line
        ]
        assert done.stderr.count("no such luck") == 1
    every = (
        ["eval", "ir_arith", "--solver", "gold", "-T", "n=3", "--log-dir", "others"],
        ["compare", "word_probe", "word_embeddings"],
        ["audit", str(logs)],
        ["report", "--output", "report.html"],
        ["claims", "--no-record", "--seed", "000", "--format", "csv"],
    )
    said = _commands(*every, cwd=tmp_path, variables=beside)
    assert [status for status, _, _ in said] == [0] * len(every)
    assert sum(err.count("no such luck") for _, _, err in said) == 1
    asked = forked(*GLASSBOX, "broken", cwd=tmp_path, variables=beside).ended()
    assert asked.returncode == 2
    assert "broken-plugin" in asked.stderr


def test_folders_of_a_users_own_names_stand_beside_the_wheel(variables: dict[str, str], tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text('raise RuntimeError("mine")\n', encoding="utf-8")
    (tmp_path / "registry.py").write_text('raise RuntimeError("mine")\n', encoding="utf-8")
    path = f".{os.pathsep}{variables['PYTHONPATH']}"
    beside = {**variables, "PYTHONPATH": path, "INSPECT_LOG_DIR": str(tmp_path / "logs")}
    assert "ir_head  (glassbox)" in _well(*GLASSBOX, "list", "solvers", cwd=tmp_path, variables=beside)
    asked = ("glassbox/ir_arith", "--solver", "glassbox/ir_head", "--limit", "3")
    _well("-m", "inspect_ai", "eval", *asked, cwd=tmp_path, variables=beside)
    assert len(list((tmp_path / "logs").glob("*.eval"))) == 1
