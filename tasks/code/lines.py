"""JSON Lines at the border: plain or gzipped, one validated record a line, every fault one line of text.

for number, record in json_lines(path, Record): ...
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

_GZIP_MAGIC = b"\x1f\x8b"
_SHOWN = 60


class SuiteError(ValueError):
    """A suite that is missing or malformed, in one line: the file, the line and the field."""


class Line(BaseModel):
    """A record as its publisher wrote it; what we read is strict, and a subclass says whether more is allowed."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


Record = TypeVar("Record", bound=Line)


def json_lines(path: Path, record: type[Record]) -> Iterator[tuple[int, Record]]:
    """The number of each line that is not blank, and its record.

    Raises:
      SuiteError: The file cannot be read, is empty, or a line is not such a record.
    """
    found = False
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if line.strip():
            found = True
            yield number, _record(line, record, f"{path.name} line {number}")
    if not found:
        raise SuiteError(f"{path.name} is empty; expected one JSON object a line with {_required(record)}")


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SuiteError(f"{path} cannot be read: {error.strerror}") from error
    try:
        plain = gzip.decompress(content) if content.startswith(_GZIP_MAGIC) else content
        return plain.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = plain.count(b"\n", 0, error.start) + 1
        raise SuiteError(f"{path.name} line {line}: not UTF-8") from error
    except (OSError, EOFError, zlib.error) as error:
        raise SuiteError(f"{path.name} is a damaged gzip file: {error}") from error


def _record(line: str, record: type[Record], place: str) -> Record:
    try:
        return record.model_validate(json.loads(line))
    except ValidationError as error:
        raise SuiteError(f"{place}: {_fault(error, record)}") from error
    except (ValueError, RecursionError) as error:
        raise SuiteError(f"{place}: not JSON: {' '.join(str(error).split())[:_SHOWN]}") from error


def _fault(error: ValidationError, record: type[Record]) -> str:
    """The first fault that pydantic found."""
    first = error.errors(include_url=False, include_context=False)[0]
    if not first["loc"]:
        return f"not an object; expected one with {_required(record)}"
    name, *inner = map(str, first["loc"])
    field = name + "".join(f"[{part}]" for part in inner)
    if first["type"] == "missing":
        return f"field '{field}' is missing"
    if first["type"] == "extra_forbidden":
        return f"field '{field}' is unknown"
    shown = ascii(first["input"])
    return f"field '{field}' is {shown if len(shown) <= _SHOWN else shown[:_SHOWN] + '...'}: {first['msg']}"


def _required(record: type[Line]) -> str:
    return ", ".join(name for name, field in record.model_fields.items() if field.is_required())
