"""`compile_only`, `self_reported`, `infra_as_wrong`: what a program's score is made of, on real runs of programs."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import Score, Scorer, Target, accuracy, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.util import sandbox
from planted_runs import SUMS, ended, findings, only, run, writes

from glassbox.harness.audit.finding import Severity
from glassbox.harness.code.completion import fenced, read_program
from glassbox.solvers.gold import gold
from glassbox.solvers.null import null
from glassbox.tasks.code_spec import phase3

RIGHT = "def double(x):\n    return 2 * x\n"
WRONG = "def double(x):\n    return x\n"
BROKEN = "def double(x)\n    return 2 * x\n"
EXITS = "import sys\ndef double(x):\n    return x\nsys.exit(0)\n"
MARKS = "def double(x):\n    return '✓'\n"
TESTS = "\nassert double(2) == 4\nassert double(-3) == -6\n"


def asks(*programs: str) -> list[Sample]:
    """Samples that ask for one function, each with the program that will be written for it."""
    return [
        Sample(id=f"double-{at}", input="Write double(x).", target="", metadata={"test": TESTS, "program": program})
        for at, program in enumerate(programs)
    ]


ANSWER = writes(lambda state: fenced(state.metadata["program"]), calls=1)


def program(state: TaskState) -> str:
    return read_program(state.output.completion, "double").code or ""


@scorer(metrics=[accuracy()])
def compiles(tests_fences: bool = False) -> Scorer:
    """Right where the program parses; or, as an origin has it, where no fence stands in the text."""

    async def score(state: TaskState, target: Target) -> Score:
        if tests_fences:
            return Score(value=int("```" not in state.output.completion.rstrip("`")), answer=program(state))
        try:
            ast.parse(program(state))
        except SyntaxError:
            return Score(value=0, answer=program(state))
        return Score(value=1, answer=program(state))

    return score


@scorer(metrics=[accuracy()])
def by_exit_status() -> Scorer:
    """Right where candidate and tests, in one process, end with status 0."""

    async def score(state: TaskState, target: Target) -> Score:
        done = await sandbox().exec([sys.executable, "-c", program(state) + TESTS], timeout=120)
        return Score(value=int(done.success), answer=program(state))

    return score


@scorer(metrics=[accuracy()])
def by_check_mark() -> Scorer:
    """Right where the output holds a check mark: what the candidate returns is printed beside it."""

    async def score(state: TaskState, target: Target) -> Score:
        say = "\nfor x in (2, 5):\n    print(x, double(x), '✓' if double(x) == 2 * x else '✗')\n"
        done = await sandbox().exec([sys.executable, "-c", program(state) + say], timeout=120)
        return Score(value=int("✓" in done.stdout), answer=program(state), metadata={"stdout": done.stdout})

    return score


@scorer(metrics=[accuracy()])
def by_cases(count: int = 2) -> Scorer:
    """Right where every case is right, each with its outcome in the record."""

    async def score(state: TaskState, target: Target) -> Score:
        outcomes = ["pass" if program(state) == RIGHT else "wrong"] * count
        metadata = {"outcomes": outcomes, "cases": count, "code": program(state)}
        return Score(value=int(outcomes.count("wrong") == 0), answer=program(state), metadata=metadata)

    return score


def test_a_headline_that_is_about_syntax_alone_is_found(tmp_path: Path) -> None:
    log = run(tmp_path, ANSWER, compiles(), asks(RIGHT, WRONG, BROKEN))
    finding = only(log, "compile_only")
    assert finding.what == "the headline 'compiles' is about syntax, and nothing in the log shows an execution"
    assert ended(run(tmp_path, ANSWER, by_cases(), asks(RIGHT, WRONG, BROKEN)), "compile_only") is Severity.CLEAN


def test_a_syntax_score_that_tests_for_fences_is_found_in_both_directions(tmp_path: Path) -> None:
    unfenced = writes(lambda state: state.metadata["program"], calls=1)
    valid = findings(run(tmp_path, unfenced, compiles(tests_fences=True), asks(BROKEN, BROKEN)), "compile_only")
    assert valid[-1].what == "2 of 2 programs are called valid and are not"
    invalid = findings(run(tmp_path, ANSWER, compiles(tests_fences=True), asks(RIGHT, RIGHT, RIGHT)), "compile_only")
    assert invalid[-1].what == "3 of 3 programs are called invalid and are not"


def test_a_pass_without_a_case_that_was_run_is_found(tmp_path: Path) -> None:
    finding = only(run(tmp_path, ANSWER, by_cases(count=0), asks(RIGHT, WRONG)), "compile_only")
    assert finding.what == "2 of 2 samples are right without a case that was run"


def test_an_exit_status_as_the_verdict_is_found_and_a_forged_one_by_name(tmp_path: Path) -> None:
    log = run(tmp_path, ANSWER, by_exit_status(), asks(RIGHT, WRONG, EXITS, BROKEN), sandbox="local")
    status, forged = findings(log, "self_reported")
    assert status.what == "the verdict is the exit status of the candidate's process in 4 of 4 samples"
    assert (forged.what, forged.where) == ("1 passing programs end the process themselves", "sample double-2")


def test_a_check_mark_as_the_verdict_is_found_and_a_forged_one_by_name(tmp_path: Path) -> None:
    log = run(tmp_path, ANSWER, by_check_mark(), asks(RIGHT, WRONG, MARKS, WRONG, RIGHT), sandbox="local")
    found = {finding.what: finding for finding in findings(log, "self_reported")}
    assert "the verdict goes with a mark in the output in all 5 samples" in found
    assert found["1 passing programs write the mark themselves"].where == "sample double-2"


def test_verdicts_with_the_outcome_of_each_case_are_clean_and_bare_ones_an_open_question(tmp_path: Path) -> None:
    assert ended(run(tmp_path, ANSWER, by_cases(), asks(RIGHT, WRONG)), "self_reported") is Severity.CLEAN
    assert ended(run(tmp_path, ANSWER, compiles(), asks(RIGHT, WRONG)), "self_reported") is Severity.UNCHECKED
    assert ended(run(tmp_path, writes(lambda state: "12")), "self_reported") is Severity.INAPPLICABLE


@pytest.mark.parametrize("solve", [gold, null])
def test_this_projects_own_judge_is_clean(solve: object, tmp_path: Path) -> None:
    from inspect_ai import eval

    assert callable(solve)
    (log,) = eval(phase3, solver=solve(), task_args={"n": 6}, log_dir=str(tmp_path), display="none")
    written = solve is gold
    for check in ("compile_only", "self_reported"):
        wanted = Severity.CLEAN if written or check == "compile_only" else Severity.INAPPLICABLE
        assert ended(Path(log.location), check) is wanted
    assert ended(Path(log.location), "infra_as_wrong") is Severity.CLEAN


@solver
def failing(how: str) -> Solver:
    """A server that is down for two samples: the solver raises, or hands the message on as an answer."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        if state.sample_id in (SUMS[1].id, SUMS[2].id):
            if how == "raises":
                raise ConnectionError("connection refused")
            message = "Error code: 503 - the server is overloaded"
            state.output = ModelOutput.from_content(str(state.model), message if how == "says" else "12 * 31")
            if how == "records":
                state.output.error = "connection reset by peer"
            return state
        state.output = ModelOutput.from_content(str(state.model), state.target.text)
        return state

    return solve


