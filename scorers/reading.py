"""What was read: operation, first and second operand, the whole program, each against the reference program.

A right value can come from a wrong program (2 + 2 for 2 * 2), and a wrong one from a single operand: this tells them
apart. For several steps the operation is the sequence of all operations, and an operand the sequence of all operands
on that side; for a loop they are its kind, its start and its stop. Order counts: 3 - 5 is not 5 - 3, nor is 5 + 3 the
program of "3 plus 5".
"""

from __future__ import annotations

from dataclasses import dataclass

from inspect_ai.scorer import Score, Scorer, Target, scorer
from inspect_ai.solver import TaskState

from glassbox.harness.ir.program import Loop, Operand, Program
from glassbox.harness.ir.text import parse
from glassbox.harness.records.attempt import Attempt
from glassbox.scorers.applicability import NOT_APPLICABLE, reads_a_program
from glassbox.scorers.metrics import proportion

PARTS = ("operation", "first_operand", "second_operand", "program")


@dataclass(frozen=True, slots=True)
class Parts:
    """A program taken apart, so that programs of one shape can be compared part by part."""

    operation: tuple[str, ...]
    first_operand: tuple[Operand, ...]
    second_operand: tuple[Operand, ...]


def parts(program: Program) -> Parts:
    """Take a program apart."""
    if isinstance(program, Loop):
        return Parts((program.kind.value,), (program.start,), (program.stop,))
    return Parts(
        tuple(step.op.value for step in program.steps),
        tuple(step.left for step in program.steps),
        tuple(step.right for step in program.steps),
    )


def agreement(read: Program, reference: Program) -> dict[str, int]:
    """1 for every part of `PARTS` that is read right, else 0."""
    mine, theirs = parts(read), parts(reference)
    return {
        "operation": int(mine.operation == theirs.operation),
        "first_operand": int(mine.first_operand == theirs.first_operand),
        "second_operand": int(mine.second_operand == theirs.second_operand),
        "program": int(read == reference),
    }


@scorer(metrics={part: [proportion()] for part in PARTS})
def reading() -> Scorer:
    """Score each part 1 or 0; unscored where there is no reference program or the solver reads none by design."""

    async def score(state: TaskState, target: Target) -> Score:
        attempt, reference = Attempt.of(state), state.metadata.get("program")
        if reference is None or not reads_a_program(attempt):
            return Score.unscored(reason=NOT_APPLICABLE)
        read = _program(attempt)
        value = agreement(read, parse(reference)) if read is not None else dict.fromkeys(PARTS, 0)
        return Score(value=dict(value), answer=attempt.program, explanation=f"reference {reference}")

    return score


def _program(attempt: Attempt) -> Program | None:
    """The program that was read, or None; text that is no program is the reader's fault."""
    if attempt.program is None:
        return None
    try:
        return parse(attempt.program)
    except ValueError:
        return None
