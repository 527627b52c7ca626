"""Tables for programs: CSV with one line a run, and JSON with everything. The same tables give the same bytes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict

from glassbox.leaderboards.table import Table


def csv_tables(tables: Sequence[Table]) -> str:
    """The facts of every row, unrounded; runs of different tasks share the columns they both have."""
    lines = [row.facts for table in tables if not table.derived for row in table.rows]
    names = list(dict.fromkeys(name for line in lines for name in line))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


def json_tables(tables: Sequence[Table]) -> str:
    """Titles, columns, rows with their cells and facts, notes and legends."""
    content = {"tables": [asdict(table) for table in tables]}
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
