"""A sample of the fuzz on each run: no answer ends a run, none passes that should not, and the solutions pass there."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

from tests.redteam.fuzz import Answer, answers, fuzzed, tasks


def test_no_answer_to_the_public_tests_ends_a_run_or_passes(shared_data: Callable[[str], Path]) -> None:
    public = tasks(shared_data("humaneval").parent)
    drawn = random.Random(1).sample(public, 60)
    draw = random.Random(2)
    asked = [(task, draw.choice(list(answers(task.entry_point)))) for task in drawn for _ in range(2)]
    solved = [(task, Answer("its solution", task.reference or "")) for task in drawn[:20]]
    found = asyncio.run(fuzzed([*asked, *solved]))
    assert found.ended == []
    assert found.passes is not None
    assert sorted(found.passes) == sorted((task.name, "its solution") for task, _ in solved)
    assert found.verdicts == len(asked) + len(solved)
