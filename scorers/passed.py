"""Does the program pass every case? The headline of every code task, and where faults are routed by cause.

Wrong is the model's fault alone. A program that the sandbox cannot decide is unscored, by whatever fault; a machinery
that works for none raises, so that inspect records an error instead of zeros.
"""

from __future__ import annotations

from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState

from glassbox.harness.outcome import UNDECIDED, Outcome
from glassbox.scorers.code_metrics import by, by_flag, pass_at_k
from glassbox.scorers.judging import JUDGING, close_after_run
from glassbox.scorers.metrics import proportion


@scorer(metrics=[proportion(), pass_at_k(), by("category"), by("complexity"), by_flag()])
def passed() -> Scorer:
    """Score 1 where every case passes, else 0; metadata has the whole record of the judge."""
    close_after_run()

    async def score(state: TaskState, target: Target) -> Score:
        judged = await JUDGING.judged(state)
        metadata = {**judged.model_dump(mode="json"), "failure": judged.failure}
        if judged.outcome in UNDECIDED:
            return Score.unscored(reason=judged.outcome.value, answer=judged.code, metadata=metadata)
        explanation = next((failed.detail for failed in judged.failures), judged.traceback) or None
        value = int(judged.outcome is Outcome.PASS)
        return Score(value=value, answer=judged.code, explanation=explanation, metadata=metadata)

    return score
