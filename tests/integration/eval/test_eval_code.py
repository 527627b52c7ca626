"""Code tasks through inspect's own `eval`: the controls on every suite, epochs, and what the log's header holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eval_runs import failed, metric, run
from inspect_ai.log import EvalLog
from inspect_ai.model import ModelOutput
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.harness.code.completion import fenced
from glassbox.harness.code.question import CodeQuestion
from glassbox.harness.lm.fetch import fetched
from glassbox.harness.records.frames import load_logs, samples_frame
from glassbox.scorers.code import code_scorers
from glassbox.scorers.judging import JUDGING
from glassbox.solvers.code_direct import code_direct
from glassbox.solvers.gold import gold
from glassbox.solvers.null import null
from glassbox.solvers.regex_only import regex_only
from glassbox.tasks.code.suite import load_suite
from glassbox.tasks.code_spec import VERSION, code_suite, humaneval, humaneval_plus, mbpp, phase2, phase3, phase3_plus
from glassbox.tasks.ir_arith import ir_arith

SharedPath = Callable[[str], Path]
PLUS = sum(len(task.cases) for task in load_suite("phase3_plus"))
SUITES: dict[Callable[..., Any], tuple[int, int]] = {phase2: (10, 51), phase3: (18, 88), phase3_plus: (18, PLUS)}


def counted(log: EvalLog, score: str) -> dict[str, float]:
    """All metrics of a score, of the reduced and the unreduced view."""
    assert log.results is not None
    found = [one.metrics for one in log.results.scores if one.name == score]
    return {name: value.value for metrics in found for name, value in metrics.items()}


@solver
def in_turn(*programs: str) -> Solver:
    """Answers each epoch with the next program; stands for a model that is right now and then."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        written = programs[(state.epoch - 1) % len(programs)]
        code = CodeQuestion.of(state.metadata).reference if written == "reference" else written
        state.output = ModelOutput.from_content(str(state.model), fenced(code or ""))
        return state

    return solve


@pytest.mark.parametrize("suite", SUITES)
def test_gold_passes_every_case_of_a_suite_and_null_none(suite: Callable[..., Any], tmp_path: Path) -> None:
    tasks, cases = SUITES[suite]
    model = "open/smol" if fetched("smol") else "none/none"
    right = run(suite, gold(), tmp_path)
    assert (metric(right, "passed"), metric(right, "passed", "n")) == (1, tasks)
    assert counted(right, "outcome") == {"pass": tasks}
    assert counted(right, "cases_passed") == {"mean": 1, "n": tasks, "cases": cases, "cases_right": cases}
    nothing = run(suite, null(), tmp_path)
    assert (metric(nothing, "passed"), metric(nothing, "passed", "n")) == (0, tasks)
    assert counted(nothing, "outcome") == {"parse": tasks}
    assert counted(nothing, "cases_passed")["cases_right"] == 0
    assert (right.eval.model, right.eval.task_version) == (model, VERSION)
    assert not JUDGING.open, "the pool is closed with the run"


def test_gold_passes_the_code_suite_in_every_category_and_complexity(tmp_path: Path) -> None:
    log = run(code_suite, gold(), tmp_path)
    found = counted(log, "passed")
    groups = {name: value for name, value in found.items() if f"{name}:n" in found}
    assert len(groups) == 7 + 4
    assert set(groups.values()) == {1}
    assert found["n"] >= 60
    assert sum(found[f"{name}:n"] for name in ("easy", "medium", "medium_hard", "hard")) == found["n"]


def test_results_stand_with_and_without_the_flagged_tasks(tmp_path: Path) -> None:
    found = counted(run(phase3, gold(), tmp_path), "passed")
    flags = ("spec-conflict", "under-specified", "hidden-requirement", "unflagged")
    assert [found[f"{flag}:n"] for flag in flags] == [1, 2, 1, 14]
    without = run(phase3, gold(), tmp_path, task_args={"leave_out": ",".join(flags[:3])})
    assert metric(without, "passed", "n") == 14
    assert set(counted(without, "passed")) & set(flags) == set()


def test_epochs_give_pass_at_k_in_the_header_and_on_inspects_own_reducers(tmp_path: Path) -> None:
    """One epoch in four is right on every sample, so that pass@2 is 1 - (3 over 2) / (4 over 2) = 1/2."""
    from inspect_ai import Epochs, eval

    answers = in_turn("reference", "def nothing(): ...", "x = (", "")
    settings: dict[str, Any] = {"solver": answers, "log_dir": str(tmp_path), "display": "none"}
    (log,) = eval(phase3(n=3), epochs=4, **settings)
    found = counted(log, "passed")
    assert (found["accuracy"], found["n"]) == (0.25, 3)
    assert [found[f"pass@{k}"] for k in (1, 2, 4)] == pytest.approx([0.25, 0.5, 1])
    assert found["pass@2:low"] < 0.5 < found["pass@2:high"]
    assert counted(log, "outcome") == {"pass": 3, "runtime": 3, "syntax": 3, "parse": 3}
    (reduced,) = eval(phase3(n=3), epochs=Epochs(4, "pass_at_2"), **settings)
    assert metric(reduced, "passed") == pytest.approx(0.5)


