"""Did the optimisation converge by the seed's criteria? Each target by its own loss against its own baselines.

`beats_random`: the loss is below 0.3 of that of random embeddings. `near_context`: it is below twice that of the real
text as the prompt. Either is convergence. A target whose baselines were not measured is decided only where the other
criterion is met. Convergence is no success: `exact_both` stands beside it.
"""

from __future__ import annotations

from inspect_ai.scorer import Score, Scorer, scorer
from inspect_ai.solver import TaskState

from glassbox.harness.dcm.criteria import criteria_of
from glassbox.harness.records.prompted import TARGETS, Prompted, TargetRecord
from glassbox.scorers.dcm_metrics import convergence_level
from glassbox.scorers.dcm_record import for_each, is_joint, of_record
from glassbox.scorers.metrics import NAN, proportion


@scorer(
    metrics={
        "converged_both": [proportion(), convergence_level()],
        **{f"converged_{target}": [proportion()] for target in TARGETS},
    }
)
def convergence() -> Scorer:
    """Score 1 where a criterion is met, 0 where not; `converged_both` asks for both targets of a joint run.

    Each criterion alone is kept with the sample.
    """

    @of_record
    async def score(record: Prompted, state: TaskState) -> Score:
        each = for_each(record, "converged", converged)
        return Score(
            value={
                "converged_both": _both(list(each.values())) if is_joint(record) else NAN,
                **each,
                **for_each(record, "beats_random", lambda held: criteria_of(held).beats_random),
                **for_each(record, "near_context", lambda held: criteria_of(held).near_context),
            }
        )

    return score


def converged(held: TargetRecord) -> bool | None:
    """Either criterion; None where none is met and one of them is unknown."""
    found = criteria_of(held)
    undecided = None in (found.beats_random, found.near_context)
    return True if found.converged else None if undecided else False


def _both(each: list[float]) -> float:
    """One failure decides; otherwise everything has to be known."""
    return 0.0 if 0.0 in each else NAN if any(value != value for value in each) else 1.0
