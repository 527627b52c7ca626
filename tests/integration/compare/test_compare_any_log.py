"""Logs that inspect itself wrote, of a task that is none of ours: letters as scores, several epochs, passages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import Task, eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import EvalLog
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import exact
from inspect_ai.solver import Generate, Solver, TaskState, solver
from real_runs import compare

SIZE = 24


@solver
def knows(every: int, hesitates: bool = False) -> Solver:
    """Right on all but every so many; a hesitant one only in its first epoch."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        right = int(state.sample_id) % every != 0 and (state.epoch == 1 or not hesitates)
        state.output = ModelOutput.from_content("none", "yes" if right else "no")
        return state

    return solve


def _run(folder: Path, solve: Solver, epochs: int = 1) -> EvalLog:
    samples = [
        Sample(id=index, input=f"Question {index}?", target="yes", metadata={"passage": f"p{index // 3}"})
        for index in range(1, SIZE + 1)
    ]
    task = Task(dataset=MemoryDataset(samples), scorer=exact(), name="questions")
    [log] = eval(task, model="none/none", solver=solve, epochs=epochs, log_dir=str(folder), display="none")
    assert log.status == "success"
    return log


def _json(capsys: Any, *arguments: object) -> dict[str, Any]:
    answer = compare(capsys, *arguments, "--format", "json")
    assert answer.status == 0, answer.err
    found = json.loads(answer.out)["records"][0]
    assert isinstance(found, dict)
    return found


def test_letters_are_read_as_right_and_wrong_and_passages_as_clusters(tmp_path: Path, capsys: Any) -> None:
    often, seldom = _run(tmp_path, knows(8)), _run(tmp_path, knows(2))
    found = _json(capsys, often.location, seldom.location)
    assert found["score"] == "exact"
    assert [found[name] for name in ("both", "only_a", "only_b", "neither")] == [12, 9, 0, 3]
    assert (found["cluster"], found["clusters"]) == ("passage", 9)
    assert found["a"]["name"] == "knows every=8"
    by_name = _json(capsys, "knows every=8", "knows every=2", "--log-dir", tmp_path)
    assert by_name == found


def test_epochs_count_by_their_mean_and_times_as_inspect_measured_them(tmp_path: Path, capsys: Any) -> None:
    steady, hesitant = _run(tmp_path, knows(4), epochs=2), _run(tmp_path, knows(4, hesitates=True), epochs=2)
    found = _json(capsys, steady.location, hesitant.location, "--cluster", "none")
    assert found["both"] is None
    assert found["difference"]["value"] == pytest.approx(18 / 24 / 2)
    assert found["b"]["score"]["value"] == pytest.approx(18 / 24 / 2)
    assert found["evidence"]
    assert "epochs: 2 and 2; each sample counts with its mean" in found["notes"]
    assert "working_ms" in found["costs"]


def test_a_run_on_fewer_samples_is_refused(tmp_path: Path, capsys: Any) -> None:
    whole = _run(tmp_path, knows(8))
    [part] = eval(
        Task(
            dataset=MemoryDataset([Sample(id=1, input="Question 1?", target="yes")]), scorer=exact(), name="questions"
        ),
        model="none/none",
        solver=knows(8),
        log_dir=str(tmp_path),
        display="none",
    )
    answer = compare(capsys, whole.location, part.location)
    assert answer.status == 2
    assert "23 samples (2, 3, 4, ...) only in the first, 0 samples only in the second, 1 in both" in answer.err
