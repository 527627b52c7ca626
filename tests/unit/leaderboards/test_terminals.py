"""Boards in terminals of every width: names and figures stay whole, cost and latency go first, by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from trivial_runs import shared_logs

from glassbox.harness.cli.main import main
from glassbox.harness.records.answer import Answer, Row
from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.tables.render import text_tables
from glassbox.harness.tables.table import Cell, Column, Table, TableRow
from glassbox.studies.questions import PARTS
from glassbox.studies.stages.command import table as stage_table
from glassbox.studies.stages.gate import Gate, Stage
from glassbox.tasks.code.quality import Quality, Share
from glassbox.tasks.code.quality_text import table as suites_table

NAMES = ("ir_head", "regex_pipeline", "gold", "direct")
FIGURES = ("97.5 [87.1, 99.6]", "87.5 [73.9, 94.5]", "100.0 [91.2, 100.0]", "65.0 [49.5, 77.9]")
WIDTHS = (40, 60, 80, 100, 200)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_logs(tmp_path_factory.getbasetemp())


def _board(capsys: pytest.CaptureFixture[str], logs: Path, monkeypatch: pytest.MonkeyPatch, width: int) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    assert main(["leaderboard", "--log-dir", str(logs)]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("width", WIDTHS)
def test_names_and_figures_are_whole_at_every_width_and_no_line_is_longer(
    logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    written = _board(capsys, logs, monkeypatch, width)
    lines = written.splitlines()
    assert max(map(len, lines)) <= width
    rows = {line.split()[0]: line for line in lines[3:8] if not line.startswith("─")}
    assert tuple(rows) == NAMES
    assert all(figure in row for figure, row in zip(FIGURES, rows.values(), strict=True))
    assert "…" not in written
    for bounds in ("[91.2, 100.0]", "[47.8, 100.0]", "[18.9, 20.0]"):  # those of the criteria below the board
        assert bounds in written


@pytest.mark.parametrize(
    ("width", "gone"), [(40, 6), (60, 3), (80, 1), (100, 0), (200, 0)], ids=lambda value: str(value)
)
def test_latency_goes_before_what_was_measured_and_a_line_names_what_went(
    logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int, gone: int
) -> None:
    order = ["alone", "in batch", "structural", "written", "n", "rank"]
    written = _board(capsys, logs, monkeypatch, width)
    said = re.search(r"no room here for ([^:]*):", written.partition("Criteria of seed")[0].replace("\n", " "))
    assert (said[1].split(", ") if said else []) == order[:gone]


def test_the_cost_goes_first_of_all() -> None:
    columns = (Column("solver", text=True), Column("score"), Column("latency", spare=8), Column("cost", spare=9))
    row = TableRow(tuple(Cell(text, text) for text in ("a_long_solver", "50.0 [40.0, 60.0]", "1.00 ms", "$1.00")))
    for width, shown in ((60, 4), (41, 3), (32, 2), (31, 2)):
        head = text_tables([Table("t", columns, (row,))], width).splitlines()[1]
        assert [column.title for column in columns if column.title in head] == ["solver", "score", "latency", "cost"][
            :shown
        ]


def test_a_figure_that_must_be_parted_is_parted_before_its_interval() -> None:
    columns = (Column("solver", text=True), Column("score"))
    row = TableRow((Cell("a_long_solver", "a"), Cell("50.0 [40.0, 60.0]", 0.5)))
    lines = text_tables([Table("t", columns, (row,))], 29).splitlines()
    assert lines[3:] == ["a_long_solver            50.0", "                 [40.0, 60.0]"]


@pytest.mark.parametrize("width", WIDTHS)
def test_a_comparison_and_a_ledger_keep_to_the_width(
    logs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert main(["compare", "ir_head", "gold", "--log-dir", str(logs)]) == 0
    sentence, _, table = capsys.readouterr().out.partition("\n\n")
    assert max(map(len, table.splitlines())) <= width
    assert "[-12.9, +6.5]" in table
    assert "\n" not in sentence, "the answer can be searched for"
    assert main(["claims", "--log-dir", "nowhere", "--seed", "000"]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= width


def _answer() -> Table:
    shares = dict.fromkeys(PARTS, Estimate.of_count(1000, 1000))
    rows = [Row(setting={"head": head, "layer": 8}, figures=shares) for head in ("digits", "pointer")]
    return Answer(name="layers", question="q", sentence="s", varied="layer", rows=tuple(rows)).table


def _stage() -> Table:
    gates = [Gate.of("question alone, by exact", [True] * 100, 0.7), Gate.of("both, by loss", [False] * 100, 0.3, 0.5)]
    return stage_table(Stage.judged(2, "joint", gates, [], {"restarts a pair": "1.25"}))


def _suites() -> Table:
    share = Share(192, 192)
    return suites_table([Quality("phase3_plus", 18, 999, share, share, share, share, 3, (), (), (), ())])


@pytest.mark.parametrize("width", WIDTHS[1:])
@pytest.mark.parametrize(
    ("made", "whole"),
    [
        (_answer, ("digits", "pointer", "layer", "100.0 [99.6, 100.0]")),
        (_stage, ("question", "100.0 [96.3, 100.0]", "0.0 [0.0, 3.7]", "passed", "failed", "restarts a pair: 1.25")),
        (_suites, ("phase3_plus", "192/192 100.0 %", "[98.0, 100.0]", "killed")),
    ],
    ids=("questions", "stages", "suites"),
)
def test_tables_of_studies_and_suites_keep_to_the_width_with_names_and_figures_whole(
    made: Callable[[], Table], whole: tuple[str, ...], width: int
) -> None:
    written = text_tables([made()], width)
    assert max(map(len, written.splitlines())) <= width
    assert not [word for word in whole if word not in written]


@pytest.mark.parametrize("width", WIDTHS[1:])
def test_the_list_of_models_keeps_to_the_width(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert main(["models", "list"]) == 0
    written = capsys.readouterr().out
    assert max(map(len, written.splitlines())) <= width
    assert "arith" in written
    assert "100.0 % [99.6, 100.0]" in written
    assert ("12.6 MiB" in written) == (width > 60)
