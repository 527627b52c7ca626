"""The board of the soft-prompt tasks from real runs of solvers whose figures are known beforehand."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.harness.cli.main import main
from glassbox.harness.data.pair import pair_of
from glassbox.harness.records.export import flattened
from glassbox.harness.records.frames import load_logs
from glassbox.harness.records.prompted import TARGETS, Prompted, TargetName, TargetRecord
from glassbox.harness.stats.intervals import wilson
from glassbox.leaderboards.board import tables
from glassbox.tasks.prompting.dataset import draw_pairs
from glassbox.tasks.soft_prompt import dcm_arithmetic, dcm_sudoku

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


@solver(name="inspect_ai/held")
def held(k: int = 32) -> Solver:
    """Holds both texts of every pair."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        replayed(state, k, True).keep(state)
        return state

    return solve


@solver(name="inspect_ai/half_held")
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
    assert main(["leaderboard", *map(str, words)]) == 0
    return capsys.readouterr().out


def test_rows_hold_the_headers_figures_the_best_first(logs: Path) -> None:
    sums, boards = tables(load_logs(logs))
    assert sums.title == f"dcm_arithmetic 1-A · generated n={SIZE} · open/arith"
    best, half = (dict(flattened(row.facts)) for row in sums.rows)
    assert (best["solver"], half["solver"]) == ("held", "half_held")
    interval = wilson(2, 4)
    assert (half["exact_both"], half["exact_both_n"]) == (0.5, 4)
    assert (half["exact_both_low"], half["exact_both_high"]) == pytest.approx((interval.low, interval.high))
    assert (best["k"], half["k"], best["per_minute"]) == (8, 32, 20)
    assert half["loss_ratio_answer"] == pytest.approx(0.05)
    assert (half["level_converged"], half["level_sure_converged"]) == ("excellent", "minimum")
    assert half["level_balance"] == "excellent"
    curves = {name: value for name, value in half.items() if name.startswith("curve_")}
    assert curves == {
        f"curve_{one}": 2 for one in ("question:healthy", "question:flat", "answer:healthy", "answer:flat")
    }
    assert half["recognised_if_converged_answer"] == 0.5
    assert half["controls_shuffled_pairs"] == 0
    solved = dict(flattened(boards.rows[0].facts))
    assert (solved["solved"], solved["exact_both"]) == (1, 1)


def test_a_pair_costs_its_share_of_the_search(logs: Path) -> None:
    [held_row, _] = tables(load_logs(logs))[0].rows
    hourly = held_row.facts["device_usd_per_hour"]
    assert isinstance(hourly, float)
    assert held_row.facts["cost_usd_per_1000"] == pytest.approx(hourly * 3 / 3.6)  # 3 seconds a pair


def test_a_control_that_decodes_its_pairs_is_pointed_out(logs: Path) -> None:
    records = [record for record in load_logs(logs) if record.solver == "held" and record.task == "dcm_arithmetic"]
    controls = {**records[0].scores["controls"], "shuffled_pairs": 0.25}
    [table] = tables([replace(records[0], scores={**records[0].scores, "controls": controls})])
    assert "! held k=8: control shuffled_pairs decodes 25.0 % of its pairs" in table.notes


def test_every_format_shows_the_board(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = written(capsys, "--log-dir", logs).splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0] == f"dcm_arithmetic 1-A · generated n={SIZE} · open/arith"
    assert "half_held" in "\n".join(lines)
    markdown = written(capsys, "--log-dir", logs, "--format", "markdown")
    row = "| 4 | 32 | 50.0 [15.0, 85.0] | 100.0 | 50.0 | 100.0 | 0.05/0.05 | 100 | 20 | 2.0 |"
    assert row in markdown
    assert "solved 100.0" in markdown
    rows = list(csv.DictReader(io.StringIO(written(capsys, "--log-dir", logs, "--format", "csv"))))
    assert [(row["solver"], row["exact_both"], row["exact_both_n"]) for row in rows] == [
        ("held", "1.0", "4"),
        ("half_held", "0.5", "4"),
        ("held", "1.0", "2"),
    ]
    assert rows[1]["loss_ratio_question"] == "0.05"
    content: dict[str, Any] = json.loads(written(capsys, "--log-dir", logs, "--format", "json"))
    assert content["records"][1]["controls"]["shuffled_pairs"]["n"] == SIZE
    assert len(content["records"]) == 3
