"""Control: the reference program, run or written down; of a pair, its own texts; of any other task, its target.

Below 100 % is a defect of task, machine, sandbox or scorer.

inspect eval tasks/ir_arith.py@ir_arith --solver gold
inspect eval tasks/code_spec.py@phase3 --solver gold
inspect eval tasks/soft_prompt.py@dcm_squad --solver gold
"""

from __future__ import annotations

from collections.abc import Sequence

from inspect_ai.solver import Solver, solver

from glassbox.harness.cli.arguments import checked
from glassbox.harness.code.completion import fenced
from glassbox.harness.code.question import CodeQuestion
from glassbox.harness.engine.kinds import by_kind, coding
from glassbox.harness.engine.serving import served
from glassbox.harness.engine.technique import Question, Technique, execute
from glassbox.harness.ir.machine import Width
from glassbox.harness.ir.text import parse
from glassbox.harness.plugins.card import Control, solver_card
from glassbox.harness.records.attempt import Attempt
from glassbox.solvers.soft_prompts.controls import giving_pairs


class Gold(Technique):
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


def reference_block(question: CodeQuestion) -> str:
    """The reference program as a model would answer it.

    Raises:
      LookupError: The question has none.
    """
    if question.reference is None:
        raise LookupError(f"{question.entry_point} has no reference program; gold cannot answer it")
    return fenced(question.reference)


@solver
@solver_card(control=Control.CEILING, model="none")
@checked
def gold(width: Width = 32) -> Solver:
    """Answer with the reference program; of a pair, with both of its texts; of any other sample, with its target.

    Args:
      width: Integer width of the arithmetic machine in bits.
    """
    answered = served(lambda model, origin: Gold(width), needs_model=False)
    return by_kind(answered, giving_pairs(True), coding(reference_block), lambda state: state.target.text)
