"""The scorers of the soft-prompt tasks, in the order in which logs and viewers show them; the headline comes first.

Task(..., scorer=dcm_scorers("sudoku"))
"""

from __future__ import annotations

from typing import Literal

from inspect_ai.scorer import Scorer

from glassbox.scorers.dcm_controls import controls
from glassbox.scorers.dcm_convergence import convergence
from glassbox.scorers.dcm_cost import optimisation
from glassbox.scorers.dcm_curve import curves
from glassbox.scorers.dcm_exact import decoding, exact_both
from glassbox.scorers.dcm_grade import grades
from glassbox.scorers.dcm_grid import arc_grid, sudoku_grid
from glassbox.scorers.dcm_loss import losses
from glassbox.scorers.dcm_signals import signals


def dcm_scorers(*grids: Literal["sudoku", "arc"]) -> list[Scorer]:
    """Every question asked of a soft prompt; those about grids only where the task has such."""
    made = {"sudoku": sudoku_grid, "arc": arc_grid}
    return [
        exact_both(),
        decoding(),
        *(made[grid]() for grid in grids),
        grades(),
        convergence(),
        losses(),
        curves(),
        controls(),
        optimisation(),
        signals(),
    ]
