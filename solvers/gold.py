"""Control: the reference program through the machine. Anything below 100 % is a defect of task, machine or scorer.

inspect eval tasks/ir_arith.py@ir_arith --solver gold
"""

from __future__ import annotations

from collections.abc import Sequence

from inspect_ai.solver import Solver, solver

from harness.ir.machine import Width
from harness.ir.text import parse
from harness.records.attempt import Attempt
from solvers.serving import served
from solvers.technique import Question, execute


class Gold:
    """Answers with the reference program, or with the reference answer where a source gives no program."""

    def __init__(self, width: Width) -> None:
        self._width = width

    def attempt(self, questions: Sequence[Question]) -> list[Attempt]:
        """One attempt a question."""
        programs = [None if q.program is None else parse(q.program) for q in questions]
        attempts = execute(programs, self._width)
        return [
            Attempt(value=q.answer, reads_program=False) if program is None else attempt
            for q, program, attempt in zip(questions, programs, attempts, strict=True)
        ]


@solver
def gold(width: Width = 32) -> Solver:
    """Run the reference program.

    Args:
      width: Integer width of the machine in bits.
    """
    return served(lambda model, origin: Gold(width), needs_model=False)
