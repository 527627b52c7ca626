"""What the controls leave on a question-answer pair: both texts as they are, or nothing, without any model or vectors.

A sample is a pair when its metadata holds what `harness.data.pair.pair_of` reads. No model means no tokens: a
target's characters count as its tokens here, and the stop as one more.
"""

from __future__ import annotations

from inspect_ai.model import ModelOutput
from inspect_ai.solver import Generate, Solver, TaskState

from glassbox.harness.data.pair import pair_of
from glassbox.harness.records.prompted import TARGETS, Prompted, TargetRecord


def giving_pairs(all_of_it: bool) -> Solver:
    """A solver of pairs that gives both targets exactly, or writes nothing at all."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        pair = pair_of(state)
        targets = dict(zip(TARGETS, (_given(text, all_of_it) for text in (pair.question, pair.answer)), strict=True))
        record = Prompted(
            targets=targets,
            steps=0,
            restarts=0,
            k=0,
            seconds=0.0,
            model_calls=0,
            artefact=None,
            converged=all_of_it,
        )
        record.keep(state)
        state.output = ModelOutput.from_content(str(state.model), record.targets["answer"].decoded)
        return state

    return solve


def _given(text: str, all_of_it: bool) -> TargetRecord:
    tokens = len(text) + 1
    return TargetRecord(
        target=text,
        decoded=text if all_of_it else "",
        exact=all_of_it,
        first_token=all_of_it,
        token_accuracy=float(all_of_it),
        horizon=tokens if all_of_it else 0,
        tokens=tokens,
        loss=0.0 if all_of_it else float("inf"),
        curve="flat",
    )
