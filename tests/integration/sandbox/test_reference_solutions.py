"""The official reference solutions pass their official tests in the sandbox; what does not is listed by name."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from glassbox.harness.outcome import Outcome
from glassbox.harness.sandbox.case import Case, Verdict
from glassbox.harness.sandbox.judge import Judge
from glassbox.harness.sandbox.limits import Limits
from glassbox.harness.sandbox.protocol import Returned
from glassbox.harness.sandbox.session import Session
from glassbox.harness.sandbox.values import Opaque, decode

Row = dict[str, Any]
SharedPath = Callable[[str], Path]
Examined = tuple[str, str, list[str], str, str | None]
"""Name, code, tests, prelude, entry point."""

JUDGE = Judge(Limits(fuel=5_000_000_000))


def examined(rows: list[Examined]) -> dict[str, Verdict]:
    def verdict(row: Examined) -> Verdict:
        _, code, tests, prelude, entry_point = row
        return JUDGE.judge_asserts(code, tests, prelude=prelude, entry_point=entry_point)

    with ThreadPoolExecutor(2) as threads:
        return dict(zip([row[0] for row in rows], threads.map(verdict, rows), strict=True))


def not_passed(verdicts: dict[str, Verdict]) -> dict[str, Outcome]:
    return {name: verdict.outcome for name, verdict in verdicts.items() if not verdict.passed}


def before_entry(row: Row) -> str:
    """The prompt up to the function to be written: imports and helpers that the test may use."""
    prompt: str = row["prompt"]
    return prompt.split(f"def {row['entry_point']}(")[0]


def gzipped(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_humaneval(shared_data: SharedPath) -> None:
    rows = gzipped(shared_data("humaneval/HumanEval.jsonl.gz"))
    verdicts = examined(
        [
            (
                row["task_id"],
                row["prompt"] + row["canonical_solution"],
                [row["test"]],
                before_entry(row),
                row["entry_point"],
            )
            for row in rows
        ]
    )
    assert len(verdicts) == 164
    assert not_passed(verdicts) == {}


def test_humaneval_prompts_alone_pass_nothing(shared_data: SharedPath) -> None:
    rows = gzipped(shared_data("humaneval/HumanEval.jsonl.gz"))[:40]
    verdicts = examined(
        [
            (row["task_id"], row["prompt"] + "    pass\n", [row["test"]], before_entry(row), row["entry_point"])
            for row in rows
        ]
    )
    assert {verdict.outcome for verdict in verdicts.values()} <= {Outcome.WRONG, Outcome.RUNTIME}


def test_humaneval_plus_base_inputs(shared_data: SharedPath) -> None:
    """Each solution runs on all 1,570 base inputs and agrees with itself; every value it gives is plain data."""
    rows = gzipped(shared_data("humaneval/HumanEvalPlus.jsonl.gz"))
    limits = Limits(fuel=10_000_000_000)
    ran = 0
    for row in rows:
        code = row["prompt"] + row["canonical_solution"]
        inputs = [tuple(args) for args in row["base_input"]]
        with Session(code, limits) as session:
            replies = [session.call(row["entry_point"], args) for args in inputs]
        values = [decode(reply.value) for reply in replies if isinstance(reply, Returned)]
        assert len(values) == len(inputs), row["task_id"]
        assert not any(isinstance(value, Opaque) for value in values)
        if len(inputs) > 1 and ran < 400:
            cases = [Case(args, value, may_mutate=True) for args, value in zip(inputs, values, strict=True)]
            assert Judge(limits).judge(code, row["entry_point"], cases).passed, row["task_id"]
        ran += len(inputs)
    assert ran == 1_570


def test_mbpp(shared_data: SharedPath) -> None:
    lines = shared_data("mbpp/mbpp.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    verdicts = examined(
        [(str(row["task_id"]), row["code"], row["test_list"], row["test_setup_code"], None) for row in rows]
    )
    assert len(verdicts) == 974
    # 123 sums the divisors of every number up to 9,999 by trial division: 85 billion units of fuel for three tests.
    assert not_passed(verdicts) == {"123": Outcome.TIMEOUT}


@pytest.mark.parametrize("task", ["2", "11", "56", "100", "249"])
def test_mbpp_solutions_do_not_pass_each_others_tests(task: str, shared_data: SharedPath) -> None:
    lines = shared_data("mbpp/mbpp.jsonl").read_text(encoding="utf-8").splitlines()
    rows = {str(json.loads(line)["task_id"]): json.loads(line) for line in lines}
    assert JUDGE.judge_asserts(rows["3"]["code"], rows[task]["test_list"]).outcome is Outcome.RUNTIME
