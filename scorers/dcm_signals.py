"""Does the run give one of the seed's early-stop signals, and were paraphrases brought in?

`few_converged`: fewer than 20 % of at least 50 pairs are met. `fights`: the losses of question and answer went against
each other. `deployed`: paraphrases were added to the pair; `met_if_deployed`: and then it was met. Zero losses stand
with the losses. The signals are 1 or 0, and absent where there are too few pairs to tell.
"""

from __future__ import annotations

from collections.abc import Sequence

from inspect_ai.scorer import Metric, SampleScore, Score, Scorer, Value, metric, scorer
from inspect_ai.solver import TaskState

from glassbox.harness.dcm.signals import FEW_PAIRS, FEW_SHARE, fights, many
from glassbox.harness.records.prompted import Prompted
from glassbox.scorers.dcm_record import of_record
from glassbox.scorers.metrics import NAN, proportion


@metric
def few_converged() -> Metric:
    """1 where fewer than 20 % of at least 50 pairs are met, else 0."""

    def compute(scores: list[SampleScore]) -> Value:
        met = _flags(scores)
        return {"signal": NAN if len(met) < FEW_PAIRS else float(sum(met) < FEW_SHARE * len(met)), "n": len(met)}

    return compute


@metric
def anti_correlated() -> Metric:
    """1 where the losses fight in at least half of ten pairs or more, else 0."""

    def compute(scores: list[SampleScore]) -> Value:
        fought = _flags(scores)
        return {"signal": float(many(fought)) if fought else NAN}

    return compute


@scorer(
    metrics={
        "met": [few_converged()],
        "fights": [proportion(of="rate"), anti_correlated()],
        "deployed": [proportion(of="rate")],
        "met_if_deployed": [proportion()],
    }
)
def signals() -> Scorer:
    """Score what the signals are counted from."""

    @of_record
    async def score(record: Prompted, state: TaskState) -> Score:
        fought = fights(record)
        return Score(
            value={
                "met": int(record.converged),
                "fights": NAN if fought is None else int(fought),
                "deployed": int(record.deployed is not None),
                "met_if_deployed": NAN if record.deployed is None else int(record.converged),
            },
            explanation=record.deployed,
        )

    return score


def _flags(scores: Sequence[SampleScore]) -> list[bool]:
    return [bool(item.score.as_float()) for item in scores]
