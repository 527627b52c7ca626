"""Official files at the JSON border: bytes to validated records, numbers exact, every fault one line.

Numbers are read as decimals, never as binary floats: 0.1 in a file is one tenth. JSON Lines records are named by
their line (`record 17`), records of a JSON array by their index (`record [16]`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from glassbox.harness.data.readers.source import SourceError

_LARGEST_EXPONENT = 30
_SHOWN_CHARACTERS = 60


class OfficialRecord(BaseModel):
    """A record as its publisher wrote it. Fields we do not read are allowed; the ones we read are strict."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", arbitrary_types_allowed=True)


def exact_number(value: object) -> Fraction:
    """The exact value of a JSON number, or of a string that holds one."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise ValueError("not a number")
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ValueError("not a number") from error
    if not number.is_finite() or (number and abs(number.adjusted()) > _LARGEST_EXPONENT):
        raise ValueError("not a number of reasonable size")
    return Fraction(number)


ExactNumber = Annotated[Fraction, BeforeValidator(exact_number), Field(description="a number")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), Field(description="text, not empty")]

Record = TypeVar("Record", bound=OfficialRecord)


@dataclass(frozen=True)
class OfficialFile:
    """One official file in memory."""

    path: Path
    content: bytes

    @classmethod
    def open(cls, path: Path) -> OfficialFile:
        """Read the file, or say in one line why it cannot be read."""
        try:
            return cls(path, path.read_bytes())
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror} (expected an official data file)") from error

    @property
    def sha256(self) -> str:
        """Of the bytes as they lie on disk."""
        return hashlib.sha256(self.content).hexdigest()

    def json_lines(self, record: type[Record]) -> Iterator[Record]:
        """One validated record a line; blank lines are skipped but counted, so that numbers are line numbers."""
        found = False
        for number, line in enumerate(self._text(record).split("\n"), start=1):
            if line.strip():
                found = True
                yield self._validate(record, self._json(line, record, f"record {number}"), f"record {number}")
        if not found:
            raise SourceError(f"{self.path.name} is empty (expected one JSON object a line with {_expected(record)})")

    def json_array(self, record: type[Record]) -> Iterator[Record]:
        """The validated records of one JSON array."""
        text = self._text(record)
        if not text.strip():
            raise SourceError(f"{self.path.name} is empty (expected a JSON array of objects with {_expected(record)})")
        values = self._json(text, record, "")
        if not isinstance(values, list) or not values:
            found = "an empty array" if values == [] else _kind(values)
            raise SourceError(
                f"{self.path.name} holds {found} (expected a JSON array of objects with {_expected(record)})"
            )
        for index, value in enumerate(values):
            yield self._validate(record, value, f"record [{index}]")

    def _text(self, record: type[Record]) -> str:
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.content.count(b"\n", 0, error.start) + 1
            raise SourceError(
                f"{self.path.name} line {line}: byte {error.start} is not UTF-8"
                f" (expected UTF-8 JSON with {_expected(record)})"
            ) from error

    def _json(self, text: str, record: type[Record], place: str) -> Any:
        where = f"{self.path.name} {place}".rstrip()
        try:
            return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
        except json.JSONDecodeError as error:
            at = f"column {error.colno}" if place else f"line {error.lineno} column {error.colno}"
            fault = f"{error.msg} at {at}"
        except (ValueError, InvalidOperation, RecursionError) as error:
            fault = _one_line(str(error))
        raise SourceError(f"{where} is not JSON: {fault} (expected {_expected(record)})")

    def _validate(self, record: type[Record], value: object, place: str) -> Record:
        if not isinstance(value, dict):
            raise SourceError(
                f"{self.path.name} {place} is {_kind(value)} (expected an object with {_expected(record)})"
            )
        try:
            return record.model_validate(value)
        except ValidationError as error:
            raise SourceError(f"{self.path.name} {place}: {_fault(record, error)}") from error


def _fault(record: type[OfficialRecord], error: ValidationError) -> str:
    """The first fault pydantic found, as `field 'a' is 'many' (expected a number)`."""
    first = error.errors(include_url=False)[0]
    name, *inner = map(str, first["loc"])
    place = name + "".join(f"[{part}]" for part in inner)
    if first["type"] == "missing":
        return f"field '{place}' is missing (expected {_expected(record)})"
    wanted = {field.alias or key: field.description for key, field in record.model_fields.items()}[name]
    return f"field '{place}' is {_shown(first['input'])} (expected {wanted})"


def _expected(record: type[OfficialRecord]) -> str:
    return ", ".join(name for name, field in record.model_fields.items() if field.is_required())


def _shown(value: object) -> str:
    plain = str(value) if isinstance(value, Decimal) else ascii(value)
    return plain if len(plain) <= _SHOWN_CHARACTERS else plain[:_SHOWN_CHARACTERS] + "..."


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)[:_SHOWN_CHARACTERS]


def _kind(value: object) -> str:
    kinds: dict[type, str] = {dict: "an object", list: "an array", str: "a string", bool: "a truth value"}
    return "null" if value is None else kinds.get(type(value), "a number")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
