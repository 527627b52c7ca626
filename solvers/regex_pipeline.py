"""The pipeline a head wants to replace: the model writes the expression, a parser reads it, the machine runs it.

    inspect eval tasks/ir_arith.py@ir_arith --solver regex_pipeline

Every completion that cannot be read is kept with the kind of its fault.
"""

from __future__ import annotations

from collections.abc import Sequence

from inspect_ai.solver import Solver, solver

from glassbox.harness.cli.arguments import AtLeastOne, checked
from glassbox.harness.data.arithmetic.prompts import expression_of, expression_prompt
from glassbox.harness.data.problem import Problem
from glassbox.harness.engine.technique import execute
from glassbox.harness.ir.machine import Width
from glassbox.harness.ir.program import Program
from glassbox.harness.ir.text import ParseError, read_first
from glassbox.harness.outcome import Outcome
from glassbox.harness.plugins.card import ARITHMETIC, solver_card
from glassbox.harness.records.attempt import Attempt
from glassbox.solvers.arithmetic.text import TextTechnique, text_solver


class RegexPipeline(TextTechnique):
    """Text, then program, then value."""

    def __init__(self, shots: Sequence[Problem], max_tokens: int, width: Width) -> None:
        super().__init__(shots, max_tokens)
        self._width = width

    def ask(self, question: str) -> str:
        """Ask for the expression."""
        return expression_prompt(question)

    def shown(self, shot: Problem) -> str:
        """The expression."""
        return expression_of(shot)

    def read(self, completions: Sequence[str]) -> list[Attempt]:
        """Read each completion strictly and run what was read."""
        programs: list[Program | None] = []
        kinds: list[str | None] = []
        for completion in completions:
            try:
                programs.append(read_first(completion))
                kinds.append(None)
            except ParseError as error:
                programs.append(None)
                kinds.append(error.kind)
        return [
            attempt if kind is None else attempt.model_copy(update={"failure": Outcome.PARSE, "failure_kind": kind})
            for attempt, kind in zip(execute(programs, self._width), kinds, strict=True)
        ]


@solver
@solver_card((ARITHMETIC,), prompt=expression_prompt)
@checked
def regex_pipeline(shots: int | None = None, max_tokens: AtLeastOne = 48, width: Width = 32) -> Solver:
    """Let the model write the expression, read it, run it.

    Args:
      shots: Examples in the prompt; by default none for the shipped models and four for others.
      max_tokens: Most tokens of an expression.
      width: Integer width of the machine in bits.
    """
    return text_solver(lambda chosen: RegexPipeline(chosen, max_tokens, width), shots)
