"""Several runs of each solver: variance between seeds decides, and one lucky pair of runs does not."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from inspect_ai import Task, eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import exact
from inspect_ai.solver import Generate, Solver, TaskState, solver
from real_runs import compare

SIZE = 60


def _solve(chance: float, seed: int) -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        right = Random(f"{seed}/{state.sample_id}").random() < chance
        state.output = ModelOutput.from_content("none", "yes" if right else "no")
        return state

    return solve


@solver
def steady(seed: int) -> Solver:
    """Right on nine of ten, whatever the seed."""
    return _solve(0.9, seed)


@solver
def moody(seed: int) -> Solver:
    """As its seed is: from half to all but all."""
    return _solve((0.95, 0.5, 0.97, 0.6)[seed % 4], seed)


@solver
def chance(chance: float) -> Solver:
    """Right as often as it is told to be."""
    return _solve(chance, 0)


@solver
def poor(seed: int) -> Solver:
    """Right on a third, whatever the seed."""
    return _solve(0.33, seed)


def _run(folder: Path, solve: Solver) -> None:
    samples = [Sample(id=index, input=f"Question {index}?", target="yes") for index in range(SIZE)]
    task = Task(dataset=MemoryDataset(samples), scorer=exact(), name="questions")
    [log] = eval(task, model="none/none", solver=solve, log_dir=str(folder), display="none", log_realtime=False)
    assert log.status == "success"


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seeds of each."""
    folder = tmp_path_factory.mktemp("seeds")
    for make in (steady, moody, poor):
        for seed in range(4):
            _run(folder, make(seed))
    for share in (0.5, 0.9):
        _run(folder, chance(share))
    return folder


def _json(capsys: Any, *arguments: object) -> dict[str, Any]:
    answer = compare(capsys, *arguments, "--format", "json")
    assert answer.status == 0, answer.err
    found = json.loads(answer.out)["records"][0]
    assert isinstance(found, dict)
    return found


def test_moods_between_seeds_are_no_evidence_and_one_pair_of_runs_would_have_been(logs: Path, capsys: Any) -> None:
    found = _json(capsys, "steady", "moody", "--log-dir", logs, "--runs", 4)
    assert found["sentence"].startswith("no evidence of a difference between ")
    assert found["b"]["deviation"] > 0.15 > 0.05 > found["a"]["deviation"]
    assert len(found["b"]["means"]) == 4
    one = _json(capsys, "steady seed=1", "moody seed=1", "--log-dir", logs)
    assert one["sentence"].startswith("steady seed=1 scores higher than moody seed=1")


def test_a_difference_beyond_the_seeds_is_found(logs: Path, capsys: Any) -> None:
    answer = compare(capsys, "poor", "steady", "--log-dir", logs, "--runs", 4)
    assert answer.status == 0
    assert answer.out.startswith("steady scores higher than poor on exact: difference -")
    assert "4 and 4 runs, n = 60" in answer.out.splitlines()[0]
    assert "standard deviation between runs" in answer.out
    written = compare(capsys, "poor", "steady", "--log-dir", logs, "--runs", 3, "--format", "markdown").out
    assert written.startswith("### questions 0 · poor")
    assert "3 and 3 runs" in written


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("steady", "moody", "--runs", "1"), "--runs 1 has no variance between runs"),
        (("steady", "steady", "--runs", "2"), "--runs compares the runs of two solvers: name two"),
        (("poor", "chance", "--runs", "2"), "the runs of chance differ in chance (0.5, 0.9)"),
        (("steady seed=1", "moody", "--runs", "2"), "have not 2 complete runs each on the same data"),
    ],
)
def test_what_cannot_be_compared_over_runs_gets_one_line(
    arguments: tuple[str, ...], said: str, logs: Path, capsys: Any
) -> None:
    answer = compare(capsys, *arguments, "--log-dir", logs)
    assert (answer.status, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert said in answer.err
