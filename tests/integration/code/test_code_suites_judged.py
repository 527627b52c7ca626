"""Every program the suites come with, judged in the sandbox: references pass, empty and known wrong ones are caught."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.judge import Judge
from glassbox.tasks.code.mutants import equivalents, mutants
from glassbox.tasks.code.quality import LIMITS
from glassbox.tasks.code.suite import read_suite
from glassbox.tasks.code.task import CodeTask

SUITES = Path(__file__).resolve().parents[3] / "tasks" / "code" / "suites"
FILES = sorted(path.stem for path in SUITES.glob("*.jsonl"))
OURS = [file for file in FILES if file != "phase3"]
ANSWERABLE = {Outcome.WRONG, Outcome.RUNTIME, Outcome.TIMEOUT, Outcome.MEMORY, Outcome.MUTATED}
"""What a known wrong program may end in; a syntax error or a module that is not there would prove nothing."""

JUDGE = Judge(LIMITS)


@cache
def suite(file: str) -> tuple[CodeTask, ...]:
    return read_suite(SUITES / f"{file}.jsonl").items


def outcome(task: CodeTask, program: str) -> Outcome:
    return JUDGE.judge(program, task.entry_point, task.cases).outcome


@pytest.mark.parametrize("file", FILES)
def test_every_reference_passes_every_case(file: str) -> None:
    for task in suite(file):
        assert task.reference is not None
        verdict = JUDGE.judge(task.reference, task.entry_point, task.cases)
        assert verdict.passed, (task.name, verdict.traceback)
        assert verdict.cases_passed == len(task.cases)


@pytest.mark.parametrize("file", FILES)
def test_neither_no_code_nor_an_empty_function_passes_any_task(file: str) -> None:
    for task in suite(file):
        assert outcome(task, "") is Outcome.RUNTIME, task.name
        assert outcome(task, f"def {task.entry_point}(*args):\n    return None\n") is Outcome.WRONG, task.name


@pytest.mark.parametrize("file", FILES)
def test_every_known_wrong_program_is_caught_for_a_fault_of_its_own(file: str) -> None:
    passed = [(task.name, program) for task in suite(file) for program in task.wrong if _gets_by(task, program)]
    assert passed == []


def _gets_by(task: CodeTask, program: str) -> bool:
    return outcome(task, program) not in ANSWERABLE


def test_v1_lets_81_wrong_programs_through_at_least_one_a_task_and_plus_catches_them_all() -> None:
    plus = {task.name: task for task in suite("phase3_plus")}
    for task in suite("phase3"):
        assert task.survivors, task.name
        for program in task.survivors:
            assert outcome(task, program) is Outcome.PASS, (task.name, program)
            assert outcome(plus[task.name], program) in ANSWERABLE, (task.name, program)
    assert sum(len(task.survivors) for task in suite("phase3")) == 81


@pytest.mark.parametrize("file", OURS)
def test_judged_without_strict_types_and_mutation_some_known_wrong_programs_get_by(file: str) -> None:
    """So that strictness is seen to matter: these programs return what equals the right value."""
    lenient = [
        replace(task, cases=tuple(replace(case, exact_types=False, may_mutate=True) for case in task.cases))
        for task in suite(file)
    ]
    passed = [task.name for task in lenient for program in task.wrong if outcome(task, program) is Outcome.PASS]
    assert passed


@pytest.mark.parametrize("file", OURS)
def test_at_least_97_of_100_mutants_of_the_references_are_killed(file: str) -> None:
    alive, made = [], 0
    for task in suite(file):
        for mutant in mutants(task.name, task.reference or ""):
            if mutant.id not in equivalents():
                made += 1
                if outcome(task, mutant.source) in (Outcome.PASS, Outcome.UNSUPPORTED):
                    alive.append((task.name, mutant.change))
    assert made > 100
    assert len(alive) <= 0.03 * made, alive
