"""Control: no answer at all. Anything above 0 % is a defect of the scorer.

inspect eval tasks/ir_arith.py@ir_arith --solver null
inspect eval tasks/code_spec.py@phase3 --solver null
inspect eval tasks/soft_prompt.py@dcm_squad --solver null
"""

from __future__ import annotations

from collections.abc import Sequence

from inspect_ai.solver import Solver, solver

from glassbox.harness.cli.arguments import checked
from glassbox.harness.engine.kinds import by_kind
from glassbox.harness.engine.serving import served
from glassbox.harness.engine.technique import Question, Technique
from glassbox.harness.outcome import Outcome
from glassbox.harness.plugins.card import Control, solver_card
from glassbox.harness.records.attempt import Attempt
from glassbox.solvers.soft_prompts.controls import giving_pairs


class Null(Technique):
    """Gives up on every question."""

    def attempt(self, questions: Sequence[Question]) -> list[Attempt]:
        """One empty attempt a question."""
        return [Attempt(failure=Outcome.SCHEMA, failure_kind="no_program") for _ in questions]


@solver
@solver_card(control=Control.FLOOR, model="none")
@checked
def null() -> Solver:
    """Answer nothing."""
    answered = served(lambda model, origin: Null(), needs_model=False)
    return by_kind(answered, giving_pairs(False), lambda state: "", lambda state: "")
