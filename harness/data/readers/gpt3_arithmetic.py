r"""The arithmetic files of the GPT-3 paper: context `\n\nQ: What is 98 plus 45?\n\nA:`, completion ` 143`.

The question is what stands between `Q: ` and the blank line. The sum of digits is a chain of additions, a one-digit
number excepted: that answer needs no operation, so the problem has no program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated

from pydantic import Field, StringConstraints

from glassbox.harness.data.readers.distractors import distractor_tags
from glassbox.harness.data.readers.equation import Binary, Expression, Number, not_expressible, parse_expression, settle
from glassbox.harness.data.readers.records import OfficialRecord, RecordFile
from glassbox.harness.data.readers.source import Draft, LeftOutError, Reason
from glassbox.harness.ir.program import Op

FOLDER = (
    "*_digit_addition.jsonl",
    "*_digit_subtraction.jsonl",
    "*_digit_multiplication.jsonl",
    "single_digit_three_ops.jsonl",
    "sum_of_digits.jsonl",
)
EXPECTS = ", ".join(FOLDER)

_CONTEXT = r"^\n*Q: ([^\n]+)\n\nA:\s*$"
_DIGIT_SUM = re.compile(r"What is the sum of the digits of the number ([0-9]{1,30})\?")
_EXPRESSION = re.compile(r"What is (.+)\?")
_WORDS = {" plus ": " + ", " minus ": " - ", " times ": " * "}


class Gpt3Record(OfficialRecord):
    """One line."""

    context: Annotated[
        str, StringConstraints(pattern=_CONTEXT), Field(description=r"'\n\nQ: What is 98 plus 45?\n\nA:'")
    ]
    completion: Annotated[
        str, StringConstraints(pattern=r"^\s*-?[0-9]{1,30}\s*$"), Field(description="a whole number as text")
    ]


def read(file: RecordFile) -> Iterator[Draft | Reason]:
    """One draft or reason a record."""
    for record in file.records(Gpt3Record):
        question = re.findall(_CONTEXT, record.context)[0].strip()
        stated = int(record.completion)
        try:
            expression = _expression(question)
            if isinstance(expression, Number) and expression.value == stated:
                yield Draft(question, stated, None, {"no_program": "no_operation"})
                continue
            program, answer = settle(expression, Fraction(stated))
        except LeftOutError as left_out:
            yield left_out.reason
        else:
            yield Draft(question, answer, program, distractor_tags(question, program))


def _expression(question: str) -> Expression:
    digit_sum = _DIGIT_SUM.fullmatch(question)
    if digit_sum:
        return _added([int(digit) for digit in digit_sum[1]])
    asked = _EXPRESSION.fullmatch(question)
    if not asked:
        raise not_expressible(f"{question!r} is no known question")
    text = asked[1]
    for word, symbol in _WORDS.items():
        text = text.replace(word, symbol)
    return parse_expression(text)


def _added(digits: list[int]) -> Expression:
    total: Expression = Number(Fraction(digits[0]))
    for digit in digits[1:]:
        total = Binary(Op.ADD, total, Number(Fraction(digit)))
    return total
