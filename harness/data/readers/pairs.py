"""Readers of official question-answer files, each in the format its publisher uses.

    read_pairs("squad", "dev-v2.0.json").pairs

`PAIR_SOURCES` names the module that reads each source; it is imported when asked for. A new format is one file, as
`harness.data.readers.official` describes it, with a `read` from a `NestedFile` to pairs and reasons, and one line here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.official import read_official

if TYPE_CHECKING:
    from glassbox.harness.data.readers.nested import NestedFile

PairSourceName = Literal["squad", "triviaqa", "nq_open", "arc", "sudoku"]

PAIR_SOURCES: dict[PairSourceName, str] = {
    "squad": "glassbox.harness.data.readers.squad",
    "triviaqa": "glassbox.harness.data.readers.triviaqa",
    "nq_open": "glassbox.harness.data.readers.nq_open",
    "arc": "glassbox.harness.data.readers.arc",
    "sudoku": "glassbox.harness.data.readers.sudoku",
}

ALIASES = "aliases"
"""Tag with every accepted answer, the first included, as a JSON list of texts."""


class PairReason(StrEnum):
    """Why a well-formed record yields no pair. Every one is counted, none is dropped silently."""

    UNANSWERABLE = "unanswerable"
    NO_ANSWER = "no_answer"
    ANSWER_NOT_IN_CONTEXT = "answer_not_in_context"
    ANSWER_DISAGREES = "answer_disagrees"
    NO_SOLUTION = "no_solution"
    SEVERAL_SOLUTIONS = "several_solutions"
    DUPLICATE = "duplicate"


@dataclass(frozen=True)
class PairData:
    """All pairs of an official file, or of a folder of them.

    Attributes:
      pairs: In file order, files of a folder in the order of their names; ids are unique.
      left_out: How many records gave no pair, by `PairReason`; reasons that did not occur are absent.
      sha256: Of the file's bytes; of a folder, what `sha256sum FILES | sha256sum` prints over the files read.
    """

    pairs: tuple[Pair, ...]
    left_out: dict[str, int]
    sha256: str


def read_pairs(source: PairSourceName, path: str | Path) -> PairData:
    """Read an official file, or for `arc` a folder of them.

    Args:
      source: Which format; a key of `PAIR_SOURCES`.
      path: The file. Its name does not matter; in a folder only files of the official pattern are read.

    Raises:
      SourceError: The path or a record is not what the format asks for; one line says what was expected.
    """
    from glassbox.harness.data.readers.nested import NestedFile

    found = read_official(source, PAIR_SOURCES, path, NestedFile.open, _as_found)
    return PairData(found.items, found.left_out, found.sha256)


def _as_found(pair: Pair, file: NestedFile) -> Pair:
    return pair
