"""How many cases does the program pass? Progress below the headline, which asks for all of them.

A program that cannot be read or loaded passes none.
"""

from __future__ import annotations

from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState

from glassbox.harness.outcome import UNDECIDED
from glassbox.scorers.code_metrics import case_counts
from glassbox.scorers.judging import JUDGING, close_after_run
from glassbox.scorers.metrics import average


@scorer(metrics=[average(), case_counts()])
def cases_passed() -> Scorer:
    """Score the fraction of cases that pass; metadata has the counts."""
    close_after_run()

    async def score(state: TaskState, target: Target) -> Score:
        judged = await JUDGING.judged(state)
        metadata = {"cases": judged.cases, "cases_passed": judged.cases_passed}
        if judged.outcome in UNDECIDED:
            return Score.unscored(reason=judged.outcome.value, metadata=metadata)
        return Score(value=judged.cases_passed / judged.cases, metadata=metadata)

    return score
