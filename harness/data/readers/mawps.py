"""MAWPS: mawps_single.json, AddSub.json, MultiArith.json, SingleEq.json; one file or a folder of them.

The unknown is written `x` or `X`, on either side or not at all: `X=((32.0+42.0)-35.0)`, `70-x=27`, `0.8-0.1`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from glassbox.harness.data.readers.distractors import distractor_tags
from glassbox.harness.data.readers.equation import not_expressible, settle, solve_equation
from glassbox.harness.data.readers.records import ExactNumber, OfficialRecord, RecordFile, Text
from glassbox.harness.data.readers.source import Draft, LeftOutError, Reason
from glassbox.harness.ir.program import Arithmetic

FOLDER = ("mawps_single.json", "AddSub.json", "MultiArith.json", "SingleEq.json")
EXPECTS = ", ".join(FOLDER)


class MawpsRecord(OfficialRecord):
    """One element of the array; the three files that have more fields say nothing more about the arithmetic."""

    sQuestion: Text
    lEquations: Annotated[list[str], Field(min_length=1, description="a list of equations")]
    lSolutions: Annotated[list[ExactNumber], Field(min_length=1, description="a list of numbers")]


def read(file: RecordFile) -> Iterator[Draft | Reason]:
    """One draft or reason a record."""
    for record in file.records(MawpsRecord):
        try:
            program, answer = _solved(record)
        except LeftOutError as left_out:
            yield left_out.reason
        else:
            yield Draft(record.sQuestion, answer, program, distractor_tags(record.sQuestion, program))


def _solved(record: MawpsRecord) -> tuple[Arithmetic, int]:
    if len(record.lEquations) != 1 or len(record.lSolutions) != 1:
        raise not_expressible("a system of equations")
    return settle(solve_equation(record.lEquations[0]), record.lSolutions[0])
