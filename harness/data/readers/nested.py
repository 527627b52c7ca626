"""Official files that are one JSON object with records inside records (SQuAD, TriviaQA, an ARC task).

    file = NestedFile.open(path)
    whole = file.json_object(SquadFile)
    article = file.part(SquadArticle, whole.data[0], "data[0]")

Each level is validated when it is reached, so that a fault names the record in which it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from glassbox.harness.data.readers.records import OfficialFile, OfficialRecord
from glassbox.harness.data.readers.source import SourceError

Record = TypeVar("Record", bound=OfficialRecord)


class NestedFile(OfficialFile):
    """An official file whose records are read level by level."""

    @classmethod
    def open(cls, path: Path) -> NestedFile:
        """Read the file, or say in one line why it cannot be read."""
        return cls(path, OfficialFile.open(path).content)

    def json_object(self, record: type[Record]) -> Record:
        """The whole file as one validated object."""
        text = self._text(record)
        if not text.strip():
            raise SourceError(f"{self.path.name} is empty (expected a JSON object)")
        return self._validate(record, self._json(text, record, ""), "as a whole")

    def part(self, record: type[Record], value: object, place: str) -> Record:
        """A value inside the file, validated; `place` is its name in a fault, such as `data[0].paragraphs[3]`."""
        return self._validate(record, value, place)

    def lines(self) -> Iterator[tuple[int, str]]:
        """Number and text of each line of a plain text file that is not blank."""
        found = False
        for number, line in enumerate(self._text(OfficialRecord).split("\n"), start=1):
            if line.strip():
                found = True
                yield number, line.strip()
        if not found:
            raise SourceError(f"{self.path.name} is empty (expected one record a line)")

    @property
    def begins_with(self) -> str:
        """The first character that is no space; empty for an empty file."""
        return self.content.decode("utf-8-sig", errors="replace").lstrip()[:1]
