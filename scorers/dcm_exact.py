"""Does greedy decoding write both texts, first token to stop token? The headline of every soft-prompt task.

A loss alone is no result: with 99 % of a target's tokens right under teacher forcing greedy decoding can fail at the
first one (progressive cramming, FACTS.md 001).
"""

from __future__ import annotations

from inspect_ai.scorer import Score, Scorer, scorer
from inspect_ai.solver import TaskState

from glassbox.harness.records.prompted import TARGETS, Prompted
from glassbox.scorers.applicability import NOT_APPLICABLE
from glassbox.scorers.dcm_metrics import mean_interval
from glassbox.scorers.dcm_record import for_each, is_joint, of_record, written
from glassbox.scorers.metrics import proportion

_SHARES = ("exact", "first_token")


@scorer(metrics=[proportion()])
def exact_both() -> Scorer:
    """Score 1 where question and answer are written by the same vectors; unscored for a run on one target alone."""

    @of_record
    async def score(record: Prompted, state: TaskState) -> Score:
        if not is_joint(record):
            return Score.unscored(reason=NOT_APPLICABLE, explanation="the vectors were made for one target alone")
        metadata = {f"decoded_{name}": held.decoded for name, held in record.targets.items()}
        value = int(all(written(held) for held in record.targets.values()))
        return Score(value=value, answer=record.targets["answer"].decoded, metadata=metadata)

    return score


@scorer(
    metrics={
        **{f"{name}_{target}": [proportion()] for name in _SHARES for target in TARGETS},
        **{f"token_accuracy_{target}": [mean_interval()] for target in TARGETS},
    }
)
def decoding() -> Scorer:
    """Score each target apart: exact, first token, token accuracy.

    `horizon`, the share of its tokens before the first mistake, is kept with the sample.
    """

    @of_record
    async def score(record: Prompted, state: TaskState) -> Score:
        return Score(
            value={
                **for_each(record, "exact", written),
                **for_each(record, "first_token", lambda held: held.first_token),
                **for_each(record, "token_accuracy", lambda held: held.token_accuracy),
                **for_each(record, "horizon", lambda held: held.horizon / held.tokens),
            }
        )

    return score