def test_humaneval_and_mbpp_run_from_their_official_files(shared_data: SharedPath, tmp_path: Path) -> None:
    for task, path in ((humaneval, "humaneval/HumanEval.jsonl.gz"), (mbpp, "mbpp/mbpp.jsonl")):
        arguments = {"path": str(shared_data(path)), "n": 20, "seed": 1}
        assert metric(run(task, gold(), tmp_path, task_args=arguments), "passed") == 1
        assert metric(run(task, null(), tmp_path, task_args=arguments), "passed") == 0


def test_humaneval_plus_runs_on_its_base_inputs(shared_data: SharedPath, tmp_path: Path) -> None:
    arguments = {"path": str(shared_data("humaneval/HumanEvalPlus.jsonl.gz")), "plus": False}
    log = run(humaneval_plus, gold(), tmp_path, task_args=arguments)
    assert (metric(log, "passed"), metric(log, "passed", "n")) == (1, 164)
    assert counted(log, "cases_passed")["cases"] == 1570
    assert log.eval.metadata is not None
    assert (log.eval.metadata["split"], log.eval.metadata["left_out"]) == ("base", {})


def test_a_body_that_continues_the_prompt_passes_as_the_official_format_has_it(
    shared_data: SharedPath, tmp_path: Path
) -> None:
    @solver
    def continuing() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            question = CodeQuestion.of(state.metadata)
            body = (question.reference or "").removeprefix(question.stub)
            state.output = ModelOutput.from_content(str(state.model), body)
            return state

        return solve

    arguments = {"path": str(shared_data("humaneval/HumanEval.jsonl.gz")), "n": 40, "seed": 0}
    assert metric(run(humaneval, continuing(), tmp_path, task_args=arguments), "passed") == 1


def test_the_log_alone_tells_what_was_written_and_what_came_of_every_case(tmp_path: Path) -> None:
    run(phase3, in_turn("def get_grade(score):\n    return 'A'\n"), tmp_path, task_args={"n": 1})
    (record,) = load_logs(tmp_path)
    assert record.metric("passed", "accuracy") == 0
    assert record.metric("outcome", "wrong") == 1
    (row,) = samples_frame(record).to_dict("records")
    assert (row["score_passed"], row["score_outcome"], row["passed_cases_passed"]) == (0, "wrong", 2)
    assert row["passed_outcomes"] == ["pass", "wrong", "wrong", "wrong", "wrong", "pass", "wrong"]
    assert row["passed_code"] == "def get_grade(score):\n    return 'A'\n"
    assert row["passed_completion"] == fenced(row["passed_code"])


def test_one_gold_serves_arithmetic_and_programs_and_other_solvers_say_what_they_are_for(tmp_path: Path) -> None:
    control = gold()
    assert metric(run(ir_arith, control, tmp_path, task_args={"n": 4}), "semantic") == 1
    assert metric(run(phase3, control, tmp_path, task_args={"n": 4}), "passed") == 1
    message = failed(phase3, regex_only(), tmp_path, task_args={"n": 1})
    assert (
        "sample letter_grade is no arithmetic problem: its metadata has neither origin nor program; gold and null"
        in message
    )


def test_a_model_that_was_never_taught_python_scores_nothing_and_every_answer_is_kept(
    shared_models: SharedPath, tmp_path: Path
) -> None:
    settings: dict[str, Any] = {"model": f"open/{shared_models('stories260K')}", "model_args": {"device": "cpu"}}
    log = run(phase3, code_direct(form=""), tmp_path, task_args={"n": 3}, max_tokens=12, **settings)
    assert metric(log, "passed") == 0
    assert sum(counted(log, "outcome").values()) == 3
    assert set(counted(log, "outcome")) == {"truncated"}, "every answer stops at its 12 tokens"
    for sample in log.samples or []:
        score = (sample.scores or {})["passed"]
        assert score.metadata is not None
        assert score.metadata["completion"] == sample.output.completion != ""


def test_a_run_is_judged_again_from_its_log_alone(tmp_path: Path) -> None:
    from inspect_ai import score

    log = run(phase3, gold(), tmp_path, task_args={"n": 3})
    assert log.samples is not None
    entry_point = CodeQuestion.of(log.samples[0].metadata).entry_point
    log.samples[0].output.completion = f"def {entry_point}(*anything):\n    return None\n"
    again = score(log, code_scorers(), action="overwrite", display="none")
    assert metric(again, "passed") == pytest.approx(2 / 3)
    assert counted(again, "outcome") == {"pass": 2, "wrong": 1}
