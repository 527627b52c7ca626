"""Is the decoded answer a grid, and which one? Sudoku by its rules and clues, ARC by shape and cells.

A text that is no grid scores 0 everywhere: nothing is repaired before it is judged.
"""

from __future__ import annotations

from inspect_ai.scorer import Score, Scorer, scorer
from inspect_ai.solver import TaskState

from glassbox.harness.data.grids import Grid, GridError, cell_accuracy, from_text, shape
from glassbox.harness.data.sudoku import SIDE, is_solved, respects
from glassbox.harness.records.prompted import Prompted
from glassbox.scorers.applicability import NOT_APPLICABLE
from glassbox.scorers.dcm_metrics import mean_interval
from glassbox.scorers.dcm_record import of_record
from glassbox.scorers.metrics import proportion

SUDOKU = ("well_formed", "valid_grid", "clue_respecting", "solved")


@scorer(metrics={part: [proportion()] for part in SUDOKU})
def sudoku_grid() -> Scorer:
    """Score nine rows of nine digits 1..9, no digit twice in a unit, every clue kept, and all of it: the solution."""

    @of_record
    async def score(record: Prompted, state: TaskState) -> Score:
        decoded = _answer(record, state, "sudoku")
        if decoded is None:
            return Score.unscored(reason=NOT_APPLICABLE)
        return Score(value=dict(judge_sudoku(decoded, from_text(state.input_text))), answer=decoded)

    return score


@scorer(metrics={"right_shape": [proportion()], "cell_accuracy": [mean_interval()], "right_grid": [proportion()]})
def arc_grid() -> Scorer:
    """Score the shape, the share of cells that are right (0 for another shape), and the whole grid."""

    @of_record
    async def score(record: Prompted, state: TaskState) -> Score:
        decoded = _answer(record, state, "arc")
        if decoded is None:
            return Score.unscored(reason=NOT_APPLICABLE)
        return Score(value=dict(judge_arc(decoded, from_text(state.target.text))), answer=decoded)

    return score


def judge_sudoku(decoded: str, puzzle: Grid) -> dict[str, int]:
    """1 or 0 for each part of `SUDOKU`."""
    found = _grid(decoded)
    if found is None or shape(found) != (SIDE, SIDE) or any(0 in row for row in found):
        return dict.fromkeys(SUDOKU, 0)
    valid, respecting = is_solved(found), respects(found, puzzle)
    return {
        "well_formed": 1,
        "valid_grid": int(valid),
        "clue_respecting": int(respecting),
        "solved": int(valid and respecting),
    }


def judge_arc(decoded: str, wanted: Grid) -> dict[str, float]:
    """Shape, share of right cells, and the whole."""
    found = _grid(decoded)
    if found is None:
        return {"right_shape": 0, "cell_accuracy": 0.0, "right_grid": 0}
    return {
        "right_shape": int(shape(found) == shape(wanted)),
        "cell_accuracy": cell_accuracy(found, wanted),
        "right_grid": int(found == wanted),
    }


def _answer(record: Prompted, state: TaskState, kind: str) -> str | None:
    """What was decoded for the answer; None for a sample of another kind, or a run on the question alone."""
    held = record.targets.get("answer")
    return None if held is None or state.metadata.get("grid") != kind else held.decoded


def _grid(text: str) -> Grid | None:
    try:
        return from_text(text.strip())
    except GridError:
        return None
