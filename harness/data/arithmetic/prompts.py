"""The two questions put to a model about a problem, in one place for training, solvers and lm-eval."""

from __future__ import annotations

from glassbox.harness.data.problem import Problem
from glassbox.harness.ir.text import to_text


def expression_prompt(question: str) -> str:
    """Ask for the expression: the completion is the program's text, such as ` 69 - 49`."""
    return f"Question: {question}\nExpression:"


def answer_prompt(question: str) -> str:
    """Ask for the number: the completion is the answer, such as ` 20`."""
    return f"Question: {question}\nAnswer:"


def expression_of(problem: Problem) -> str:
    """What completes its `expression_prompt`."""
    return f" {to_text(problem.program)}" if problem.program else ""


def answer_of(problem: Problem) -> str:
    """What completes its `answer_prompt`."""
    return f" {problem.answer}"
