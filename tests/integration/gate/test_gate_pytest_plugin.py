"""The fixture `gate` in a user's tests, by pytest's own means of testing plug-ins: pass, fail with the reason, idle."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from gate_runs import again, blessed, degraded, logged

pytest_plugins = ["pytester"]

N = 120
ROOT = Path(__file__).resolve().parents[3]
MODULE = "leaderboards.gate.pytest_plugin"
# Loaded by name, whether or not the entry point of an installed copy is known.
LOADED = ("-p", "no:glassbox", "-p", MODULE, "-p", "no:cacheprovider", "-p", "no:randomly")


@pytest.fixture(scope="module")
def gold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return logged("gold", tmp_path_factory.mktemp("gold"), N)


@pytest.fixture
def base(gold: Path, tmp_path: Path, capsys: Any) -> Path:
    """A baseline of gold on 120 questions."""
    return blessed(capsys, tmp_path, gold)


def test_a_row_that_comes_out_as_blessed_passes_and_is_run_once(pytester: pytest.Pytester, base: Path) -> None:
    pytester.makepyfile(
        """
        def test_still_right(gate):
            gate("ir_arith", "gold").no_regression()

        def test_with_another_margin(gate):
            gate("ir_arith", "gold").no_regression(margin=3, alpha=0.05)
            assert gate("ir_arith", "gold").report().n == 120
        """
    )
    logs = pytester.path / "kept"
    found = pytester.runpytest_inprocess(*LOADED, "--glassbox-baseline", base, "--glassbox-log-dir", logs)
    found.assert_outcomes(passed=2)
    assert len(list(logs.glob("*.json"))) == 1


def test_a_regression_fails_with_the_reason_in_one_line(
    pytester: pytest.Pytester, base: Path, gold: Path, tmp_path: Path
) -> None:
    worse = degraded(gold, tmp_path / "worse", range(12))
    pytester.makepyfile(f"def test_it(gate):\n    gate('ir_arith', 'gold', logs={str(worse)!r}).no_regression()\n")
    pytester.makeini(f"[pytest]\nglassbox_baseline = {base}\n")
    found = pytester.runpytest_inprocess(*LOADED)
    found.assert_outcomes(failed=1)
    lines = [line for line in found.outlines if "regression: lost 10 points (100.0 to 90.0 %" in line]
    assert lines[0].startswith("ir_arith held_out_both n=120 · gold: regression: lost 10 points")
    assert "lost 12 and gained 0 of 120" in lines[0]
    assert "judging.py" not in found.stdout.str()


def test_an_undecided_comparison_fails_unless_it_is_allowed(
    pytester: pytest.Pytester, base: Path, gold: Path, tmp_path: Path
) -> None:
    same = again(gold, tmp_path / "again")
    pytester.makepyfile(
        f"""
        LOGS = {str(same)!r}

        def test_strict(gate):
            gate("ir_arith", "gold", limit=20).no_regression()

        def test_lenient(gate):
            gate("ir_arith", "gold", limit=20).no_regression(allow_inconclusive=True)

        def test_wide(gate):
            gate("ir_arith", "gold", limit=20).no_regression(margin=15)

        def test_other_data_fails_even_so(gate):
            gate("ir_arith", "gold", logs=LOGS, model="open/other").no_regression(allow_inconclusive=True)
        """
    )
    found = pytester.runpytest_inprocess(*LOADED, "--glassbox-baseline", base)
    found.assert_outcomes(passed=2, failed=2)
    found.stdout.fnmatch_lines(["*inconclusive: a loss of 5 points is not ruled out: 0 found, 13.9 possible, n = 20*"])
    found.stdout.fnmatch_lines(["*not comparable: no log is of gold on ir_arith * with open/other*"])


def test_a_missing_baseline_row_or_margin_is_named(pytester: pytest.Pytester, base: Path) -> None:
    pytester.makepyfile(
        f"""
        def test_none(gate):
            gate("ir_arith", "gold")

        def test_no_row(gate):
            gate("ir_arith", "ir_head", baseline={str(base)!r})

        def test_no_file(gate):
            gate("ir_arith", "ir_head", baseline="nowhere.json")

        def test_no_margin(gate):
            gate("ir_arith", "gold", baseline={str(base)!r}).no_regression(margin=0)
        """
    )
    found = pytester.runpytest_inprocess(*LOADED)
    found.assert_outcomes(failed=4)
    for line in (
        "gate needs a baseline: --glassbox-baseline FILE, or glassbox_baseline in the ini",
        "baseline base has 0 rows of ir_arith and ir_head; choose from ir_arith held_out_both n=120 · gold",
        "there is no baseline nowhere.json; make one with glassbox bless --name NAME --reason ...",
        "margin 0 is outside (0, 100); 5 allows no loss of 5 points unseen",
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
