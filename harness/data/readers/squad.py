"""SQuAD v2.0 (and v1.1) JSON: answerable questions with their passage; the first answer is the target."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.nested import NestedFile
from glassbox.harness.data.readers.pairs import ALIASES, PairReason
from glassbox.harness.data.readers.records import OfficialRecord, Text

EXPECTS = "a SQuAD JSON file such as dev-v2.0.json"
FOLDER: tuple[str, ...] = ()


class SquadFile(OfficialRecord):
    """The whole file."""

    data: Annotated[list[Any], Field(description="a list of articles")]


class SquadArticle(OfficialRecord):
    """One article."""

    title: Annotated[str, Field(description="text")] = ""
    paragraphs: Annotated[list[Any], Field(description="a list of paragraphs")]


class SquadParagraph(OfficialRecord):
    """A passage and what is asked about it."""

    context: Text
    qas: Annotated[list[Any], Field(description="a list of questions")]


class SquadQuestion(OfficialRecord):
    """One question; v1.1 has no `is_impossible`."""

    id: Text
    question: Text
    answers: Annotated[list[Any], Field(description="a list of answers")]
    is_impossible: Annotated[bool, Field(description="true or false")] = False


class SquadAnswer(OfficialRecord):
    """One annotator's answer."""

    text: Text


def read(file: NestedFile) -> Iterator[Pair | PairReason]:
    """One pair or reason a question."""
    for number, value in enumerate(file.json_object(SquadFile).data):
        place = f"data[{number}]"
        article = file.part(SquadArticle, value, place)
        for position, inner in enumerate(article.paragraphs):
            yield from _paragraph(file, inner, f"{place}.paragraphs[{position}]", article.title)


def _paragraph(file: NestedFile, value: object, place: str, title: str) -> Iterator[Pair | PairReason]:
    paragraph = file.part(SquadParagraph, value, place)
    for number, inner in enumerate(paragraph.qas):
        where = f"{place}.qas[{number}]"
        asked = file.part(SquadQuestion, inner, where)
        answers = [
            file.part(SquadAnswer, answer, f"{where}.answers[{position}]").text
            for position, answer in enumerate(asked.answers)
        ]
        if asked.is_impossible:
            yield PairReason.UNANSWERABLE
        elif not answers:
            yield PairReason.NO_ANSWER
        elif answers[0] not in paragraph.context:
            yield PairReason.ANSWER_NOT_IN_CONTEXT
        else:
            tags = {"title": title, "record": asked.id, ALIASES: json.dumps(list(dict.fromkeys(answers)))}
            yield Pair(asked.question, answers[0], paragraph.context, "squad", tags)
