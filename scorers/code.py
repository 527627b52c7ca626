"""The scorers of the code tasks, in the order in which logs and viewers show them; the headline comes first.

Task(..., scorer=code_scorers())
"""

from __future__ import annotations

from inspect_ai.scorer import Scorer

from glassbox.scorers.cases_passed import cases_passed
from glassbox.scorers.outcome import outcome
from glassbox.scorers.passed import passed


def code_scorers(every_case: bool = True) -> list[Scorer]:
    """Every question asked of a program.

    Args:
      every_case: Whether judging goes on after a case that failed; the cases that pass are counted only there.
    """
    return [passed(), cases_passed(), outcome()] if every_case else [passed(), outcome()]
