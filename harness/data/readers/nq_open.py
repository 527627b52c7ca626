"""NQ-open: JSON lines with a search query and its short answers; see `glassbox.harness.data.readers.questions`."""

from __future__ import annotations

from collections.abc import Iterator

from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.pairs import PairReason
from glassbox.harness.data.readers.questions import NqLine, read_forms
from glassbox.harness.data.readers.records import RecordFile

EXPECTS = "JSON lines with question and answer, such as NQ-open.dev.jsonl"
FOLDER: tuple[str, ...] = ()


def read(file: RecordFile) -> Iterator[Pair | PairReason]:
    """One pair or reason a line."""
    yield from read_forms(file, "nq_open", NqLine)
