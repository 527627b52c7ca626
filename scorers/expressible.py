"""Of what the reader can express, is the value right? A head that reads one step cannot say two, however good it is.

Beside `semantic`, which is of all questions: on GSM8K most problems need more steps than a head for one has.
"""

from __future__ import annotations

from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState

from glassbox.harness.outcome import Outcome
from glassbox.harness.records.attempt import Attempt
from glassbox.scorers.applicability import NOT_APPLICABLE
from glassbox.scorers.metrics import proportion
from glassbox.scorers.semantic import judge


@scorer(metrics=[proportion()])
def expressible() -> Scorer:
    """Score as `semantic` does where the reader can give the reference program; unscored elsewhere."""

    async def score(state: TaskState, target: Target) -> Score:
        attempt = Attempt.of(state)
        if not attempt.expressible:
            return Score.unscored(reason=NOT_APPLICABLE)
        return Score(value=int(judge(attempt, int(target.text)) is Outcome.PASS))

    return score
