"""TriviaQA: JSON lines with `question` and `golden_answers`, or the publisher's JSON (`Data`, `Question`, `Answer`).

The target is the first golden answer, in the publisher's file `Answer.Value`. No passage goes with it: the answer has
to come from knowledge.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import Field

from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.nested import NestedFile
from glassbox.harness.data.readers.pairs import ALIASES, PairReason
from glassbox.harness.data.readers.records import OfficialRecord, Text

EXPECTS = "JSON lines with question and golden_answers, or a TriviaQA JSON file such as unfiltered-web-dev.json"
FOLDER: tuple[str, ...] = ()

Texts = Annotated[list[str], Field(description="a list of texts")]


class TriviaLine(OfficialRecord):
    """One line."""

    question: Text
    golden_answers: Texts
    id: Annotated[str, Field(description="text")] = ""


class TriviaFile(OfficialRecord):
    """The publisher's file."""

    Data: Annotated[list[Any], Field(description="a list of questions")]


class TriviaAnswer(OfficialRecord):
    """The answer in the publisher's file."""

    Value: Annotated[str, Field(description="text")]
    Aliases: Annotated[tuple[str, ...], Field(strict=False, description="a list of texts")] = ()


class TriviaQuestion(OfficialRecord):
    """One question of the publisher's file."""

    Question: Text
    Answer: Annotated[dict[str, Any], Field(description="an object with Value")]
    QuestionId: Annotated[str, Field(description="text")] = ""


def read(file: NestedFile) -> Iterator[Pair | PairReason]:
    """One pair or reason a question."""
    if b'"Data"' in file.content[:200_000]:
        for number, value in enumerate(file.json_object(TriviaFile).Data):
            asked = file.part(TriviaQuestion, value, f"Data[{number}]")
            answer = file.part(TriviaAnswer, asked.Answer, f"Data[{number}].Answer")
            yield pair_of(asked.Question, [answer.Value, *answer.Aliases], "triviaqa", asked.QuestionId)
    else:
        for line in file.json_lines(TriviaLine):
            yield pair_of(line.question, line.golden_answers, "triviaqa", line.id)


def pair_of(question: str, answers: Sequence[str], source: str, record: str = "") -> Pair | PairReason:
    """The pair with the first answer that is not blank; all of them stand in its tags."""
    kept = list(dict.fromkeys(text for answer in answers if (text := answer.strip())))
    if not kept:
        return PairReason.NO_ANSWER
    tags = {"record": record} if record else {}
    return Pair(question, kept[0], "", source, tags | {ALIASES: json.dumps(kept)})
