"""SVAMP.json: Body and Question as two texts, the Equation without its unknown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from glassbox.harness.data.readers.distractors import distractor_tags
from glassbox.harness.data.readers.equation import settle, solve_equation
from glassbox.harness.data.readers.records import ExactNumber, OfficialRecord, RecordFile, Text
from glassbox.harness.data.readers.source import Draft, LeftOutError, Reason

EXPECTS = "SVAMP.json"
FOLDER: tuple[str, ...] = ()


class SvampRecord(OfficialRecord):
    """One element of the array."""

    Body: Annotated[str, StringConstraints(strip_whitespace=True), Field(description="text")]
    Question: Text
    Equation: Text
    Answer: ExactNumber


def read(file: RecordFile) -> Iterator[Draft | Reason]:
    """One draft or reason a record."""
    for record in file.records(SvampRecord):
        question = joined(record.Body, record.Question)
        try:
            program, answer = settle(solve_equation(record.Equation), record.Answer)
        except LeftOutError as left_out:
            yield left_out.reason
        else:
            yield Draft(question, answer, program, distractor_tags(question, program))


def joined(body: str, question: str) -> str:
    """Body and question as one text; most bodies end a sentence without its full stop in the official file."""
    if not body:
        return question
    return f"{body} {question}" if body[-1] in ".!?,;:" else f"{body}. {question}"
