"""Tables as one plain HTML page that needs nothing else: to attach to a mail, to keep as a build artefact.

    glassbox leaderboard --format html --output board.html

Sortable tables with drawings are another command's: `glassbox report`.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from glassbox.harness.tables.table import Column, Table, TableRow, with_legends

STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1a; --faint: #6b6b66; --rule: #d8d8d2; --paper: #fdfdfb }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e2; --faint: #9a9a92; --rule: #3c3c38; --paper: #1a1a18 } }
body { margin: 1.5rem; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
section { margin-bottom: 2.5rem; overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; white-space: nowrap }
th, td { padding: .2rem .7rem .2rem 0; text-align: right; white-space: nowrap; font-weight: 400; vertical-align: top }
thead th { color: var(--faint); border-bottom: 1px solid var(--rule) }
.text { text-align: left }
.long { white-space: normal; min-width: 14rem; overflow-wrap: anywhere }
tbody + tbody { border-top: 1px solid var(--rule); color: var(--faint) }
.good { color: #1a7f37 } .bad { color: #cf222e } .unsure { color: #9a6700 }
ul, p { color: var(--faint); font-size: .87rem; max-width: 60rem; margin: .5rem 0; padding: 0; list-style: none }
""".strip()
LONG = 60
"""Characters from which on a text is broken into lines."""


def html_tables(tables: Sequence[Table], title: str = "Leaderboard") -> str:
    """One page, light or dark as the reader's system is."""
    sections = "\n".join(_section(table, legend) for table, legend in with_legends(tables))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n"
        f"<style>\n{STYLE}\n</style>\n</head>\n<body>\n{sections}\n</body>\n</html>\n"
    )


def _section(table: Table, legend: str) -> str:
    head = "".join(
        f'<th scope="col"{_kind(column)}{_about(column)}>{escape(column.title)}</th>' for column in table.columns
    )
    groups = ([row for row in table.rows if not row.control], [row for row in table.rows if row.control])
    bodies = "\n".join(f"<tbody>\n{_rows(table, rows)}\n</tbody>" for rows in groups if rows)
    notes = "".join(f"\n<li>{escape(note)}</li>" for note in table.notes)
    return (
        f"<section>\n<table>\n<caption>{escape(table.title)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n{bodies}\n</table>\n"
        + (f"<ul>{notes}\n</ul>\n" if notes else "")
        + (f"<p>{escape(legend)}</p>\n" if legend else "")
        + "</section>"
    )


def _rows(table: Table, rows: Sequence[TableRow]) -> str:
    return "\n".join(_row(table, row) for row in rows)


def _row(table: Table, row: TableRow) -> str:
    mark = f" <sup>{escape(row.mark)}</sup>" if row.mark else ""
    first = f'<th scope="row"{_kind(table.columns[0])}>{escape(row.cells[0].text)}{mark}</th>'
    others = "".join(
        f"<td{_kind(column, cell.tone, long=len(cell.text) > LONG)}>{escape(cell.text)}</td>"
        for column, cell in zip(table.columns[1:], row.cells[1:], strict=True)
    )
    return f"<tr>{first}{others}</tr>"


def _kind(column: Column, tone: str = "", long: bool = False) -> str:
    names = " ".join(filter(None, ["text" if column.text else "", tone, "long" if long and column.text else ""]))
    return f' class="{names}"' if names else ""


def _about(column: Column) -> str:
    return f' title="{escape(column.about)}"' if column.about else ""
