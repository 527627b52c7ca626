"""Sixty answers read in two ways, and what is read judged: the tolerant way loses nothing that the strict one finds."""

from __future__ import annotations

from functools import cache

import pytest

from glassbox.harness.code.tolerant import READERS, Reading
from glassbox.harness.sandbox.case import Case
from glassbox.harness.sandbox.judge import Judge
from tests.integration.code.answers import NOT_BY_EVALPLUS, STUB, WITH_STUB, WITHOUT_STUB

ANSWERS = {name: (answer, "") for name, answer in WITHOUT_STUB.items()} | {
    name: (answer, STUB) for name, answer in WITH_STUB.items()
}
CASES = [Case(([1, 2, 3, 4],), 20), Case(([],), 0)]
JUDGE = Judge()


@cache
def recovered(reading: Reading) -> frozenset[str]:
    """The answers whose program passes, read so."""
    found = {name: READERS[reading](answer, "f", stub).code for name, (answer, stub) in ANSWERS.items()}
    return frozenset(name for name, code in found.items() if code and JUDGE.judge(code, "f", CASES).passed)


def test_the_tolerant_reading_recovers_at_least_what_evalplus_does() -> None:
    assert len(ANSWERS) == 60
    assert frozenset(ANSWERS) > NOT_BY_EVALPLUS
    assert frozenset(ANSWERS) - NOT_BY_EVALPLUS - recovered("tolerant") == frozenset()
    assert len(recovered("tolerant")) == 60


def test_nothing_that_the_strict_reading_finds_is_lost() -> None:
    assert recovered("strict") <= recovered("tolerant")
    assert len(recovered("strict")) == 10


@pytest.mark.parametrize(
    "answer",
    [
        "```python\ndef f(values):\n    ...\n```",
        "I cannot do that.",
        "def f(values)\n    return 20\n",
        "```python\ndef f(values):\n    return sum(values\n```\nThat is wrong in the middle.",
        "```python\ndef g(values):\n    return 20\n```",
    ],
)
def test_a_program_that_is_not_there_is_not_made_up(answer: str) -> None:
    for reading in READERS:
        code = READERS[reading](answer, "f", "").code
        assert code is None or not JUDGE.judge(code, "f", CASES).passed


def test_what_a_program_needs_beside_its_function_stays() -> None:
    program = (
        "import sys\n\nsys.setrecursionlimit(5_000)\nTABLE = [0, 1]\nfor at in range(2, 50):\n"
        "    TABLE.append(at)\nTABLE[0] = 0\n\n\n# Squares.\ndef square(value):\n    return TABLE[value] ** 2\n\n\n"
        "def f(values):\n    return sum(square(value) for value in values if value % 2 == 0)\n"
    )
    examples = "\nanswer = f([2])\nassert answer == 5\nprint(f([1]))\n"
    for answer in (f"```python\n{program}{examples}```", f"So:\n{program}{examples}That is it."):
        code = READERS["tolerant"](answer, "f", "").code
        assert code is not None
        assert "assert" not in code
        assert JUDGE.judge(code, "f", CASES).passed
