"""What a pair cost is carried from the solver's record into the sample's scores, unchanged."""

from __future__ import annotations

import asyncio

from inspect_ai.model import ModelName
from inspect_ai.scorer import Target
from inspect_ai.solver import TaskState

from glassbox.harness.records.prompted import Prompted, TargetRecord
from glassbox.scorers.dcm_cost import optimisation


def test_optimisation_scores_are_the_records_own_account() -> None:
    told = TargetRecord(
        target="2", decoded="2", exact=True, first_token=True, token_accuracy=1, horizon=2, tokens=2, loss=0.1
    )
    cost = {"steps": 300, "restarts": 5, "k": 4, "seconds": 6.5, "model_calls": 1501}
    record = Prompted.model_validate({**cost, "targets": {"answer": told}, "artefact": None, "converged": True})
    state = TaskState(ModelName("none/none"), "s", 1, "1+1=?", [], Target("2"))
    record.keep(state)
    score = asyncio.run(_scored(state))
    assert score == cost


async def _scored(state: TaskState) -> object:
    found = await optimisation()(state, Target("2"))
    assert found is not None
    return found.value
