"""What did the controls give? Shuffled pairs, random vectors of the same norm, the other target's mode.

Each is a share of its own, by name. `cross_question` and `cross_answer` say that the vectors write that text under the
other target's mode too, so that the mode does not choose between them.
"""

from __future__ import annotations

from inspect_ai.scorer import Score, Scorer, scorer
from inspect_ai.solver import TaskState

from glassbox.harness.records.prompted import Prompted
from glassbox.scorers.applicability import NOT_APPLICABLE
from glassbox.scorers.dcm_metrics import by_control
from glassbox.scorers.dcm_record import of_record


@scorer(metrics=[by_control()])
def controls() -> Scorer:
    """Score how many of the sample's yes-or-no controls came out yes; unscored where none was run."""

    @of_record
    async def score(record: Prompted, state: TaskState) -> Score:
        cross = {f"cross_{name}": held.cross_exact for name, held in record.targets.items()}
        found = {**record.controls, **{name: value for name, value in cross.items() if value is not None}}
        if not found:
            return Score.unscored(reason=NOT_APPLICABLE, explanation="no control was run")
        return Score(value=sum(value is True for value in found.values()), metadata={"controls": found})

    return score
