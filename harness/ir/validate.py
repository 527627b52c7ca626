"""Is this a program at all? The structural reward of seed 000, with the reason when it is not.

Structure is judged without running anything: a divisor that *comes out* as zero is the machine's finding, not ours.
"""

from __future__ import annotations

from typing import Literal

from glassbox.harness.ir.program import Arithmetic, Loop, LoopKind, Op, Operand, Program, Result

InvalidKind = Literal["empty", "bad_reference", "operand_out_of_range", "division_by_zero", "unreachable_stop"]


class InvalidProgram(ValueError):
    """The program has no meaning, or leaves the range it was asked to keep. `kind` is one of `InvalidKind`."""

    def __init__(self, kind: InvalidKind, message: str) -> None:
        super().__init__(message)
        self.kind: InvalidKind = kind


def validate(program: Program, low: int = 0, high: int = 1000) -> None:
    """Check structure and literal operands; results of steps are not bound to the range.

    Raises:
      InvalidProgram: With the kind of the first fault found, in the order in which the program is written.
    """
    if isinstance(program, Loop):
        _check_range(program.start, low, high, "the loop's start")
        _check_range(program.stop, low, high, "the loop's stop")
        if program.kind is LoopKind.COUNTDOWN and program.start < program.stop:
            raise InvalidProgram(
                "unreachable_stop",
                f"a countdown from {program.start} never reaches {program.stop}; start at or above the stop",
            )
        return
    check_references(program)
    for index, step in enumerate(program.steps):
        for side, operand in (("left", step.left), ("right", step.right)):
            if not isinstance(operand, Result):
                _check_range(operand, low, high, f"the {side} operand of step {index}")
        if step.op is Op.DIVIDE and step.right == 0:
            raise InvalidProgram("division_by_zero", f"step {index} divides by the literal 0; use another divisor")


def is_valid(program: Program, low: int = 0, high: int = 1000) -> bool:
    """Whether `validate` would accept the program."""
    try:
        validate(program, low, high)
    except InvalidProgram:
        return False
    return True


def check_references(program: Arithmetic) -> None:
    """Check only what any reader of the steps relies on: there is a step, and results come from earlier ones.

    Raises:
      InvalidProgram: Of kind `empty` or `bad_reference`.
    """
    if not program.steps:
        raise InvalidProgram("empty", "the program has no steps; give it at least one")
    for index, step in enumerate(program.steps):
        _check_reference(step.left, index)
        _check_reference(step.right, index)


def _check_reference(operand: Operand, index: int) -> None:
    if isinstance(operand, Result) and not 0 <= operand.step < index:
        raise InvalidProgram(
            "bad_reference", f"step {index} uses the result of step {operand.step}; only earlier steps have one"
        )


def _check_range(value: int, low: int, high: int, name: str) -> None:
    if not low <= value <= high:
        raise InvalidProgram("operand_out_of_range", f"{name} is {value}, outside {low}..{high}")
