"""The gate on logs that inspect itself wrote: letters as scores, epochs, zipped files, tasks that are none of ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from gate_runs import blessed, command
from inspect_ai import Task, eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import exact
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.solvers.gold import gold
from glassbox.solvers.null import null
from glassbox.tasks.code_spec import phase2

SIZE = 60


FORGETS = {"every": 10}
"""Of how many answers one is wrong; no argument of the solver, so that a log of it is a run of the same row."""


@solver
def knows() -> Solver:
    """Right on all but every so many."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        right = (int(state.sample_id) + state.epoch) % FORGETS["every"] != 0
        state.output = ModelOutput.from_content("none", "yes" if right else "no")
        return state

    return solve


def _run(folder: Path, epochs: int = 1, wording: str = "Question") -> Path:
    samples = [
        Sample(
            id=index, input=f"{wording} {index}?" + " why" * 1300, target="yes", metadata={"passage": f"p{index // 4}"}
        )
        for index in range(SIZE)
    ]
    task = Task(dataset=MemoryDataset(samples), scorer=exact(), name="questions")
    [log] = eval(task, model="none/none", solver=knows(), epochs=epochs, log_dir=str(folder), display="none")
    assert log.status == "success"
    return Path(log.location)


def test_a_zipped_log_with_letters_and_epochs_is_gated(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = blessed(capsys, tmp_path, _run(tmp_path / "a", epochs=2))
    asked = ("--baseline", base, "--format", "json")
    same = command(capsys, "gate", _run(tmp_path / "b", epochs=2), *asked)
    assert same.status == 0, same.out
    monkeypatch.setitem(FORGETS, "every", 3)
    worse = command(capsys, "gate", _run(tmp_path / "c", epochs=2), *asked)
    [row] = json.loads(worse.out)["records"]
    assert worse.status == 1
    assert row["blessed"] == pytest.approx(0.9)
    assert row["now"] == pytest.approx(2 / 3, abs=0.01)
    assert "most in passage 'p" in row["why"]
    once = json.loads(command(capsys, "gate", _run(tmp_path / "d"), *asked).out)["records"][0]
    assert "was run with other epochs (1) than the blessed run (2)" in once["why"]


def test_other_words_in_the_questions_are_other_data(tmp_path: Path, capsys: Any) -> None:
    base = blessed(capsys, tmp_path, _run(tmp_path / "a"))
    answer = command(capsys, "gate", _run(tmp_path / "b", wording="Riddle"), "--baseline", base)
    assert answer.status == 2
    assert "60 samples (0, 1, 2, ...) with another input or target; bless it anew" in answer.out


def test_a_task_of_someone_else_is_gated_by_its_logs_and_not_run(tmp_path: Path, capsys: Any) -> None:
    base = blessed(capsys, tmp_path, _run(tmp_path / "a"))
    answer = command(capsys, "gate", "--baseline", base, "--run", "--log-dir", tmp_path / "logs")
    assert answer.status == 2
    assert "questions · knows cannot be run here: there is no task 'questions'" in answer.out
    assert "or run it with inspect and gate its log" in answer.out


def test_code_suites_are_run_again_inside_inspect(tmp_path: Path, capsys: Any) -> None:
    logs = [
        Path(eval(phase2(), solver=make(), log_dir=str(tmp_path / "a"), display="none")[0].location)
        for make in (gold, null)
    ]
    base = blessed(capsys, tmp_path, *logs, options=["--exact", "gold", "null"])
    answer = command(capsys, "gate", "--baseline", base, "--run", "--log-dir", tmp_path / "b", "--format", "json")
    assert answer.status == 0, answer.out
    rows = json.loads(answer.out)["records"]
    assert [(row["method"], row["n"], row["now"], row["ruling"]) for row in rows] == [
        ("gold", 10, 1, "pass"),
        ("null", 10, 0, "pass"),
    ]
    assert len(list((tmp_path / "b").glob("*.eval"))) == 2
