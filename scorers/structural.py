"""Is what the solver read a program: does its text parse, and is it valid within the range? The seed's first criterion.

Task(..., scorer=structural())
"""

from __future__ import annotations

from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState

from glassbox.harness.ir.text import parse
from glassbox.harness.ir.validate import validate
from glassbox.harness.records.attempt import Attempt
from glassbox.scorers.applicability import NOT_APPLICABLE, reads_a_program
from glassbox.scorers.metrics import proportion


@scorer(metrics=[proportion()])
def structural(low: int = 0, high: int = 1000) -> Scorer:
    """Score 1 where a valid program was read, 0 where not; unscored for solvers that read none by design.

    Args:
      low: Smallest literal operand allowed.
      high: Largest literal operand allowed; the seed's range is 0..1000.
    """

    async def score(state: TaskState, target: Target) -> Score:
        attempt = Attempt.of(state)
        if not reads_a_program(attempt):
            return Score.unscored(reason=NOT_APPLICABLE, explanation="this solver reads no program by design")
        fault = _fault(attempt, low, high)
        return Score(value=int(fault is None), answer=attempt.program, explanation=fault)

    return score


def _fault(attempt: Attempt, low: int, high: int) -> str | None:
    """Why there is no valid program, or None where there is one."""
    if attempt.program is None:
        return f"no program was read ({attempt.failure_kind or attempt.failure or 'no reason given'})"
    try:
        validate(parse(attempt.program), low, high)
    except ValueError as error:
        return str(error)
    return None
