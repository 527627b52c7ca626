"""The fixture `gate` in a user's tests, by pytest's own means of testing plug-ins: pass, fail with the reason, idle."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest
from gate_runs import again, degraded, logged

from glassbox.harness.cli.main import main
from tests.forks import forked

pytest_plugins = ["pytester"]

N = 120
ROOT = Path(__file__).resolve().parents[3]
MODULE = "glassbox.leaderboards.gate.pytest_plugin"
# Loaded by name, whether or not the entry point of an installed copy is known.
LOADED = ("-p", "no:glassbox", "-p", MODULE, "-p", "no:cacheprovider")
Results = dict[str, str]

TESTS = """
def test_still_right(gate):
    gate("ir_arith", "gold").no_regression()

def test_with_another_margin_on_the_same_run(gate):
    gate("ir_arith", "gold").no_regression(margin=3, alpha=0.05)
    assert gate("ir_arith", "gold").report().n == 120

def test_worse(gate):
    gate("ir_arith", "gold", logs={worse!r}).no_regression()

def test_few(gate):
    gate("ir_arith", "gold", limit=20).no_regression()

def test_few_allowed(gate):
    gate("ir_arith", "gold", limit=20).no_regression(allow_inconclusive=True)

def test_few_with_a_wide_margin(gate):
    gate("ir_arith", "gold", limit=20).no_regression(margin=15)

def test_another_model(gate):
    gate("ir_arith", "gold", logs={same!r}, model="open/other").no_regression(allow_inconclusive=True)

def test_no_margin(gate):
    gate("ir_arith", "gold").no_regression(margin=0)
"""


@pytest.fixture(scope="module")
def gold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """gold on 120 questions."""
    return logged("gold", tmp_path_factory.mktemp("gold"), N)


@pytest.fixture(scope="module")
def base(gold: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A baseline of it."""
    folder = tmp_path_factory.mktemp("base")
    assert main(["bless", str(gold), "--name", "base", "--folder", str(folder), "--reason", "a test"]) == 0
    return folder / "base.json"


@pytest.fixture(scope="module")
def users(gold: Path, base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, int, str]:
    """A user's tests in a process of their own: messages of their failures, how many runs were logged, its words."""
    folder = tmp_path_factory.mktemp("users")
    paths = {"worse": str(degraded(gold, folder / "w", range(12))), "same": str(again(gold, folder / "s"))}
    (folder / "test_mine.py").write_text(TESTS.format(**paths), encoding="utf-8")
    (folder / "pytest.ini").write_text(f"[pytest]\nglassbox_baseline = {base}\n", encoding="utf-8")
    options = (*LOADED, "--glassbox-log-dir", str(folder / "kept"), "--junitxml", str(folder / "found.xml"))
    done = forked("-m", "pytest", *options, str(folder), cwd=folder, variables=os.environ).ended()
    assert done.returncode == 1, done.stdout + done.stderr
    cases = ElementTree.parse(folder / "found.xml").iter("testcase")
    failures = {str(case.get("name")): case.find("failure") for case in cases}
    found = {name: "" if fault is None else str(fault.get("message")) for name, fault in failures.items()}
    return found, len(list((folder / "kept").glob("*.json"))), done.stdout


def test_a_row_that_comes_out_as_blessed_passes_and_is_run_once(users: tuple[Results, int, str]) -> None:
    found, runs, _ = users
    assert found["test_still_right"] == found["test_with_another_margin_on_the_same_run"] == ""
    assert runs == 2  # one of all samples and one of 20, whatever the margin


def test_a_regression_fails_with_the_reason_in_one_line(users: tuple[Results, int, str]) -> None:
    found, _, said = users
    line = found["test_worse"]
    assert line.startswith("Failed: ir_arith held_out_both n=120 · gold: regression: lost 10 points (100.0 to 90.0 %")
    assert "lost 12 and gained 0 of 120" in line
    assert "\n" not in line
    assert "judging.py" not in said
    assert "pytest_plugin.py" not in said


def test_an_undecided_comparison_fails_unless_it_is_allowed(users: tuple[Results, int, str]) -> None:
    found = users[0]
    assert "inconclusive: a loss of 5 points is not ruled out: 0 found, 13.9 possible, n = 20;" in found["test_few"]
    assert found["test_few_allowed"] == found["test_few_with_a_wide_margin"] == ""
    assert "not comparable: no log is of gold on ir_arith " in found["test_another_model"]


def test_a_margin_that_is_none_is_named(users: tuple[Results, int, str]) -> None:
    expected = "Failed: margin 0 is outside (0, 100); 5 allows no loss of 5 points unseen"
    assert users[0]["test_no_margin"] == expected


def test_a_missing_baseline_or_row_is_named(pytester: pytest.Pytester, base: Path) -> None:
    pytester.makepyfile(
        f"""
        def test_none(gate):
            gate("ir_arith", "gold")

        def test_no_row(gate):
            gate("ir_arith", "ir_head", baseline={str(base)!r})

        def test_no_file(gate):
            gate("ir_arith", "ir_head", baseline="nowhere.json")
        """
    )
    found = pytester.runpytest_subprocess(*LOADED)
    found.assert_outcomes(failed=3)
    for line in (
        "gate needs a baseline: --glassbox-baseline FILE, or glassbox_baseline in the ini",
        "baseline base has 0 rows of ir_arith and ir_head; choose from ir_arith held_out_both n=120 · gold",
        "there is no baseline nowhere.json; make one with glassbox bless --name NAME --reason ...",
    ):
        assert line in found.outlines


def test_a_test_suite_that_does_not_ask_for_it_pays_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(
        "import sys\n\ndef test_it():\n    heavy = {'torch', 'inspect_ai', 'numpy', 'scipy', 'pydantic', 'rich'}\n"
        "    assert not heavy & set(sys.modules)\n",
        encoding="utf-8",
    )
    command: list[str | Path] = [sys.executable, "-m", "pytest", "-q", "-p", MODULE, "--rootdir", tmp_path, tmp_path]
    environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT), "PATH": ""}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_pytest_finds_the_plug_in_by_its_entry_point() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"glassbox": MODULE}
