"""Official files at the JSON border: whatever the layout, one validated record after another, numbers exact.

    file = RecordFile(path)
    for record in file.records(Gsm8kRecord): ...

JSON lines, a JSON list, one JSON object and a table with a heading (comma or tab) are told apart by what is in the
file, not by its name. A record that cannot be read is left out, by its place (`record 17`) and the kind of its fault.
Numbers are read as decimals, never as binary floats, unless `exact` is off: 0.1 in a file is one tenth.
"""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from glassbox.harness.data.readers.forms import looks_like
from glassbox.harness.data.readers.opened import SourceError, open_file

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


def _label(value: object) -> object:
    """Ids and titles are numbers or null in files of some tools."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


ExactNumber = Annotated[Fraction, BeforeValidator(exact_number), Field(description="a number")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), Field(description="text, not empty")]
Label = Annotated[str, BeforeValidator(_label), Field(description="text")]

Record = TypeVar("Record", bound=OfficialRecord)


class _Unreadable(ValueError):
    """Why a piece of a file is no record: its kind, and in full."""

    def __init__(self, kind: str, fault: str) -> None:
        super().__init__(fault)
        self.kind = kind


class RecordFile:
    """One file while it is read.

    Attributes:
      path: Where it lies.
      text: Its text.
      sha256: Of its bytes.
      place: The record that is being read, as its reader would name it to a user.
      left_out: Places of what could not be read, by the kind of the fault.
    """

    def __init__(self, path: Path, exact: bool = True) -> None:
        opened = open_file(path)
        self.path, self.text, self.sha256 = path, opened.text, opened.sha256
        self.place = ""
        self.left_out: defaultdict[str, list[str]] = defaultdict(list)
        self._exact = exact
        self._first: tuple[str, str, object] | None = None

    def records(self, *forms: type[Record]) -> Iterator[Record]:
        """Each record, as the first of `forms` that it fits."""
        for value in self.values():
            form = next((each for each in forms[:-1] if _has_fields(each, value)), forms[-1])
            if (found := self.part(form, value, self.place)) is not None:
                yield found

    def part(self, form: type[Record], value: object, place: str) -> Record | None:
        """A value, inside the file or a record of its own, as `form`; None where it is left out."""
        self.place = place
        try:
            return _validated(form, value)
        except _Unreadable as error:
            self.leave_out(error.kind, str(error), value)
            return None

    def leave_out(self, kind: str, fault: str, value: object = None) -> None:
        """Note that what stands at `place` cannot be read."""
        self.note(fault, self.place, value)
        self.left_out[kind].append(self.place)

    def refusal(self, reads: str) -> SourceError:
        """Why nothing in the file can be read, in one line: its first fault, what is read here, and what it is."""
        if self._first is None:
            return SourceError(f"{self.path} is empty; {reads}")
        place, fault, value = self._first
        found = looks_like(value)
        own = reads.split()[0].removesuffix("_open")
        # A record of the very form that is read here, with a fault, is not of another one.
        known = f"; this looks like {found}" if found and not re.search(rf"\b(dcm_)?{own}\b", found) else ""
        return SourceError(f"{f'{self.path} {place}'.rstrip()}: {fault}; {reads}{known}")

    def values(self) -> Iterator[Any]:
        """The records as they stand in the file; `place` follows them."""
        start = self.text.lstrip()[:1]
        lines = [(number, line) for number, line in enumerate(self.text.split("\n"), 1) if line.strip()]
        if start == "[" or (start == "{" and len(lines) > 1 and not self._reads(lines[0][1])):
            try:
                whole = self._json(self.text)
            except _Unreadable as error:
                if not any(line.lstrip()[:1] in "[{" and self._reads(line) for _, line in lines):
                    self.place = ""
                    self.leave_out(error.kind, str(error))
                    return
            else:
                yield from self._elements(whole)
                return
        elif start and start not in "[{" and (delimiter := _delimiter([line for _, line in lines])):
            yield from self._rows(delimiter)
            return
        for number, line in lines:
            self.place = f"record {number}"
            try:
                yield self._json(line)
            except _Unreadable as error:
                self.leave_out(error.kind, str(error))

    def rows(self) -> Iterator[list[str]]:
        """The cells of each line of a plain list or table, with a comma, a tab or a semicolon between them."""
        head = self.text.lstrip().split("\n", 1)[0]
        delimiter = next((mark for mark in "\t;" if mark in head), ",")
        try:
            for number, row in enumerate(csv.reader(StringIO(self.text, newline=""), delimiter=delimiter), 1):
                self.place = f"record {number}"
                if any(cell.strip() for cell in row):
                    yield [cell.strip() for cell in row]
        except csv.Error as error:
            self.leave_out("no table", f"no table ({error})")

    def _elements(self, whole: object) -> Iterator[Any]:
        if not isinstance(whole, list) or (whole and not any(isinstance(each, dict) for each in whole)):
            self.place = "record 1"
            yield whole
            return
        for index, each in enumerate(whole):
            self.place = f"record [{index}]"
            yield each

    def _rows(self, delimiter: str) -> Iterator[dict[str, str]]:
        reader = csv.reader(StringIO(self.text, newline=""), delimiter=delimiter)
        try:
            heading = [name.strip() for name in next(reader)]
            for row in reader:
                self.place = f"record {reader.line_num}"
                if row:
                    yield dict(zip(heading, row, strict=False))
        except csv.Error as error:
            self.leave_out("no table", f"no table ({error})")

    def _reads(self, line: str) -> bool:
        try:
            self._json(line)
        except _Unreadable:
            return False
        return True

    def _json(self, text: str) -> Any:
        try:
            if not self._exact:
                return json.loads(text)
            return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
        except json.JSONDecodeError as error:
            at = f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno} column {error.colno}"
            fault = f"{error.msg} at {at}"
        except (ValueError, InvalidOperation, RecursionError) as error:
            fault = re.sub(r"\s+", " ", str(error))[:_SHOWN_CHARACTERS]
        raise _Unreadable("no JSON", f"no JSON ({fault})")

    def note(self, fault: str, place: str = "", value: object = None) -> None:
        """What a refusal will say, should nothing in the file be read; the first fault counts."""
        if self._first is None:
            self._first = place, fault, value


def _delimiter(lines: list[str]) -> str | None:
    """What parts the columns of a table with a heading; None where the lines are something else."""
    if len(lines) < 2 or lines[1].lstrip()[:1] in ("{", "["):
        return None
    return next((mark for mark in "\t,;" if mark in lines[0]), None)


def _has_fields(form: type[OfficialRecord], value: object) -> bool:
    return isinstance(value, dict) and all(name in value for name in _required(form))


def _validated(form: type[Record], value: object) -> Record:
    wanted = ", ".join(_required(form))
    if not isinstance(value, dict):
        raise _Unreadable("no object", f"{_kind(value)} (expected an object with {wanted})")
    try:
        return form.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    if not first["loc"]:
        raise _Unreadable(str(first["msg"]), str(first["msg"]))
    name, *inner = map(str, first["loc"])
    place = name + "".join(f"[{part}]" for part in inner)
    if first["type"] == "missing":
        plain = ".".join(part for part in (name, *inner) if not part.isdigit())
        raise _Unreadable(f"no '{plain}'", f"field '{place}' is missing (expected {wanted})")
    if first["type"] == "extra_forbidden":
        raise _Unreadable(f"unknown '{name}'", f"field '{place}' is unknown")
    described = {field.alias or key: field.description for key, field in form.model_fields.items()}.get(name)
    expected = described or first["msg"]
    raise _Unreadable(
        f"'{name}' is not {expected}", f"field '{place}' is {_shown(first['input'])} (expected {expected})"
    )


def _required(form: type[OfficialRecord]) -> list[str]:
    return [field.alias or name for name, field in form.model_fields.items() if field.is_required()]


def _shown(value: object) -> str:
    plain = str(value) if isinstance(value, Decimal) else ascii(value)
    return plain if len(plain) <= _SHOWN_CHARACTERS else plain[:_SHOWN_CHARACTERS] + "..."


def _kind(value: object) -> str:
    kinds: dict[type, str] = {dict: "an object", list: "an array", str: "a string", bool: "a truth value"}
    return "null" if value is None else kinds.get(type(value), "a number")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
