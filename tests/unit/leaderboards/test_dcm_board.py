"""The board of the soft-prompt tasks from real runs of solvers whose figures are known beforehand."""

from __future__ import annotations

import argparse
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval
from inspect_ai.solver import Generate, Solver, TaskState, solver

from harness.records.frames import load_logs
from harness.records.prompted import TARGETS, Prompted, TargetName, TargetRecord
from harness.stats.intervals import wilson
from leaderboards.command import add_parser
from leaderboards.command import run as command
from leaderboards.dcm import dcm_board
from tasks.prompting.dataset import draw_pairs, pair_of
from tasks.soft_prompt import dcm_arithmetic, dcm_sudoku

SIZE = 4


def replayed(state: TaskState, k: int, answered: bool) -> Prompted:
    pair = pair_of(state)
    texts: dict[TargetName, str] = {"question": pair.question, "answer": pair.answer}
    targets = {
        name: TargetRecord(
            target=texts[name],
            decoded=texts[name] if answered or name == "question" else "0",
            exact=answered or name == "question",
            first_token=True,
            token_accuracy=1,
            horizon=1,
            tokens=1,
            loss=0.2,
            loss_random=4,
            loss_context=1,
            curve="healthy" if answered else "flat",
        )
        for name in TARGETS
    }
    return Prompted(
        targets=targets,
        steps=100,
        restarts=2,
        k=k,
        seconds=3,
        model_calls=9,
        artefact=None,
        converged=answered,
        controls={"shuffled_pairs": False},
    )


@solver(name="trivial/held")
def held(k: int = 32) -> Solver:
    """Holds both texts of every pair."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        replayed(state, k, True).keep(state)
        return state

    return solve


@solver(name="trivial/half_held")
def half_held(k: int = 32) -> Solver:
    """Holds the answer of every second pair."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        ids = [pair.id for pair in draw_pairs("arithmetic", None, SIZE, 0).pairs]
        replayed(state, k, ids.index(str(state.sample_id)) % 2 == 0).keep(state)
        return state

    return solve


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dcm_logs")
    for task, made in (
        (dcm_arithmetic(n=SIZE), half_held()),
        (dcm_arithmetic(n=SIZE), held(k=8)),
        (dcm_sudoku(n=2), held()),
    ):
        (log,) = eval(task, model="none/none", solver=made, log_dir=str(folder), display="none")
        assert log.status == "success", log.error
    return folder


def written(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers(required=True))
    assert command(parser.parse_args(["leaderboard", *map(str, words)])) == 0
    return capsys.readouterr().out


def test_rows_hold_the_headers_figures_the_best_first(logs: Path) -> None:
    sums, boards = dcm_board(load_logs(logs)).sections
    assert (sums.task, sums.task_version, sums.split, sums.comparable) == (
        "dcm_arithmetic",
        "1-A",
        f"generated n={SIZE}",
        True,
    )
    best, half = sums.rows
    assert [row.solver for row in sums.rows] == ["held", "half_held"]
    assert half.exact_both is not None
    interval = wilson(2, 4)
    assert (half.exact_both.value, half.exact_both.n) == (0.5, 4)
    assert (half.exact_both.low, half.exact_both.high) == pytest.approx((interval.low, interval.high))
    assert (best.k, half.k, best.per_minute) == (8, 32, 20)
    assert half.ratios["answer"].value == pytest.approx(0.05)
    assert (half.levels["converged"], half.sure["converged"]) == ("excellent", "minimum")
    assert half.levels["balance"] == "excellent"
    assert half.curves == {"question:healthy": 2, "question:flat": 2, "answer:healthy": 2, "answer:flat": 2}
    assert half.recognised["answer"].value == 0.5
    assert half.controls["shuffled_pairs"].value == 0
    assert boards.rows[0].grids["solved"].value == 1
    assert boards.rows[0].exact_both is not None


def test_every_format_shows_the_board(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = written(capsys, "--log-dir", logs).splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0] == f"dcm_arithmetic 1-A · generated n={SIZE} · open/arith"
    assert "half_held" in "\n".join(lines)
    markdown = written(capsys, "--log-dir", logs, "--format", "markdown")
    assert "| half_held | open/arith | 4 | 32 | 50.0 [15.0, 85.0] | 100.0 | 50.0 | 100.0 | 0.05/0.05 | 100 | 20 |" in (
        markdown
    )
    assert "solved 100.0" in markdown
    rows = list(csv.DictReader(io.StringIO(written(capsys, "--log-dir", logs, "--format", "csv"))))
    assert [(row["solver"], row["exact_both"], row["exact_both n"]) for row in rows] == [
        ("held", "1.0", "4"),
        ("half_held", "0.5", "4"),
        ("held", "1.0", "2"),
    ]
    assert rows[1]["ratios question"] == "0.05"
    content: dict[str, Any] = json.loads(written(capsys, "--log-dir", logs, "--format", "json"))
    assert content["sections"] == []
    assert content["soft_prompt"][0]["rows"][1]["controls"]["shuffled_pairs"]["n"] == SIZE
    assert "code" not in content
