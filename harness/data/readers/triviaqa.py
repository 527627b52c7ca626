"""TriviaQA as lines or as its publisher's JSON; see `glassbox.harness.data.readers.questions`."""

from __future__ import annotations

from collections.abc import Iterator

from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.pairs import PairReason
from glassbox.harness.data.readers.questions import TriviaFile, TriviaLine, read_forms
from glassbox.harness.data.readers.records import RecordFile

EXPECTS = "JSON lines with question and golden_answers, or a TriviaQA JSON file such as unfiltered-web-dev.json"
FOLDER: tuple[str, ...] = ()


def read(file: RecordFile) -> Iterator[Pair | PairReason]:
    """One pair or reason a question."""
    yield from read_forms(file, "triviaqa", TriviaFile, TriviaLine)
