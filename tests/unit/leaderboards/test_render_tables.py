"""One table in every format: nothing lost, nothing executed, and the terminal's width kept."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser

import pytest

from glassbox.harness.cli.terminal import text
from glassbox.harness.records.export import csv_text, json_text
from glassbox.harness.tables.render import markdown_tables, rich_tables, text_tables
from glassbox.harness.tables.table import Cell, Column, Table, TableRow, records_of, with_legends
from glassbox.leaderboards.page import html_tables

COLUMNS = (
    Column("solver", text=True),
    Column("score", about="right, %"),
    Column("less needed", spare=2),
    Column("spare", spare=1),
    Column("nowhere measured"),
    Column("details", text=True, brief=False),
)


def _row(name: str, score: float, control: bool = False, mark: str = "") -> TableRow:
    cells = (
        Cell(name, name),
        Cell(f"{score:.1f}", score),
        Cell("1,234", 1234),
        Cell("7", 7),
        Cell("–"),  # noqa: RUF001
        Cell("a | b", "a | b"),
    )
    return TableRow(cells, control, mark, {"solver": name, "score": score, "log": f"{name}.eval"})


TABLE = Table(
    "board", COLUMNS, (_row("head", 0.5, mark="‡"), _row("<b>gold</b>", 1.0, control=True)), ("a note",), "a legend"
)
DERIVED = Table(
    "made of it",
    (Column("verdict", text=True),),
    (TableRow((Cell("yes", "yes", "good"),)),),
    legend="a legend",
    record="verdicts",
)


class _Tags(HTMLParser):
    """Every start tag with its attributes, and the text of cells."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_terminal_shows_brief_columns_that_hold_something() -> None:
    lines = text_tables([TABLE]).splitlines()
    assert lines[:2] == ["board", "solver       score  less needed  spare"]
    assert lines[3].split() == ["head", "‡", "0.5", "1,234", "7"]
    assert set(lines[4]) == {"─"}
    assert lines[5].split()[0] == "<b>gold</b>"
    assert lines[6:] == ["a note", "a legend"]


@pytest.mark.parametrize(
    ("width", "left_out"), [(38, ""), (32, "less needed"), (25, "less needed"), (24, "less needed, spare")]
)
def test_a_narrow_terminal_leaves_out_what_is_spare_and_says_so(width: int, left_out: str) -> None:
    written = text(rich_tables([TABLE], width), 200)
    head = written.splitlines()[1]
    assert [title for title in ("less needed", "spare") if title not in head] == (
        left_out.split(", ") if left_out else []
    )
    assert (f"no room here for {left_out}: " in written) is bool(left_out)


def test_a_legend_stands_once_below_the_tables_that_share_it() -> None:
    assert [legend for _, legend in with_legends([TABLE, DERIVED])] == ["", "a legend"]
    for written in (
        text_tables([TABLE, DERIVED]),
        markdown_tables([TABLE, DERIVED]),
        html_tables([TABLE, DERIVED]),
    ):
        assert written.count("a legend") == 1


def test_markdown_has_every_column_and_escapes_bars() -> None:
    lines = markdown_tables([TABLE]).splitlines()
    assert lines[2:4] == [
        "| solver | score | less needed | spare | nowhere measured | details |",
        "| :-- | --: | --: | --: | --: | :-- |",
    ]
    assert lines[4] == "| head ‡ | 0.5 | 1,234 | 7 | – | a \\| b |"  # noqa: RUF001
    assert lines[5].startswith("| *<b>gold</b>* |")


def test_csv_has_the_facts_of_rows_that_are_not_made_of_others() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_text(records_of([TABLE, DERIVED])["records"]))))
    assert rows == [
        {"solver": "head", "score": "0.5", "log": "head.eval"},
        {"solver": "<b>gold</b>", "score": "1.0", "log": "<b>gold</b>.eval"},
    ]


def test_json_has_the_rows_as_records_and_nothing_of_how_a_table_looks() -> None:
    found = json.loads(json_text("leaderboard", **records_of([TABLE, DERIVED])))
    assert found == {
        "schema": "glassbox/leaderboard/1",
        "records": [
            {"solver": "head", "score": 0.5, "log": "head.eval"},
            {"solver": "<b>gold</b>", "score": 1.0, "log": "<b>gold</b>.eval"},
        ],
        "verdicts": [{}],
    }


def test_html_holds_every_cell_and_takes_no_name_for_a_tag() -> None:
    page = _Tags()
    page.feed(html_tables([TABLE, DERIVED]))
    assert "b" not in page.tags
    assert "<b>gold</b>" in page.texts
    assert (page.tags.count("tr"), page.tags.count("td"), page.tags.count("tbody")) == (1 + 2 + 1 + 1, 2 * 5, 3)
    assert page.tags.count("th") == 6 + 2 + 1 + 1


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="table 'board': a row of 1 cells, 6 columns"):
        Table("board", COLUMNS, (TableRow((Cell("head"),)),))
