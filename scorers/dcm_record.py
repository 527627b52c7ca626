"""The soft-prompt record of a sample, checked against the sample: vectors made for another text are no result."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from inspect_ai.scorer import Score, Scorer, Target
from inspect_ai.solver import TaskState

from glassbox.harness.records.prompted import LEFT_OUT_KEY, TARGETS, Prompted, TargetName, TargetRecord
from glassbox.scorers.metrics import NAN

Read = Callable[[TargetRecord], float | bool | None]


def of_record(judge: Callable[[Prompted, TaskState], Awaitable[Score]]) -> Scorer:
    """A question about a sample's record as a scorer asks it: unscored where the solver left the sample out."""

    async def score(state: TaskState, target: Target) -> Score:
        if (reason := state.store.get(LEFT_OUT_KEY)) is not None:
            return Score.unscored(reason=LEFT_OUT_KEY, explanation=reason)
        return await judge(record_of(state, target), state)

    return score


def record_of(state: TaskState, target: Target) -> Prompted:
    """The record that the solver left.

    Raises:
      LookupError: It left none.
      RuntimeError: The record is of other texts than the sample's: the solver's fault, not the model's.
    """
    record = Prompted.of(state)
    wanted: dict[TargetName, str] = {"question": state.input_text, "answer": target.text}
    if not record.targets:
        raise RuntimeError(f"the soft prompt of sample {state.sample_id} has no target; mend the solver and run again")
    for name, held in record.targets.items():
        if held.target != wanted[name]:
            raise RuntimeError(
                f"the soft prompt of sample {state.sample_id} was made for the {name} {held.target[:60]!r}, "
                f"not for {wanted[name][:60]!r}; mend the solver and run again"
            )
    return record


def is_joint(record: Prompted) -> bool:
    """Whether the vectors were made for both targets."""
    return set(record.targets) == set(TARGETS)


def written(held: TargetRecord) -> bool:
    """Whether the target was written, first to stop token, and reads as the target: not only its tokens agree."""
    return held.exact and held.decoded.strip() == held.target.strip()


def for_each(record: Prompted, name: str, read: Read) -> dict[str, float]:
    """`name_question` and `name_answer`; NaN, which is left out of every metric, where there is nothing to read."""
    found = {}
    for target in TARGETS:
        held = record.targets.get(target)
        value = None if held is None else read(held)
        found[f"{name}_{target}"] = NAN if value is None else float(value)
    return found
