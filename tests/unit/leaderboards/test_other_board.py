"""Runs of tasks that are none of this project's stand on boards too, led by the first score that is a proportion."""

from __future__ import annotations

from pathlib import Path

import pytest
from inspect_ai import Task, eval, task
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import Score, Scorer, Target, includes, match, mean, scorer, stderr
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.harness.cli.main import main
from glassbox.harness.records.export import flattened
from glassbox.harness.records.frames import load_logs
from glassbox.harness.stats.intervals import wilson
from glassbox.harness.tables.table import Table
from glassbox.leaderboards.board import tables

SIZE = 30


@scorer(metrics=[mean(), stderr()])
def length() -> Scorer:
    """No proportion: characters of the answer."""

    async def score(state: TaskState, target: Target) -> Score:
        return Score(value=100 + len(state.output.completion))

    return score


@task
def capitals(scored: str = "both") -> Task:
    samples = [Sample(id=at, input=f"What is the capital of country {at}?", target=f"city{at}") for at in range(SIZE)]
    known: dict[str, list[Scorer]] = {"both": [length(), match(), includes()], "length": [length()]}
    return Task(dataset=samples, scorer=known[scored], version=3)


@task
def rivers() -> Task:
    return Task(dataset=[Sample(id=at, input=f"River {at}?", target=f"r{at}") for at in range(SIZE)], scorer=match())


@solver
def knows(most: int, loosely: int = 0) -> Solver:
    """Is right on the first `most`, and has the answer within its words on `loosely` more."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        at = int(state.sample_id)
        said = state.target.text if at < most else f"{state.target.text}, I think" if at < most + loosely else "none"
        state.output = ModelOutput.from_content("none", said)
        return state

    return solve


def logged(folder: Path, by: Solver, scored: str = "both", epochs: int = 1) -> None:
    [log] = eval(capitals(scored), solver=by, model=None, log_dir=str(folder), display="none", epochs=epochs)
    assert log.status == "success"


def board(folder: Path) -> Table:
    [table] = tables(load_logs(folder))
    return table


def test_the_first_proportion_ranks_and_the_others_stand_beside_it(tmp_path: Path) -> None:
    logged(tmp_path, knows(10, 15))
    logged(tmp_path, knows(28))
    made = board(tmp_path)
    assert made.title.startswith("capitals 3")
    assert [row.facts["arguments"] for row in made.rows] == ["loosely=0 most=28", "loosely=15 most=10"]
    assert [row.facts["rank"] for row in made.rows] == [1, 2]
    first, second = (dict(flattened(row.facts)) for row in made.rows)
    interval = wilson(10, SIZE)
    assert [second[f"match{part}"] for part in ("", "_low", "_high", "_n")] == [
        pytest.approx(10 / SIZE),
        pytest.approx(interval.low),
        pytest.approx(interval.high),
        SIZE,
    ]
    assert [facts["includes"] for facts in (first, second)] == pytest.approx([28 / SIZE, 25 / SIZE])
    assert "length" not in first
    assert first["in_run_ms"] is not None


@solver(name="one/guess")
def of_one() -> Solver:
    return knows(28)


@solver(name="two/guess")
def of_two() -> Solver:
    return knows(3)


def test_solvers_of_one_name_from_two_packages_have_a_row_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logged(tmp_path, of_one())
    logged(tmp_path, of_two())
    assert [row.facts["solver"] for row in board(tmp_path).rows] == ["one/guess", "two/guess"]
    assert main(["compare", "guess", "two/guess", "--log-dir", str(tmp_path)]) == 2
    assert "guess may be one/guess or two/guess; give the package too" in capsys.readouterr().err
    assert main(["compare", "one/guess", "two/guess", "--log-dir", str(tmp_path)]) == 0


def test_runs_that_no_test_tells_apart_share_a_rank(tmp_path: Path) -> None:
    logged(tmp_path, knows(27))
    logged(tmp_path, knows(28))
    assert [row.facts["rank"] for row in board(tmp_path).rows] == [1, 1]


def test_each_task_has_the_columns_of_its_own_scores(tmp_path: Path) -> None:
    logged(tmp_path, knows(27))
    eval(rivers(), solver=knows(10), model=None, log_dir=str(tmp_path), display="none")
    made = {table.title.split()[0]: [column.title for column in table.columns] for table in tables(load_logs(tmp_path))}
    assert {"match", "includes"} <= set(made["capitals"])
    assert "match" in made["rivers"]
    assert "includes" not in made["rivers"]


def test_epochs_widen_no_claim(tmp_path: Path) -> None:
    logged(tmp_path, knows(15), epochs=3)
    [row] = board(tmp_path).rows
    interval = wilson(15, SIZE)
    facts = dict(flattened(row.facts))
    assert [facts["match_n"], facts["match_low"]] == [SIZE, pytest.approx(interval.low)]


def test_a_run_without_a_proportion_stands_on_no_board(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logged(tmp_path, knows(15), scored="length")
    assert tables(load_logs(tmp_path)) == []
    assert main(["leaderboard", "--log-dir", str(tmp_path)]) == 2
    assert f"no readable log in {tmp_path} has a score that is a proportion" in capsys.readouterr().err
