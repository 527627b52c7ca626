"""What did a pair cost: optimiser steps, restarts, vectors, forward passes, seconds, and how many pairs a minute."""

from __future__ import annotations

from inspect_ai.scorer import Score, Scorer, scorer
from inspect_ai.solver import TaskState

from glassbox.harness.records.prompted import Prompted
from glassbox.scorers.dcm_metrics import mean_interval, per_minute
from glassbox.scorers.dcm_record import of_record
from glassbox.scorers.metrics import average


@scorer(
    metrics={
        "steps": [mean_interval()],
        "restarts": [mean_interval()],
        "k": [average()],
        "seconds": [mean_interval(), per_minute()],
    }
)
def optimisation() -> Scorer:
    """Carry the record's account into the scores; `model_calls` is kept with the sample only."""

    @of_record
    async def score(record: Prompted, state: TaskState) -> Score:
        return Score(
            value={
                "steps": record.steps,
                "restarts": record.restarts,
                "k": record.k,
                "model_calls": record.model_calls,
                "seconds": record.seconds,
            }
        )

    return score
