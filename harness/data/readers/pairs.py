"""Readers of official question-answer files, each in the format its publisher uses.

    read_pairs("squad", "dev-v2.0.json").pairs

`PAIR_SOURCES` names the module that reads each source; it is imported when asked for. A new format is one file with
`EXPECTS` (what a fault says was expected), `FOLDER` (the pattern of files in a folder, or None) and a `read` function
from a `NestedFile` to pairs and reasons, and one line here.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, cast

from harness.data.readers.source import SourceError
from harness.dcm.pair import Pair

if TYPE_CHECKING:
    from harness.data.readers.nested import NestedFile

PairSourceName = Literal["squad", "triviaqa", "nq_open", "arc", "sudoku"]

PAIR_SOURCES: dict[PairSourceName, str] = {
    "squad": "harness.data.readers.squad",
    "triviaqa": "harness.data.readers.triviaqa",
    "nq_open": "harness.data.readers.nq_open",
    "arc": "harness.data.readers.arc",
    "sudoku": "harness.data.readers.sudoku",
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


class _Format(Protocol):
    """What the module of a source offers."""

    EXPECTS: str
    FOLDER: str | None

    def read(self, file: NestedFile) -> Iterator[Pair | PairReason]:
        """One pair, or the reason why there is none, for each record."""


def read_pairs(source: PairSourceName, path: str | Path) -> PairData:
    """Read an official file, or for `arc` a folder of them.

    Args:
      source: Which format; a key of `PAIR_SOURCES`.
      path: The file. Its name does not matter; in a folder only files of the official pattern are read.

    Raises:
      SourceError: The path or a record is not what the format asks for; one line says what was expected.
    """
    if source not in PAIR_SOURCES:
        raise SourceError(f"source {source!r} is unknown (expected {', '.join(PAIR_SOURCES)})")
    module = cast("_Format", import_module(PAIR_SOURCES[source]))
    pairs: dict[str, Pair] = {}
    left_out: Counter[str] = Counter()
    files = _open_all(source, module, Path(path))
    for file in files:
        for found in module.read(file):
            if isinstance(found, PairReason):
                left_out[found.value] += 1
            elif found.id in pairs:
                left_out[PairReason.DUPLICATE.value] += 1
            else:
                pairs[found.id] = found
    return PairData(tuple(pairs.values()), dict(sorted(left_out.items())), _sha256(Path(path), files))


def _open_all(source: str, module: _Format, path: Path) -> list[NestedFile]:
    from harness.data.readers.nested import NestedFile

    expected = f"source {source} expects {module.EXPECTS}"
    if not path.exists():
        raise SourceError(f"{path} does not exist ({expected})")
    if not path.is_dir():
        return [NestedFile.open(path)]
    if module.FOLDER is None:
        raise SourceError(f"{path} is a folder, one file is needed ({expected})")
    found = sorted(path.glob(module.FOLDER))
    if not found:
        raise SourceError(f"{path} holds no file of this source ({expected})")
    return [NestedFile.open(file) for file in found]


def _sha256(path: Path, files: list[NestedFile]) -> str:
    if not path.is_dir():
        return files[0].sha256
    listing = "".join(f"{file.sha256}  {file.path.name}\n" for file in files)
    return hashlib.sha256(listing.encode()).hexdigest()
