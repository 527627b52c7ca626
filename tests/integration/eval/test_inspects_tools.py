"""Inspect's own tools work on our logs, and our controls on tasks of others: an arithmetic one, and any text."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from eval_runs import metric, run
from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.log import read_eval_log
from inspect_ai.scorer import match
from inspect_ai.solver import Solver

from glassbox.harness.engine.run import run as run_directly
from glassbox.scorers.ir import ir_scorers
from glassbox.solvers.gold import gold
from glassbox.solvers.ir_head import ir_head
from glassbox.solvers.null import null
from glassbox.solvers.regex_only import regex_only
from glassbox.tasks.ir_arith import ir_arith
from tests.forks import forked

PARTS = ("operation", "first_operand", "second_operand", "program")


@task
def apples() -> Task:
    """Somebody else's arithmetic: it knows nothing of ours but the scorers and the name `program`."""
    return Task(
        dataset=[
            Sample("What is 12 plus 30?", target="42", metadata={"program": "12 + 30"}),
            Sample("Subtract 49 from 69.", target="20", metadata={"program": "69 - 49"}),
        ],
        scorer=ir_scorers(),
    )


@task
def capitals() -> Task:
    """Somebody else's text."""
    return Task(dataset=[Sample("Capital of France?", target="Paris")], scorer=match())


@pytest.mark.parametrize("by", ["glassbox eval", "inspect eval"])
def test_inspect_scores_our_logs_again_with_the_same_result(by: str, tmp_path: Path) -> None:
    if by == "glassbox eval":
        path = run_directly(
            ir_arith(n=8), regex_only(), model="open/arith", task_args={"n": 8}, solver_args={}, log_dir=tmp_path
        )
    else:
        path = Path(run(ir_arith, regex_only(), tmp_path, limit=8, model="open/arith").location)
    before = read_eval_log(str(path))
    command = ("-m", "inspect_ai", "score", str(path), "--action", "overwrite", "--overwrite")
    done = forked(*command, cwd=tmp_path, variables=os.environ).ended()
    assert done.returncode == 0, done.stdout + done.stderr
    after = read_eval_log(str(path))
    assert [scorer.name for scorer in after.eval.scorers or []] == [
        "semantic",
        "structural",
        "expressible",
        "reading",
        "parse_failure",
        "cost",
    ]
    for name in ("semantic", "structural", *PARTS):
        assert metric(after, name) == metric(before, name), name


@pytest.mark.parametrize(("solver", "right"), [(gold(), 1.0), (null(), 0.0), (regex_only(), 1.0)])
def test_an_arithmetic_task_of_others_is_served_by_its_program(solver: Solver, right: float, tmp_path: Path) -> None:
    log = run(apples, solver, tmp_path, model="open/arith")
    assert metric(log, "semantic") == right


def test_a_head_reads_an_arithmetic_task_of_others(tmp_path: Path) -> None:
    log = run(apples, ir_head(), tmp_path, model="open/arith")
    assert [metric(log, part) for part in PARTS] == [1.0] * 4


@pytest.mark.parametrize(("solver", "right"), [(gold(), 1.0), (null(), 0.0)])
def test_gold_and_null_answer_any_text_task(solver: Solver, right: float, tmp_path: Path) -> None:
    log = run(capitals, solver, tmp_path, model="open/arith")
    assert metric(log, "match") == right
