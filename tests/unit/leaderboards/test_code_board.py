"""The board of the code tasks from real runs on the first tasks of phase3: every figure is known beforehand."""

from __future__ import annotations

import argparse
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval
from inspect_ai.model import ModelOutput
from inspect_ai.solver import Generate, Solver, TaskState, solver

from harness.code.completion import fenced
from harness.code.question import CodeQuestion
from harness.records.frames import load_logs
from harness.stats.intervals import wilson
from leaderboards.code import code_board
from leaderboards.command import add_parser
from leaderboards.command import run as command
from solvers.registry import gold, null
from tasks.code_spec import phase3

SIZE = 4


@solver(name="trivial/half")
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
        (log,) = eval(phase3(n=SIZE), solver=made, epochs=epochs, log_dir=str(folder), display="none")
        assert log.status == "success", log.error
    return folder


def call(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers(required=True))
    return command(parser.parse_args(["leaderboard", *map(str, words)]))


def written(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    assert call(*words) == 0
    return capsys.readouterr().out


def test_rows_hold_the_headers_figures_and_controls_stand_last(logs: Path) -> None:
    (section,) = code_board(load_logs(logs)).sections
    assert (section.task, section.split, section.comparable) == ("phase3", f"n={SIZE}", True)
    first, second, third = section.rows
    assert [(row.label, row.control) for row in section.rows] == [("half", False), ("gold", True), ("null", True)]
    assert first.passed is not None
    assert (first.passed.value, first.passed.n) == (0.75, SIZE)
    assert {k: found.value for k, found in first.pass_at.items()} == {"pass@1": 0.75, "pass@2": 1.0}
    assert first.outcomes == {"pass": 6, "syntax": 2}
    assert (first.cases, second.cases, second.cases_right, third.cases_right) == (42, 21, 21, 0)
    assert (second.pass_at, third.outcomes) == ({}, {"parse": SIZE})


def test_groups_have_the_interval_that_their_share_and_n_give(logs: Path) -> None:
    row = code_board(load_logs(logs)).rows[0]
    group = row.groups["unflagged"]
    assert group.value == pytest.approx((1 + 0.5 + 0.5) / 3)
    assert group.n == 3
    assert (group.low, group.high) == pytest.approx((wilson(2, 3).low, wilson(2, 3).high))
    assert row.groups["under-specified"].value == 1
    assert set(row.groups) >= {"control_flow", "list_operations", "easy", "medium"}


def test_every_format_shows_the_board(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = written(capsys, "--log-dir", logs).splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0] == f"phase3 1-A · n={SIZE}"
    assert [line.split() for line in lines if line.startswith("half")] == [
        ["half", "4", "75.0", "[30.1,", "95.4]", "100.0", "(k=2)", "33/42", "syntax", "2"]
    ]
    markdown = written(capsys, "--log-dir", logs, "--format", "markdown")
    assert "| *null* | none/none | 4 | 0.0 [0.0, 49.0] | – | 0/21 | parse 4 |" in markdown  # noqa: RUF001
    assert "| unflagged | 3 | " in markdown
    rows = list(csv.DictReader(io.StringIO(written(capsys, "--log-dir", logs, "--format", "csv"))))
    assert [(row["solver"], row["passed"], row["outcome parse"]) for row in rows] == [
        ("half", "0.75", "0"),
        ("gold", "1.0", "0"),
        ("null", "0.0", str(SIZE)),
    ]
    assert rows[0]["group easy n"] == "2"
    content: dict[str, Any] = json.loads(written(capsys, "--log-dir", logs, "--format", "json"))
    assert content["sections"] == []
    assert content["code"][0]["rows"][0]["pass_at"]["pass@2"]["value"] == 1


def test_a_filter_that_leaves_nothing_is_refused_in_one_line(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--log-dir", logs, "--task", "humaneval") == 1
    assert capsys.readouterr().err.count("\n") == 1
