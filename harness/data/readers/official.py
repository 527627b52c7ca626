"""What reading an official file is, whatever it holds: found, opened, read record by record, counted, without doubles.

    data = read_official("svamp", SOURCES, path, OfficialFile.open, made)

A reader is a module with `EXPECTS` (what a fault says was expected), `FOLDER` (names or patterns of the files that are
read in a folder; empty where one file is needed) and `read`, from a file to what it found or the reason why it did not.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

from glassbox.harness.data.readers.source import Reason, SourceError

if TYPE_CHECKING:
    from glassbox.harness.data.readers.records import OfficialFile


class Identified(Protocol):
    """What a reader ends with: a problem or a pair."""

    @property
    def id(self) -> str:
        """Content address; equal for doubles."""


File = TypeVar("File", bound="OfficialFile")
Found = TypeVar("Found")
Item = TypeVar("Item", bound=Identified)
Name = TypeVar("Name", bound=str)


class _Format(Protocol):
    """What the module of a source offers."""

    EXPECTS: str
    FOLDER: tuple[str, ...]

    def read(self, file: Any) -> Iterable[Any]:
        """One find, or the reason why there is none, for each record; the file and the find are the module's own."""


@dataclass(frozen=True)
class Official(Generic[Item]):
    """Everything in an official file, or in a folder of them.

    Attributes:
      items: In file order, files of a folder in the order of their names; ids are unique.
      left_out: How many records gave none, by reason; reasons that did not occur are absent.
      sha256: Of the file's bytes; of a folder, what `sha256sum FILES | sha256sum` prints over the files read.
    """

    items: tuple[Item, ...]
    left_out: dict[str, int]
    sha256: str


def read_official(
    source: Name,
    sources: Mapping[Name, str],
    path: str | Path,
    opened: Callable[[Path], File],
    made: Callable[[Found, File], Item],
) -> Official[Item]:
    """Read an official file or folder.

    Args:
      source: Which format; a key of `sources`.
      sources: The module that reads each source; it is imported when asked for.
      path: The file. Its name does not matter; in a folder only the official names are read.
      opened: Opens a file as the readers of these sources take it.
      made: An item of what a reader found, and of the file it was found in.

    Raises:
      SourceError: The path or a record is not what the format asks for; one line says what was expected.
    """
    if source not in sources:
        raise SourceError(f"source {source!r} is unknown (expected {', '.join(sources)})")
    module = cast("_Format", import_module(sources[source]))
    files = [opened(file) for file in _files(source, module, Path(path))]
    items: dict[str, Item] = {}
    left_out: Counter[str] = Counter()
    for file in files:
        for found in module.read(file):
            if isinstance(found, StrEnum):
                left_out[found.value] += 1
                continue
            item = made(cast("Found", found), file)
            if item.id in items:
                left_out[Reason.DUPLICATE.value] += 1
            else:
                items[item.id] = item
    return Official(tuple(items.values()), dict(sorted(left_out.items())), _sha256(Path(path), files))


def _files(source: str, module: _Format, path: Path) -> list[Path]:
    expected = f"source {source} expects {module.EXPECTS}"
    if not path.exists():
        raise SourceError(f"{path} does not exist ({expected})")
    if not path.is_dir():
        return [path]
    if not module.FOLDER:
        raise SourceError(f"{path} is a folder, one file is needed ({expected})")
    found = sorted({match for pattern in module.FOLDER for match in path.glob(pattern)})
    if not found:
        raise SourceError(f"{path} holds no file of this source ({expected})")
    return found


def _sha256(path: Path, files: Sequence[OfficialFile]) -> str:
    if not path.is_dir():
        return files[0].sha256
    listing = "".join(f"{file.sha256}  {file.path.name}\n" for file in files)
    return hashlib.sha256(listing.encode()).hexdigest()
