"""The board of the code tasks from real runs on the first tasks of phase3: every figure is known beforehand."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval, task_with
from inspect_ai.log import read_eval_log_sample_summaries
from inspect_ai.model import ModelOutput, get_model
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.harness.cli.main import main
from glassbox.harness.code.completion import fenced
from glassbox.harness.code.question import CodeQuestion
from glassbox.harness.records.export import flattened
from glassbox.harness.records.frames import RunRecord, load_logs
from glassbox.harness.stats.intervals import wilson
from glassbox.leaderboards.board import tables
from glassbox.solvers.gold import gold
from glassbox.solvers.null import null
from glassbox.tasks.code_spec import phase3

SIZE = 4


@solver(name="inspect_ai/half")
def half() -> Solver:
    """Right on every second task in the first epoch, and on every one in the second; otherwise no Python."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        right = state.epoch == 2 or state.sample_id in ("letter_grade", "count_words")
        code = CodeQuestion.of(state.metadata).reference if right else "def f(:"
        state.output = ModelOutput.from_content(str(state.model), fenced(code or ""))
        return state

    return solve


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("code_logs")
    for made, epochs in ((half(), 2), (gold(), 1), (null(), 1)):
        task = task_with(phase3(n=SIZE), model=get_model("none/none"))
        (log,) = eval(task, solver=made, epochs=epochs, log_dir=str(folder), display="none")
        assert log.status == "success", log.error
    return folder


def call(*words: str | Path) -> int:
    return main(["leaderboard", *map(str, words)])


def written(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    assert call(*words) == 0
    return capsys.readouterr().out


def test_rows_hold_the_headers_figures_and_controls_stand_last(logs: Path) -> None:
    board, _ = tables(load_logs(logs))
    assert board.title == f"phase3 1-A · n={SIZE} · none/none"
    assert [(row.cells[0].text, row.control) for row in board.rows] == [("half", False), ("gold", True), ("null", True)]
    half, gold_row, null_row = (dict(flattened(row.facts)) for row in board.rows)
    assert (half["passed"], half["passed_n"]) == (0.75, SIZE)
    assert (half["pass@1"], half["pass@2"]) == (0.75, 1.0)
    assert (half["outcome_pass"], half["outcome_syntax"], null_row["outcome_parse"]) == (6, 2, SIZE)
    assert (half["cases"], gold_row["cases"], gold_row["cases_right"], null_row["cases_right"]) == (42, 21, 21, 0)
    assert not [name for name in gold_row if name.startswith("pass@")]


def test_groups_have_the_interval_that_their_share_and_n_give(logs: Path) -> None:
    board, groups = tables(load_logs(logs))
    facts = dict(flattened(board.rows[0].facts))
    assert facts["group_unflagged"] == pytest.approx((1 + 0.5 + 0.5) / 3)
    assert facts["group_unflagged_n"] == 3
    interval = wilson(2, 3)
    assert (facts["group_unflagged_low"], facts["group_unflagged_high"]) == pytest.approx((interval.low, interval.high))
    assert facts["group_under-specified"] == 1
    assert groups.record == ""
    assert {row.cells[0].text for row in groups.rows} >= {"control_flow", "list_operations", "easy", "medium"}
    assert [column.title for column in groups.columns] == ["group", "n", "half", "gold", "null"]


def test_the_time_of_a_program_is_the_runs_time_over_all_of_them(logs: Path) -> None:
    board, _ = tables(load_logs(logs))
    for row, record in zip(board.rows, (one for one in _by_board(logs)), strict=True):
        summaries = read_eval_log_sample_summaries(str(record.path))
        starts = [datetime.fromisoformat(one.started_at or "") for one in summaries]
        ends = [datetime.fromisoformat(one.completed_at or "") for one in summaries]
        span = (max(ends) - min(starts)).total_seconds()
        assert row.facts["each_ms"] == pytest.approx(1000 * span / len(summaries))
        hourly = row.facts["device_usd_per_hour"]
        assert isinstance(hourly, float)
        assert row.facts["cost_usd_per_1000"] == pytest.approx(hourly * span / len(summaries) / 3.6)


def _by_board(logs: Path) -> list[RunRecord]:
    """The records in the order of the board."""
    records = {record.solver: record for record in load_logs(logs)}
    return [records[name] for name in ("half", "gold", "null")]


def test_every_format_shows_the_board(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = written(capsys, "--log-dir", logs).splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0] == f"phase3 1-A · n={SIZE} · none/none"
    shown = next(line for line in lines if line.startswith("half")).split()
    assert shown[:8] == ["half", "1", "4", "75.0", "[30.1,", "95.4]", "100.0", "(k=2)"]
    markdown = written(capsys, "--log-dir", logs, "--format", "markdown")
    assert "| *null* |  | none/none | 4 | 0.0 [0.0, 49.0] | – | 0/21 | parse 4 |" in markdown  # noqa: RUF001
    assert "| unflagged | 3 | " in markdown
    rows = list(csv.DictReader(io.StringIO(written(capsys, "--log-dir", logs, "--format", "csv"))))
    assert [(row["solver"], row["passed"], row["outcome_parse"]) for row in rows] == [
        ("half", "0.75", "0"),
        ("gold", "1.0", "0"),
        ("null", "0.0", str(SIZE)),
    ]
    assert rows[0]["group_easy_n"] == "2"
    content: dict[str, Any] = json.loads(written(capsys, "--log-dir", logs, "--format", "json"))
    assert [run["solver"] for run in content["records"]] == ["half", "gold", "null"]
    assert content["records"][0]["pass@2"]["value"] == 1
    assert content["records"][0]["group"]["easy"]["n"] == 2


def test_a_filter_that_leaves_nothing_is_refused_in_one_line(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--log-dir", logs, "--task", "humaneval") == 2
    assert capsys.readouterr().err.count("\n") == 1
