"""What commands found, as records for programs: JSON with a schema and a version, CSV with a column a number.

    json_text("leaderboard", records)
    csv_text(records)
    schema_of("leaderboard")

A record is a mapping. Its values are numbers, texts, figures with their interval, and mappings of those; JSON nests
them, CSV has a column for each (`semantic`, `semantic_low`, `semantic_high`, `semantic_n`). Proportions are shares of
1. Each command's fields are described by `schemas/COMMAND.json`, and docs/records.md is made from these. The same
records give the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from importlib.resources import files
from math import isfinite
from typing import Any

VERSIONS = dict.fromkeys(("leaderboard", "compare", "claims", "audit", "gate", "models", "doctor"), 1)
VERSIONS |= dict.fromkeys(("questions", "stages", "suites"), 2)
"""Of each command's records: it grows when a field goes or changes its meaning, not when one is added."""
RECORDS = ("json", "csv")
"""Formats for programs."""
FIGURE = ("value", "low", "high", "n")

Record = Mapping[str, object]


def json_text(command: str, records: Iterable[Record], **beside: object) -> str:
    """`{"schema": "glassbox/leaderboard/1", "records": [...]}`.

    Args:
      command: Whose records they are.
      records: What was found.
      beside: What is said once, or further lists of records.
    """
    content = {"schema": schema_name(command), "records": [plain(record) for record in records], **plain_items(beside)}
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def add_format(parser: argparse.ArgumentParser, *others: str) -> None:
    """Declare `--format` of a command with tables for the terminal, records, and other forms."""
    forms = ("rich", *others, *RECORDS)
    parser.add_argument("--format", choices=forms, default="rich", help="default: rich, for the terminal")


def exported(command: str, records: Sequence[Record], form: str, **beside: object) -> str:
    """The records as JSON or CSV; what stands beside them is in JSON alone."""
    return csv_text(records) if form == "csv" else json_text(command, records, **beside)


def csv_text(records: Iterable[Record]) -> str:
    """A line a record and a column a number; records of different kinds share the columns they both have."""
    lines = [dict(flattened(record)) for record in records]
    names = list(dict.fromkeys(name for line in sorted(lines, key=len, reverse=True) for name in line))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


def schema_name(command: str) -> str:
    """`glassbox/leaderboard/1`."""
    return f"glassbox/{command}/{VERSIONS[command]}"


def schema_of(command: str) -> dict[str, Any]:
    """The JSON schema of a command's records."""
    place = files("glassbox.harness.records").joinpath("schemas", f"{command}.json")
    found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return found


def plain(value: object) -> Any:
    """A value as JSON has it: what is not finite is null."""
    from glassbox.harness.stats.estimate import Estimate

    if isinstance(value, Estimate):
        return {name: plain(getattr(value, name)) for name in FIGURE}
    if isinstance(value, Mapping):
        return plain_items(value)
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def plain_items(found: Mapping[str, object]) -> dict[str, Any]:
    """Every value of a mapping as JSON has it."""
    return {str(name): plain(value) for name, value in found.items()}


def flattened(record: Record, prefix: str = "") -> Iterator[tuple[str, object]]:
    """The columns of a record: names of what lies inside something are joined by `_`; a figure is its own column."""
    for name, value in plain_items(record).items():
        column = f"{prefix}{name}"
        if isinstance(value, dict):
            value = {**value}
            if "value" in value:
                yield column, value.pop("value")
            yield from flattened(value, f"{column}_")
        else:
            yield column, _cell(value)


def _cell(value: object) -> object:
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return "; ".join(map(str, value)) or None
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
