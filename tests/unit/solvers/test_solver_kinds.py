"""One control for two kinds of samples, and what a direct run says of programs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from inspect_ai.model import ModelName
from inspect_ai.scorer import Target
from inspect_ai.solver import Generate, Solver, TaskState

from glassbox.harness.code.completion import read_program
from glassbox.harness.code.question import CodeQuestion
from glassbox.harness.engine.run import CannotRun, run
from glassbox.harness.engine.serving import answering_of
from glassbox.harness.records.attempt import Attempt
from glassbox.solvers.code_direct import FORM, code_direct
from glassbox.solvers.gold import gold
from glassbox.solvers.null import null
from glassbox.tasks.code_spec import phase3

QUESTION = CodeQuestion(entry_point="f", tests=("assert f(1) == '```'",), reference="def f(x):\n    return '```'\n")


async def unused(state: TaskState, *_: object, **__: object) -> TaskState:
    raise AssertionError("no model may be called")


def solved(solver: Solver, metadata: dict[str, object], target: str = "", generate: Generate = unused) -> TaskState:
    state = TaskState(ModelName("none/none"), "s", 1, "What is 2 plus 3?", [], Target(target), metadata=metadata)
    return asyncio.run(solver(state, generate))


def test_gold_writes_the_reference_as_a_model_would_and_null_writes_nothing() -> None:
    metadata: dict[str, object] = {"code": QUESTION.as_metadata()}
    assert read_program(solved(gold(), metadata).output.completion, "f").code == QUESTION.reference
    assert solved(null(), metadata).output.completion == ""


def test_the_same_gold_still_runs_an_arithmetic_program() -> None:
    metadata: dict[str, object] = {"program": "2 + 3", "origin": {"family": "single"}}
    assert Attempt.of(solved(gold(), metadata, "5")).value == 5


def test_a_question_without_a_reference_is_refused_by_name() -> None:
    question = QUESTION.model_copy(update={"reference": None})
    with pytest.raises(LookupError, match="f has no reference program; gold cannot answer it"):
        solved(gold(), {"code": question.as_metadata()})


def test_code_direct_says_the_form_first_and_calls_the_model_once() -> None:
    calls: list[list[str]] = []

    async def generate(state: TaskState, *_: object, **__: object) -> TaskState:
        calls.append([message.text for message in state.messages])
        return state

    solved(code_direct(), {}, generate=generate)
    solved(code_direct(form=""), {}, generate=generate)
    assert calls == [[FORM], []]


@pytest.mark.parametrize("control", [gold, null])
def test_a_direct_run_names_the_way_to_run_programs(control: type[Solver], tmp_path: Path) -> None:
    made = control()
    assert answering_of(made) is not None
    with pytest.raises(CannotRun, match="phase3 has samples of the kind code, which run only inside inspect"):
        run(phase3(), made, model="none/none", task_args={}, solver_args={}, log_dir=tmp_path)
    assert list(tmp_path.iterdir()) == []
