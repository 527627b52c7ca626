"""SQuAD v2.0 (and v1.1) JSON: answerable questions with their passage; the first answer is the target.

One object with `data`, as published and as annotation tools export it, or a line for each question with its `context`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.pairs import ALIASES, PairReason
from glassbox.harness.data.readers.records import Label, OfficialRecord, RecordFile, Text

EXPECTS = "a SQuAD JSON file such as dev-v2.0.json"
FOLDER: tuple[str, ...] = ()

Flag = Annotated[bool, BeforeValidator(lambda value: False if value is None else value), Field(description="a flag")]


class SquadFile(OfficialRecord):
    """The whole file."""

    data: Annotated[list[Any], Field(description="a list of articles")]


class SquadArticle(OfficialRecord):
    """One article."""

    title: Label = ""
    paragraphs: Annotated[list[Any], Field(description="a list of paragraphs")]


class SquadParagraph(OfficialRecord):
    """A passage and what is asked about it."""

    context: Text
    qas: Annotated[list[Any], Field(description="a list of questions")]


class SquadAnswer(OfficialRecord):
    """One annotator's answer; some tools write an empty one where there is none."""

    text: Annotated[str, Field(description="text")]


class SquadQuestion(OfficialRecord):
    """One question; v1.1 has no `is_impossible`, and tools leave out ids."""

    id: Label = ""
    question: Text
    answers: Annotated[list[SquadAnswer], BeforeValidator(lambda value: [] if value is None else value)] = Field(
        default=[], description="a list of answers with their text"
    )
    is_impossible: Flag = False


class SquadTexts(OfficialRecord):
    """The answers of a line."""

    text: Annotated[list[str], Field(description="a list of texts")]


class SquadLine(OfficialRecord):
    """One question a line, as tables of SQuAD hold it."""

    id: Label = ""
    title: Label = ""
    context: Text
    question: Text
    answers: SquadTexts


def read(file: RecordFile) -> Iterator[Pair | PairReason]:
    """One pair or reason a question."""
    for record in file.records(SquadLine, SquadFile):
        if isinstance(record, SquadLine):
            title, answers = record.title, record.answers.text
            yield _pair(record.context, record.question, answers, {"title": title, "record": record.id})
            continue
        for number, value in enumerate(record.data if isinstance(record, SquadFile) else []):
            yield from _article(file, value, f"data[{number}]")


def _article(file: RecordFile, value: object, place: str) -> Iterator[Pair | PairReason]:
    article = file.part(SquadArticle, value, place)
    for position, inner in enumerate(article.paragraphs if article else []):
        paragraph = file.part(SquadParagraph, inner, f"{place}.paragraphs[{position}]")
        for number, question in enumerate(paragraph.qas if paragraph else []):
            asked = file.part(SquadQuestion, question, f"{place}.paragraphs[{position}].qas[{number}]")
            if asked and asked.is_impossible:
                yield PairReason.UNANSWERABLE
            elif asked and article and paragraph:
                tags = {"title": article.title, "record": asked.id}
                yield _pair(paragraph.context, asked.question, [answer.text for answer in asked.answers], tags)


def _pair(context: str, question: str, given: list[str], tags: dict[str, str]) -> Pair | PairReason:
    answers = list(dict.fromkeys(text for answer in given if (text := answer.strip())))
    if not answers:
        return PairReason.NO_ANSWER
    if answers[0] not in context:
        return PairReason.ANSWER_NOT_IN_CONTEXT
    return Pair(question, answers[0], context, "squad", tags | {ALIASES: json.dumps(answers)})
