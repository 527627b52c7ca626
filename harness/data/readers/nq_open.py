"""NQ-open: JSON lines with a search query and its short answers; the first is the target, no passage goes with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.nested import NestedFile
from glassbox.harness.data.readers.pairs import PairReason
from glassbox.harness.data.readers.records import OfficialRecord, Text
from glassbox.harness.data.readers.triviaqa import pair_of

EXPECTS = "JSON lines with question and answer, such as NQ-open.dev.jsonl"
FOLDER: tuple[str, ...] = ()


class NqLine(OfficialRecord):
    """One line."""

    question: Text
    answer: Annotated[list[str], Field(description="a list of texts")]


def read(file: NestedFile) -> Iterator[Pair | PairReason]:
    """One pair or reason a line."""
    for line in file.json_lines(NqLine):
        yield pair_of(line.question, line.answer, "nq_open")
