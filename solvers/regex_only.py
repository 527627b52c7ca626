"""Control without a model: regular expressions read the question itself.

    inspect eval tasks/ir_arith.py@ir_arith --solver regex_only

The origin's "100 %" pipelines were this, unawares. The patterns are what an engineer would write for the wordings of
the seed: symbols, verbs with "from" and "into" reversing the operands, and for everything else the first two numbers
with the first word that names an operation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from inspect_ai.solver import Solver, solver

from glassbox.harness.cli.arguments import checked
from glassbox.harness.engine.serving import served
from glassbox.harness.engine.technique import Question, Technique, execute
from glassbox.harness.ir.machine import Width
from glassbox.harness.ir.numbers import integers, plainly
from glassbox.harness.ir.program import Loop, LoopKind, Op, Program, single
from glassbox.harness.outcome import Outcome
from glassbox.harness.plugins.card import ARITHMETIC, Control, solver_card
from glassbox.harness.records.attempt import Attempt

_LOOP = (
    (LoopKind.COUNTDOWN, re.compile(r"count (?:down|backwards)|\bdown\b", re.I)),
    (LoopKind.PRODUCT, re.compile(r"(?:product|multiply).*\bnumbers?\b", re.I)),
    (LoopKind.SUM, re.compile(r"(?:sum|add|total).*\bnumbers?\b", re.I)),
)
_REVERSED = re.compile(
    r"subtract \d+ from|take \d+ (?:away )?from|remove \d+ from|\d+ (?:is )?subtracted from|\d+ less than"
    r"|\d+ (?:go|goes|fit|fits) in",
    re.I,
)
_WORDS = (
    (Op.MULTIPLY, re.compile(r"\*|\d x \d|multipl|times (?!does)|product|\beach\b.*\b(?:total|in all)|\bof \d", re.I)),
    (Op.DIVIDE, re.compile(r"/|divid|quotient|split|share|\bover\b|how (?:many times|often)|equal|\beach\b", re.I)),
    (Op.SUBTRACT, re.compile(r"-|minus|subtract|differ|away|remove|decrease|less|left|\bfrom\b|how many more", re.I)),
    (Op.ADD, re.compile(r"\+|plus|\badd|sum|total|increase|together|more than|in all|altogether", re.I)),
)


def read_question(question: str) -> Program | None:
    """The program that the patterns see, or None where they see no operation or fewer than two numbers."""
    numbers = [found.value for found in integers(question)][:2]
    if len(numbers) < 2:
        return None
    question = plainly(question)
    first, second = numbers
    for kind, pattern in _LOOP:
        if pattern.search(question):
            return Loop(kind, first, second)
    if _REVERSED.search(question):
        first, second = second, first
    for op, pattern in _WORDS:
        if pattern.search(question):
            return single(op, first, second)
    return None


class RegexOnly(Technique):
    """Reads questions by pattern and runs what it read."""

    def __init__(self, width: Width) -> None:
        self._width = width

    def attempt(self, questions: Sequence[Question]) -> list[Attempt]:
        """One attempt a question."""
        attempts = execute((read_question(q.text) for q in questions), self._width)
        return [
            a.model_copy(update={"failure": Outcome.PARSE, "failure_kind": "no_pattern"})
            if a.failure is Outcome.SCHEMA
            else a
            for a in attempts
        ]


@solver
@solver_card((ARITHMETIC,), control=Control.LEXICAL, model="none")
@checked
def regex_only(width: Width = 32) -> Solver:
    """Read the question by regular expressions; no model is called.

    Args:
      width: Integer width of the machine in bits.
    """
    return served(lambda model, origin: RegexOnly(width), needs_model=False)
