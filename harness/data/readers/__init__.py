"""Readers of official arithmetic files, each in the format its publisher uses.

    read_source("svamp", "SVAMP.json").problems

`SOURCES` names the module that reads each source; it is imported when asked for. A new format is one file with a
`FILES` tuple (names or patterns of its official files), `FOLDER` (whether a folder of them may be given) and a `read`
function from an `OfficialFile` to drafts and reasons, and one line in `SOURCES`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, cast

from harness.data.problem import Problem
from harness.data.readers.source import Draft, Reason, SourceData, SourceError
from harness.data.readers.split import split_thirds

if TYPE_CHECKING:
    from harness.data.readers.records import OfficialFile

__all__ = ["SOURCES", "Reason", "SourceData", "SourceError", "SourceName", "read_source", "split_thirds"]

SourceName = Literal["single_op", "svamp", "mawps", "gsm8k", "gpt3_arithmetic"]

SOURCES: dict[SourceName, str] = {
    "single_op": "harness.data.readers.single_op",
    "svamp": "harness.data.readers.svamp",
    "mawps": "harness.data.readers.mawps",
    "gsm8k": "harness.data.readers.gsm8k",
    "gpt3_arithmetic": "harness.data.readers.gpt3_arithmetic",
}


class _Format(Protocol):
    """What the module of a source offers."""

    FILES: tuple[str, ...]
    FOLDER: bool

    def read(self, file: OfficialFile) -> Iterator[Draft | Reason]:
        """One draft, or the reason why there is none, for each record."""


def read_source(source: SourceName, path: str | Path, split: str = "test") -> SourceData:
    """Read an official file, or for `mawps` and `gpt3_arithmetic` a folder of them.

    Args:
      source: Which format; a key of `SOURCES`.
      path: The file. Its name does not matter; in a folder only the official names are read.
      split: What to write into `Problem.split`.

    Raises:
      SourceError: The path or a record is not what the format asks for; one line says what was expected.
    """
    if source not in SOURCES:
        raise SourceError(f"source {source!r} is unknown (expected {', '.join(SOURCES)})")
    module = cast("_Format", import_module(SOURCES[source]))
    problems: dict[str, Problem] = {}
    left_out: Counter[str] = Counter()
    files = _open_all(source, module, Path(path))
    for file in files:
        for draft in module.read(file):
            if isinstance(draft, Reason):
                left_out[draft.value] += 1
                continue
            problem = _problem(draft, source, file.path.stem, split)
            if problem.id in problems:
                left_out[Reason.DUPLICATE.value] += 1
            else:
                problems[problem.id] = problem
    return SourceData(tuple(problems.values()), dict(sorted(left_out.items())), _sha256(Path(path), files))


def _open_all(source: SourceName, module: _Format, path: Path) -> list[OfficialFile]:
    from harness.data.readers.records import OfficialFile

    expected = f"source {source} expects {', '.join(module.FILES)}"
    if not path.exists():
        raise SourceError(f"{path} does not exist ({expected})")
    if not path.is_dir():
        return [OfficialFile.open(path)]
    if not module.FOLDER:
        raise SourceError(f"{path} is a folder, one file is needed ({expected})")
    found = sorted({match for pattern in module.FILES for match in path.glob(pattern)})
    if not found:
        raise SourceError(f"{path} holds no file of this source ({expected})")
    return [OfficialFile.open(file) for file in found]


def _problem(draft: Draft, source: SourceName, stem: str, split: str) -> Problem:
    tags = {"source": source} | draft.tags
    if draft.program is not None:
        tags["steps"] = str(len(draft.program.steps))
        if len(draft.program.steps) == 1:
            tags["op"] = draft.program.steps[0].op.value
    return Problem(draft.question, draft.answer, draft.program, f"{source}/{stem}", split, tags)


def _sha256(path: Path, files: list[OfficialFile]) -> str:
    if not path.is_dir():
        return files[0].sha256
    listing = "".join(f"{file.sha256}  {file.path.name}\n" for file in files)
    return hashlib.sha256(listing.encode()).hexdigest()
