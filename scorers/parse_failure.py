"""Was the reader unable to read anything? The share of parse failures, and every failure counted by its kind.

The claim of seed 000 is that reading from hidden states removes this failure mode. Programs that were read but are
invalid (`schema`) or do not run (`runtime`) are counted by kind, yet are no parse failures.
"""

from __future__ import annotations

from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState

from glassbox.harness.outcome import Outcome
from glassbox.harness.records.attempt import Attempt
from glassbox.scorers.metrics import failures_by_kind, proportion


@scorer(metrics=[proportion(of="rate"), failures_by_kind()])
def parse_failure() -> Scorer:
    """Score 1 for a parse failure, else 0; metadata has `failure` as `outcome:kind`, and the kind alone."""

    async def score(state: TaskState, target: Target) -> Score:
        attempt = Attempt.of(state)
        failure = f"{attempt.failure.value}:{attempt.failure_kind or 'unnamed'}" if attempt.failure else None
        return Score(
            value=int(attempt.failure is Outcome.PARSE),
            answer=attempt.completion if attempt.failure else None,
            metadata={"failure": failure, "failure_kind": attempt.failure_kind},
        )

    return score
