"""Is the value right? The headline of every IR task, and where faults are routed by cause.

Wrong is the model's fault alone. The machinery's fault raises, so that inspect records an error instead of a zero;
what cannot be decided is unscored.
"""

from __future__ import annotations

from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState

from glassbox.harness.outcome import Outcome
from glassbox.harness.records.attempt import Attempt
from glassbox.scorers.metrics import proportion


@scorer(metrics=[proportion()])
def semantic() -> Scorer:
    """Score 1 where the value is the answer, 0 where it is another or the model gave none; metadata has the outcome."""

    async def score(state: TaskState, target: Target) -> Score:
        attempt = Attempt.of(state)
        outcome = judge(attempt, int(target.text))
        metadata = {"outcome": outcome.value, "failure_kind": attempt.failure_kind}
        answer = None if attempt.value is None else str(attempt.value)
        if outcome is Outcome.UNSUPPORTED:
            return Score.unscored(reason=outcome.value, answer=answer, metadata=metadata)
        return Score(value=int(outcome is Outcome.PASS), answer=answer, metadata=metadata)

    return score


def judge(attempt: Attempt, answer: int) -> Outcome:
    """Name what came of the attempt.

    Raises:
      RuntimeError: The machinery failed, or the attempt gives neither a value nor a reason, or both.
    """
    if attempt.failure in (Outcome.INFRA, Outcome.PASS, Outcome.WRONG):
        raise RuntimeError(
            f"attempt with failure '{attempt.failure}' ({attempt.failure_kind or 'no kind'}) cannot be scored: "
            "this is the machinery's fault, not the model's; mend the solver and run again"
        )
    if (attempt.failure is None) == (attempt.value is None):
        raise RuntimeError(
            f"attempt with value {attempt.value} and failure {attempt.failure}: a solver gives either a value or the "
            "reason why there is none"
        )
    if attempt.failure is not None:
        return attempt.failure
    return Outcome.PASS if attempt.value == answer else Outcome.WRONG