def test_an_error_that_is_scored_is_found_and_an_unscored_one_is_clean(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"fail_on_error": False}
    scored = only(run(tmp_path, failing("raises"), score_on_error=True, **settings), "infra_as_wrong")
    assert scored.what == "2 of 8 scored samples ended in an error (ConnectionError('connection refused'))"
    assert scored.where == f"samples {SUMS[1].id}, {SUMS[2].id}"
    assert ended(run(tmp_path, failing("raises"), **settings), "infra_as_wrong") is Severity.CLEAN


@pytest.mark.parametrize(("how", "reason"), [("says", "Error code: 503"), ("records", "connection reset by peer")])
def test_a_servers_failure_that_is_scored_as_an_answer_is_found(how: str, reason: str, tmp_path: Path) -> None:
    finding = only(run(tmp_path, failing(how)), "infra_as_wrong")
    assert finding.what.startswith("2 of 2 samples scored as wrong hold a failure of the machinery: ")
    assert reason in finding.what
    assert ended(run(tmp_path, failing("answers")), "infra_as_wrong") is Severity.CLEAN


def test_an_outcome_infra_that_is_scored_is_found(tmp_path: Path) -> None:
    @scorer(metrics=[accuracy()])
    def careless() -> Scorer:
        async def score(state: TaskState, target: Target) -> Score:
            return Score(value=0, metadata={"outcome": "infra" if state.sample_id == SUMS[0].id else "wrong"})

        return score

    finding = only(run(tmp_path, failing("answers"), careless()), "infra_as_wrong")
    assert (finding.what[:44], finding.where) == (
        "1 of 8 samples scored as wrong hold a failur",
        f"sample {SUMS[0].id}",
    )


def test_a_limit_of_wall_clock_time_that_is_scored_as_wrong_is_warned_of(tmp_path: Path) -> None:
    @solver
    def slow() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            import anyio

            await anyio.sleep(30)
            return state

        return solve

    finding = only(run(tmp_path, slow(), samples=SUMS[:2], time_limit=1), "infra_as_wrong", Severity.WARNING)
    assert finding.what == "2 samples scored as wrong ran into a limit of wall-clock time"
