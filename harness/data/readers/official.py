"""What reading an official file is, whatever it holds: found, opened, read record by record, counted, without doubles.

    data = read_official("svamp", SOURCES, path, made)

A reader is a module with `EXPECTS` (what a fault says was expected), `FOLDER` (names or patterns of the files that are
read in a folder; empty where one file is needed) and `read`, from a `RecordFile` to what it found or the reason why it
did not. Records that cannot be read are left out, and one line on standard error names and counts them.
"""

from __future__ import annotations

import hashlib
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from glassbox.harness.data.readers.source import ReadData, Reason, SourceError

if TYPE_CHECKING:
    from glassbox.harness.data.readers.records import RecordFile

_NAMED = 3
"""Places that a line on standard error names for each reason; all of them stand in `ReadData.places`."""


class Identified(Protocol):
    """What a reader ends with: a problem, a pair, a code task."""

    @property
    def id(self) -> str:
        """Equal for doubles."""


Found = TypeVar("Found")
Item = TypeVar("Item", bound=Identified)
Name = TypeVar("Name", bound=str)


class Format(Protocol):
    """What the module of a source offers."""

    EXPECTS: str
    FOLDER: tuple[str, ...]
    # Where a path names more than itself: `files`, from the path to the files that are read, or to none.

    def read(self, file: RecordFile) -> Iterable[Any]:
        """One find, or the reason why there is none, for each record; the find is the module's own."""


def read_official(
    source: Name, sources: Mapping[Name, str], path: str | Path, made: Callable[[Found, RecordFile], Item]
) -> ReadData[Item]:
    """Read an official file or folder.

    Args:
      source: Which format; a key of `sources`.
      sources: The module that reads each source; it is imported when asked for.
      path: The file. Its name does not matter; in a folder only the official names are read.
      made: An item of what a reader found, and of the file it was found in.

    Raises:
      SourceError: The path is missing or not what the format asks for; one line says what was expected.
    """
    if source not in sources:
        raise SourceError(f"source {source!r} is unknown (expected {', '.join(sources)})")
    module = cast("Format", import_module(sources[source]))
    reads = f"{source} reads {module.EXPECTS}"
    named: Callable[[Path], list[Path]] = getattr(module, "files", lambda path: [])
    given = Path(path)
    return read_files(given, reads, module.FOLDER, module.read, made, files=named(given) if given.exists() else ())


def read_files(
    path: Path,
    reads: str,
    folder: Sequence[str],
    read: Callable[[RecordFile], Iterable[Found | StrEnum]],
    made: Callable[[Found, RecordFile], Item],
    exact: bool = True,
    files: Sequence[Path] = (),
) -> ReadData[Item]:
    """Read a file, or the files of a folder, with a reader's parts; see `read_official`.

    Raises:
      SourceError: The path is missing, or nothing in it can be read.
    """
    from glassbox.harness.data.readers.records import RecordFile

    items: dict[str, Item] = {}
    left_out: defaultdict[str, list[str]] = defaultdict(list)
    digests: list[tuple[str, str]] = []
    refused: SourceError | None = None
    for one in files or _files(path, reads, folder):
        # In a folder a place is named by its file as well.
        before = f"{one.name} " if path.is_dir() else ""
        try:
            file = RecordFile(one, exact)
            digests.append((file.sha256, one.name))
            found = None
            for found in read(file):
                if isinstance(found, StrEnum):
                    left_out[found.value].append(before + file.place)
                    continue
                item = made(found, file)
                if items.setdefault(item.id, item) is not item:
                    left_out[Reason.DUPLICATE.value].append(before + file.place)
            if found is None:
                raise file.refusal(reads)
        except SourceError as error:
            refused = refused or error
            left_out["unreadable file"].append(one.name)
            continue
        for kind, places in file.left_out.items():
            left_out[kind] += [(before + place).strip() for place in places]
    told = _told(left_out)
    if not items:
        raise refused or SourceError(f"{path} gives nothing to ask: {told}; {reads}")
    tell(path, left_out)
    listed = "".join(f"{digest}  {name}\n" for digest, name in digests)
    sha256 = hashlib.sha256(listed.encode()).hexdigest() if path.is_dir() else digests[0][0]
    return ReadData(tuple(items.values()), {kind: tuple(places) for kind, places in left_out.items()}, sha256)


def tell(path: Path, left_out: Mapping[str, Sequence[str]]) -> None:
    """One line on standard error, if anything was left out of a file."""
    if left_out:
        print(f"glassbox: {path.name}: left out {_told(left_out)}", file=sys.stderr)


def _told(left_out: Mapping[str, Sequence[str]]) -> str:
    """`2 no_answer (record 3, record 9), 5 duplicate (record 4, record 5, record 6, ...)`."""
    return ", ".join(
        f"{len(places):,} {kind} ({', '.join(places[:_NAMED])}{', ...' * (len(places) > _NAMED)})"
        for kind, places in sorted(left_out.items())
    )


def _files(path: Path, reads: str, folder: Sequence[str]) -> list[Path]:
    if not path.exists():
        raise SourceError(f"{path} does not exist; {reads}")
    if not path.is_dir():
        return [path]
    if not folder:
        raise SourceError(f"{path} is a folder, one file is needed; {reads}")
    names = [*folder, *(f"{name}.gz" for name in folder)]
    found = sorted({match for pattern in names for match in path.glob(pattern)})
    if not found:
        raise SourceError(f"{path} holds no such file; {reads}")
    return found
