"""What did it cost: latency alone and amortised in a batch, tokens read and written, runs of the model.

Latency alone is measured on a few samples only; the others stand as NaN, which inspect leaves out of every metric.
"""

from __future__ import annotations

from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState

from glassbox.harness.records.attempt import Attempt
from glassbox.scorers.metrics import NAN, average, latency


@scorer(
    metrics={
        "alone_ms": [latency()],
        "amortised_ms": [latency()],
        "prompt_tokens": [average()],
        "generated_tokens": [average()],
        "model_calls": [average()],
    }
)
def cost() -> Scorer:
    """Carry the attempt's measurements into the scores, so that the header holds their quantiles and means."""

    async def score(state: TaskState, target: Target) -> Score:
        attempt = Attempt.of(state)
        return Score(
            value={
                "alone_ms": NAN if attempt.alone_ms is None else attempt.alone_ms,
                "amortised_ms": NAN if attempt.amortised_ms is None else attempt.amortised_ms,
                "prompt_tokens": attempt.prompt_tokens,
                "generated_tokens": attempt.generated_tokens,
                "model_calls": attempt.model_calls,
            }
        )

    return score
