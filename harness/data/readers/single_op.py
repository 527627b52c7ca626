"""single_op.jsonl: real human wording, one operation on two numbers that both stand in the text as digits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from glassbox.harness.data.readers.equation import Binary, Number, settle
from glassbox.harness.data.readers.records import ExactNumber, OfficialRecord, RecordFile, Text
from glassbox.harness.data.readers.source import Draft, LeftOutError, Reason
from glassbox.harness.ir.program import Op

EXPECTS = "single_op.jsonl"
FOLDER: tuple[str, ...] = ()

_OPS = {op.symbol: op for op in Op}


class SingleOpRecord(OfficialRecord):
    """One line. `origin` is where the wording comes from (svamp, mawps_single, addsub, singleeq)."""

    id: Text
    question: Text
    op: Annotated[Literal["+", "-", "*", "/"], Field(description="one of + - * /")]
    a: ExactNumber
    b: ExactNumber
    answer: ExactNumber
    origin: Annotated[str | None, Field(alias="source", description="text")] = None
    distractors: Annotated[int | None, Field(description="a whole number")] = None


def read(file: RecordFile) -> Iterator[Draft | Reason]:
    """One draft or reason a record."""
    for record in file.records(SingleOpRecord):
        expression = Binary(_OPS[record.op], Number(record.a), Number(record.b))
        try:
            program, answer = settle(expression, record.answer)
        except LeftOutError as left_out:
            yield left_out.reason
        else:
            known = {"origin": record.origin, "distractors": record.distractors}
            tags = {name: str(value) for name, value in known.items() if value is not None}
            yield Draft(record.question, answer, program, tags)
