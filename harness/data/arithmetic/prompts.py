"""The two questions put to a model about a problem, in one place for training, solvers and lm-eval."""

from __future__ import annotations

from collections.abc import Sequence

from glassbox.harness.data.problem import Problem
from glassbox.harness.ir.text import to_text


def expression_prompt(question: str, shots: Sequence[Problem] = ()) -> str:
    """Ask for the expression: the completion is the program's text, such as ` 69 - 49`."""
    return _shown(shots) + f"Question: {question}\nExpression:"


def answer_prompt(question: str, shots: Sequence[Problem] = ()) -> str:
    """Ask for the number: the completion is the answer, such as ` 20`."""
    return "".join(f"Question: {p.question}\nAnswer: {p.answer}\n\n" for p in shots) + f"Question: {question}\nAnswer:"


def _shown(shots: Sequence[Problem]) -> str:
    return "".join(f"Question: {p.question}\nExpression: {to_text(p.program)}\n\n" for p in shots if p.program)
