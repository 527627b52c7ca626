"""What came of the program, by kind: pass, wrong, parse, syntax, runtime, timeout, memory, mutated, unsupported.

Here the undecided are counted too.
"""

from __future__ import annotations

from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState

from glassbox.scorers.code_metrics import outcomes
from glassbox.scorers.judging import JUDGING, close_after_run


@scorer(metrics=[outcomes()])
def outcome() -> Scorer:
    """Score the outcome's name; metadata has `failure` as `outcome:kind`."""
    close_after_run()

    async def score(state: TaskState, target: Target) -> Score:
        judged = await JUDGING.judged(state)
        return Score(value=judged.outcome.value, metadata={"failure": judged.failure})

    return score
