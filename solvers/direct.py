"""Control: the model writes the number itself; no program, no machine.

inspect eval tasks/ir_arith.py@ir_arith --solver direct
"""

from __future__ import annotations

from collections.abc import Sequence

from inspect_ai.solver import Solver, solver

from glassbox.harness.cli.arguments import AtLeastOne, checked
from glassbox.harness.data.arithmetic.prompts import answer_of, answer_prompt
from glassbox.harness.data.problem import Problem
from glassbox.harness.ir.numbers import whole_integer
from glassbox.harness.outcome import Outcome
from glassbox.harness.plugins.card import ARITHMETIC, Control, solver_card
from glassbox.harness.records.attempt import Attempt
from glassbox.solvers.arithmetic.text import TextTechnique, text_solver


class Direct(TextTechnique):
    """The completion is the answer."""

    def ask(self, question: str) -> str:
        """Ask for the number."""
        return answer_prompt(question)

    def shown(self, shot: Problem) -> str:
        """The number."""
        return answer_of(shot)

    def read(self, completions: Sequence[str]) -> list[Attempt]:
        """The completion as an integer, as `harness.ir.numbers` reads one; anything else is a parse failure."""
        return [_integer(completion) for completion in completions]


def _integer(completion: str) -> Attempt:
    value = whole_integer(completion)
    if value is not None:
        return Attempt(value=value, reads_program=False)
    kind = "not_an_integer" if completion.strip() else "empty"
    return Attempt(failure=Outcome.PARSE, failure_kind=kind, reads_program=False)


@solver
@solver_card((ARITHMETIC,), control=Control.OTHER_ROAD, prompt=answer_prompt)
@checked
def direct(shots: int | None = None, max_tokens: AtLeastOne = 24) -> Solver:
    """Let the model write the number.

    Args:
      shots: Examples in the prompt; by default none for the shipped models and four for others.
      max_tokens: Most tokens of an answer.
    """
    return text_solver(lambda chosen: Direct(chosen, max_tokens), shots)
