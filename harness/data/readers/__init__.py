"""Readers of official arithmetic files, each in the format its publisher uses.

    read_source("svamp", "SVAMP.json").items

`SOURCES` names the module that reads each source; it is imported when asked for. A new format is one file, as
`harness.data.readers.official` describes it, with a `read` from a `RecordFile` to drafts and reasons, and one line
in `SOURCES`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from glassbox.harness.data.problem import Problem
from glassbox.harness.data.readers.official import read_official
from glassbox.harness.data.readers.source import Draft, ReadData, Reason, SourceError
from glassbox.harness.data.readers.split import split_thirds

if TYPE_CHECKING:
    from glassbox.harness.data.readers.records import RecordFile

__all__ = ["SOURCES", "ReadData", "Reason", "SourceError", "SourceName", "read_source", "split_thirds"]

SourceName = Literal["single_op", "svamp", "mawps", "gsm8k", "gpt3_arithmetic"]

SOURCES: dict[SourceName, str] = {
    "single_op": "glassbox.harness.data.readers.single_op",
    "svamp": "glassbox.harness.data.readers.svamp",
    "mawps": "glassbox.harness.data.readers.mawps",
    "gsm8k": "glassbox.harness.data.readers.gsm8k",
    "gpt3_arithmetic": "glassbox.harness.data.readers.gpt3_arithmetic",
}


def read_source(source: SourceName, path: str | Path, split: str = "test") -> ReadData[Problem]:
    """Read an official file, or for `mawps` and `gpt3_arithmetic` a folder of them.

    Args:
      source: Which format; a key of `SOURCES`.
      path: The file. Its name does not matter; in a folder only the official names are read.
      split: What to write into `Problem.split`.

    Raises:
      SourceError: Nothing there is what the format asks for; one line says what was expected.
    """

    def made(draft: Draft, file: RecordFile) -> Problem:
        return _problem(draft, source, Path(file.path.name.removesuffix(".gz")).stem, split)

    return read_official(source, SOURCES, path, made)


def _problem(draft: Draft, source: SourceName, stem: str, split: str) -> Problem:
    tags = {"source": source} | draft.tags
    if draft.program is not None:
        tags["steps"] = str(len(draft.program.steps))
        if len(draft.program.steps) == 1:
            tags["op"] = draft.program.steps[0].op.value
    return Problem(draft.question, draft.answer, draft.program, f"{source}/{stem}", split, tags)
