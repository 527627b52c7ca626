"""Questions with short answers and no passage, by any of the known publishers; the first answer is the target.

PopQA (a table with `possible_answers`), WebQuestions (`utterance` and `targetValue`), HotpotQA without its passages,
and the forms of TriviaQA and NQ-open. TriviaQA is JSON lines with `question` and `golden_answers`, or the publisher's
one object (`Data`, `Question`, `Answer`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.pairs import ALIASES, PairReason
from glassbox.harness.data.readers.records import Label, OfficialRecord, RecordFile, Text

EXPECTS = "questions with short answers: PopQA, WebQuestions, HotpotQA without passages, NQ-open or TriviaQA"
FOLDER: tuple[str, ...] = ()

Texts = Annotated[list[str], Field(description="a list of texts")]


def _short(value: object) -> object:
    """One text as a list; the solution of a word problem is no short answer."""
    return [value] if isinstance(value, str) and "####" not in value else value


class Asked(OfficialRecord):
    """A question with its accepted answers."""

    id: Label = ""

    def texts(self) -> tuple[str, Sequence[str]]:
        """The question, and its answers in their order."""
        raise NotImplementedError


class TriviaLine(Asked):
    """TriviaQA as lines."""

    question: Text
    golden_answers: Texts

    def texts(self) -> tuple[str, Sequence[str]]:
        """As they stand there."""
        return self.question, self.golden_answers


class NqLine(Asked):
    """NQ-open."""

    question: Text
    answer: Texts

    def texts(self) -> tuple[str, Sequence[str]]:
        """As they stand there."""
        return self.question, self.answer


class OneAnswer(Asked):
    """HotpotQA: the answer is one text."""

    question: Text
    answer: Annotated[list[str], BeforeValidator(_short), Field(description="a short text, or a list of them")]

    def texts(self) -> tuple[str, Sequence[str]]:
        """As they stand there."""
        return self.question, self.answer


class WebLine(Asked):
    """WebQuestions in newer copies."""

    question: Text
    answers: Texts

    def texts(self) -> tuple[str, Sequence[str]]:
        """As they stand there."""
        return self.question, self.answers


class PopQaRow(Asked):
    """PopQA: the answers are a JSON list inside a cell."""

    question: Text
    possible_answers: Text

    def texts(self) -> tuple[str, Sequence[str]]:
        """The cell's list; a cell that is none is one answer."""
        try:
            found = json.loads(self.possible_answers)
        except ValueError:
            return self.question, [self.possible_answers]
        return self.question, [str(each) for each in found] if isinstance(found, list) else [str(found)]


class WebQuestion(Asked):
    """WebQuestions as first published: `(list (description "Jazmyn Bieber") (description "Jaxon Bieber"))`."""

    utterance: Text
    targetValue: Text
    url: Label = ""

    def texts(self) -> tuple[str, Sequence[str]]:
        """The descriptions, which have quotes where there are spaces."""
        quoted = re.findall(r'\(description (?:"((?:[^"\\]|\\.)*)"|([^()"]*))\)', self.targetValue)
        return self.utterance, [(one or other).replace('\\"', '"') for one, other in quoted]


class TriviaAnswer(OfficialRecord):
    """The answer in the publisher's file."""

    Value: Annotated[str, Field(description="text")]
    Aliases: Annotated[tuple[str, ...], Field(strict=False, description="a list of texts")] = ()


class TriviaQuestion(OfficialRecord):
    """One question of the publisher's file."""

    Question: Text
    Answer: TriviaAnswer
    QuestionId: Label = ""


class TriviaFile(OfficialRecord):
    """The publisher's file."""

    Data: Annotated[list[Any], Field(description="a list of questions")]


def read(file: RecordFile) -> Iterator[Pair | PairReason]:
    """One pair or reason a question."""
    yield from read_forms(file, "questions", TriviaFile, TriviaLine, PopQaRow, WebQuestion, WebLine, OneAnswer)


def read_forms(file: RecordFile, source: str, *forms: type[OfficialRecord]) -> Iterator[Pair | PairReason]:
    """One pair or reason a question, of these forms."""
    for record in file.records(*forms):
        if isinstance(record, Asked):
            yield pair_of(*record.texts(), source, record.id)
        elif isinstance(record, TriviaFile):
            for number, value in enumerate(record.Data):
                if (asked := file.part(TriviaQuestion, value, f"Data[{number}]")) is not None:
                    answers = [asked.Answer.Value, *asked.Answer.Aliases]
                    yield pair_of(asked.Question, answers, source, asked.QuestionId)


def pair_of(question: str, answers: Iterable[str], source: str, record: str = "") -> Pair | PairReason:
    """The pair with the first answer that is not blank; all of them stand in its tags."""
    kept = list(dict.fromkeys(text for answer in answers if (text := answer.strip())))
    if not kept:
        return PairReason.NO_ANSWER
    tags = {"record": record} if record else {}
    return Pair(question, kept[0], "", source, tags | {ALIASES: json.dumps(kept)})
