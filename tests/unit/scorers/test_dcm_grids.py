"""A decoded grid is judged as it was written: nothing is repaired first."""

from __future__ import annotations

from pathlib import Path

import pytest
from inspect_ai import Task, eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.harness.data.grids import from_text
from glassbox.harness.records.frames import load_logs
from glassbox.harness.records.prompted import Prompted, TargetRecord
from glassbox.scorers.dcm_grid import arc_grid, judge_arc, judge_sudoku, sudoku_grid

PUZZLE = "530070000\n600195000\n098000060\n800060003\n400803001\n700020006\n060000280\n000419005\n000080079"
SOLUTION = "534678912\n672195348\n198342567\n859761423\n426853791\n713924856\n961537284\n287419635\n345286179"


def relabelled(text: str) -> str:
    """Another full board: every digit one up, nine to one."""
    return text.translate(str.maketrans("123456789", "234567891"))


@pytest.mark.parametrize(
    ("decoded", "wanted"),
    [
        (SOLUTION, (1, 1, 1, 1)),
        (f" {SOLUTION}\n", (1, 1, 1, 1)),
        (relabelled(SOLUTION), (1, 1, 0, 0)),
        (SOLUTION.replace("\n672", "\n762"), (1, 0, 0, 0)),
        (SOLUTION[:2] + "8" + SOLUTION[3:], (1, 0, 1, 0)),
        (PUZZLE, (0, 0, 0, 0)),
        (SOLUTION.replace("\n", " "), (0, 0, 0, 0)),
        (SOLUTION[:-1], (0, 0, 0, 0)),
        ("", (0, 0, 0, 0)),
    ],
)
def test_sudoku_form_rules_clues_and_solution(decoded: str, wanted: tuple[int, int, int, int]) -> None:
    found = judge_sudoku(decoded, from_text(PUZZLE))
    assert tuple(found[part] for part in ("well_formed", "valid_grid", "clue_respecting", "solved")) == wanted


@pytest.mark.parametrize(
    ("decoded", "wanted"),
    [
        ("12\n34", (1, 1.0, 1)),
        ("12\n30", (1, 0.75, 0)),
        ("1234", (0, 0.0, 0)),
        ("12\n3", (0, 0.0, 0)),
        ("once upon a time", (0, 0.0, 0)),
    ],
)
def test_arc_shape_cells_and_whole(decoded: str, wanted: tuple[int, float, int]) -> None:
    found = judge_arc(decoded, from_text("12\n34"))
    assert (found["right_shape"], found["cell_accuracy"], found["right_grid"]) == wanted


@solver
def write_answer() -> Solver:
    """Leave a record whose answer is what the sample's metadata says was decoded."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        decoded = state.metadata["decoded"]
        answer = TargetRecord(
            target=state.target.text,
            decoded=decoded,
            exact=decoded == state.target.text,
            first_token=True,
            token_accuracy=1,
            horizon=1,
            tokens=1,
            loss=1,
        )
        record = Prompted(
            targets={"answer": answer},
            steps=1,
            restarts=1,
            k=1,
            seconds=1,
            model_calls=1,
            artefact=None,
            converged=answer.exact,
        )
        record.keep(state)
        return state

    return solve


def test_each_grid_is_judged_by_its_own_scorer_and_other_samples_are_left_out(tmp_path: Path) -> None:
    rows = [
        (PUZZLE, SOLUTION, "sudoku", SOLUTION),
        (PUZZLE, SOLUTION, "sudoku", PUZZLE),
        ("10", "12\n34", "arc", "12\n30"),
        ("Where?", "there", None, "there"),
    ]
    samples = [
        Sample(id=at, input=question, target=target, metadata={"grid": kind, "decoded": decoded})
        for at, (question, target, kind, decoded) in enumerate(rows, start=1)
    ]
    task = Task(dataset=MemoryDataset(samples), solver=write_answer(), scorer=[sudoku_grid(), arc_grid()], name="grids")
    (log,) = eval(task, model="none/none", log_dir=str(tmp_path), display="none")
    assert log.status == "success", log.error
    (found,) = load_logs(tmp_path)
    assert (found.metric("solved", "accuracy"), found.metric("solved", "n")) == (0.5, 2)
    assert found.metric("clue_respecting", "n") == 2
    assert (found.metric("cell_accuracy", "mean"), found.metric("cell_accuracy", "n")) == (0.75, 1)
    assert found.metric("right_shape", "accuracy") == 1
