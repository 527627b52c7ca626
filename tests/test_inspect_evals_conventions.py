"""The conventions of inspect's community: its linter runs clean, its plug-in runs the suite and its assertions hold.

    inspect-evals-lint --all

Rules that are left out stand in pyproject.toml, each with its reason. pytest-inspect-evals would skip slow tests; the
setting `inspect_evals_slow` keeps them in.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from inspect_ai import Task, eval
from pytest_inspect_evals.assertions import assert_eval_success, assert_task_structure, get_metric_value

from glassbox.harness.plugins.registered import registered
from glassbox.solvers.gold import gold
from glassbox.tasks.code_spec import code_suite, phase2, phase3, phase3_plus
from glassbox.tasks.ir_arith import ir_arith, ir_loop, ir_multi_op
from glassbox.tasks.soft_prompt import dcm_arithmetic

# The linter by its own entry. Each of its rules reads every file and walks every tree anew; here both are kept, and 24
# seconds of a core become 10. The collector of garbage would look in vain for trees to drop.
LINT = """
import ast, gc
from functools import cache
gc.disable()
ast.parse = cache(ast.parse)
ast.iter_child_nodes = cache(lambda node, each=ast.iter_child_nodes: tuple(each(node)))
ast.walk = cache(lambda node, each=ast.walk: tuple(each(node)))
from inspect_evals_lint.cli import main
main()
"""
ROOT = Path(__file__).resolve().parents[1]
PACKAGES = {"tasks", "harness", "solvers", "scorers", "studies", "leaderboards", "baselines"}


@pytest.mark.slow
def test_the_linter_of_inspects_evals_finds_nothing_to_mend() -> None:
    command = (sys.executable, "-c", LINT, "--all", "--output-format", "json")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    found = json.loads(done.stdout)
    failed = [
        f"{finding['file']}:{finding['line']} {finding['code']} {finding['message']}"
        for package in found["packages"]
        for finding in package["diagnostics"]
        if finding["status"] == "fail"
    ]
    assert failed == []
    assert (done.returncode, found["passed"]) == (0, True)
    assert {package["name"] for package in found["packages"]} == PACKAGES


def test_the_plug_in_is_loaded_and_its_gates_leave_no_slow_test_out(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.pluginmanager.hasplugin("pytest_inspect_evals")
    assert pytestconfig.getini("inspect_evals_slow") is True


@pytest.mark.parametrize(
    "make", [ir_arith, ir_multi_op, ir_loop, dcm_arithmetic, phase2, phase3, phase3_plus, code_suite]
)
def test_a_task_has_data_solver_and_scorer(make: type[Task]) -> None:
    task = make(n=2)  # type: ignore[call-arg]
    assert_task_structure(task)
    assert len(task.dataset) == 2
    assert task.name in registered("task")


@pytest.mark.parametrize("make", [phase3, code_suite])
def test_the_gold_solver_scores_all_whatever_model_stands_beside_it(make: type[Task], tmp_path: Path) -> None:
    (log,) = eval(
        make(n=2),  # type: ignore[call-arg]
        solver=gold(),
        model="mockllm/model",
        log_dir=str(tmp_path),
        display="none",
    )
    assert_eval_success(log, expected_sample_count=2, expected_metric="accuracy")
    assert get_metric_value(log, "accuracy") == 1
