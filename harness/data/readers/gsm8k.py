"""GSM8K: question, and an answer whose `<<48/2=24>>` marks become one program and whose `#### 72` is the value.

A mark's number that equals an earlier mark's result is taken to *be* that result (the latest one, if several are
equal). The file links them only by value, so a number that the text also gives may be linked by coincidence; the
value of the program is the same either way. Where the marks are no whole-number program that uses every mark and ends
at the answer, the problem is kept without a program and the tag `no_program` says why: `no_marks`, `not_expressible`,
`non_integer_operand`, `inexact_division`, `mark_disagrees`, `unused_mark`, `answer_disagrees`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from glassbox.harness.data.readers.equation import StepBuilder, not_expressible, parse_expression
from glassbox.harness.data.readers.records import OfficialRecord, RecordFile, Text, exact_number
from glassbox.harness.data.readers.source import Draft, LeftOutError, Reason
from glassbox.harness.ir.program import Arithmetic, Operand, Result

EXPECTS = "train.jsonl, test.jsonl"
FOLDER: tuple[str, ...] = ()

_FINAL = r"#### *(-?[0-9]{1,12}(?:,[0-9]{3}){0,5}(?:\.[0-9]{1,12})?)\s*$"
_MARK = re.compile(r"<<([^<>]*)>>")


class Gsm8kRecord(OfficialRecord):
    """One line."""

    question: Text
    answer: Annotated[str, StringConstraints(pattern=_FINAL), Field(description="a solution that ends in '#### 72'")]


class _NoProgramError(ValueError):
    """Why the marks of one answer are no program."""


def read(file: RecordFile) -> Iterator[Draft | Reason]:
    """One draft or reason a record."""
    for record in file.records(Gsm8kRecord):
        final = exact_number(re.findall(_FINAL, record.answer)[0].replace(",", ""))
        if final.denominator != 1:
            yield Reason.NON_INTEGER_ANSWER
            continue
        answer = int(final)
        try:
            program = marked_program(record.answer, answer)
        except LeftOutError as left_out:
            yield Draft(record.question, answer, None, {"no_program": left_out.reason.value})
        except _NoProgramError as missing:
            yield Draft(record.question, answer, None, {"no_program": str(missing)})
        else:
            yield Draft(record.question, answer, program, {})


def marked_program(solution: str, answer: int) -> Arithmetic:
    """The program that the marks of a solution spell out, if every mark serves the answer."""
    builder = StepBuilder()
    results: dict[int, Operand] = {}
    last: Operand | None = None
    for mark in _MARK.findall(solution):
        last = _add_mark(builder, mark, results)
    if last is None:
        raise _NoProgramError("no_marks")
    if builder.value_of(last) != answer:
        raise _NoProgramError("answer_disagrees")
    if not builder.steps:
        raise not_expressible("the marks hold no operation")
    used = {operand for step in builder.steps for operand in (step.left, step.right)} | {last}
    if any(Result(index) not in used for index in range(len(builder.steps))):
        raise _NoProgramError("unused_mark")
    if last != Result(len(builder.steps) - 1):
        raise not_expressible("the last mark restates an earlier result")
    return Arithmetic(tuple(builder.steps))


def _add_mark(builder: StepBuilder, mark: str, results: dict[int, Operand]) -> Operand:
    left, equals, right = mark.partition("=")
    if not equals:
        raise not_expressible(f"{mark!r} has no result")
    operand = builder.emit(parse_expression(left), results)
    value = builder.value_of(operand)
    stated = parse_expression(right)
    stated_builder = StepBuilder()
    if stated_builder.value_of(stated_builder.emit(stated, {})) != value:
        raise _NoProgramError("mark_disagrees")
    if isinstance(operand, Result):
        results[value] = operand
    return operand
