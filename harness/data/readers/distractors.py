"""How many numbers stand in a question without being an operand: what makes a lexical short cut fail."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

from glassbox.harness.ir.program import Arithmetic

_NUMBER = re.compile(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?|\.[0-9]+")


def distractor_tags(question: str, program: Arithmetic) -> dict[str, str]:
    """The `distractors` tag, where every operand stands in the question as digits; otherwise nothing is known."""
    spare = Counter(Fraction(number.replace(",", "")) for number in _NUMBER.findall(question))
    for step in program.steps:
        for operand in (step.left, step.right):
            if isinstance(operand, int):
                if not spare[Fraction(operand)]:
                    return {}
                spare[Fraction(operand)] -= 1
    return {"distractors": str(spare.total())}
