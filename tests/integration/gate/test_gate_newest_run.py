"""The gate judges the newest run, and refuses by name where that one cannot answer: an older good one never does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gate_runs import again, blessed, changed, command, logged
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import match
from inspect_ai.solver import Generate, Solver, TaskState, solver

SMALL = 120
LATER = "2100-01-01T00:00:00+00:00"


@pytest.fixture(scope="module")
def gold_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return logged("gold", tmp_path_factory.mktemp("gold"), SMALL)


def _later(content: dict[str, Any]) -> None:
    content["eval"]["run_id"] = "newer"
    content["eval"]["created"] = LATER


def _newest(log: Path, folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """An older run that would pass, and beside it a newest one of which something is changed."""
    again(log, folder)

    def both(content: dict[str, Any]) -> None:
        _later(content)
        change(content)

    made = changed(log, folder / "newest", both)
    return made.rename(made.with_name("newest.json"))


def _crashed(content: dict[str, Any]) -> None:
    content["status"] = "error"
    del content["results"]


def _errored_sample(content: dict[str, Any]) -> None:
    content["samples"][4]["error"] = {"message": "the disk is full", "traceback": "", "traceback_ansi": ""}


def _other_task_arguments(content: dict[str, Any]) -> None:
    content["eval"]["task_args_passed"]["seed"] = 7


def _other_solver_arguments(content: dict[str, Any]) -> None:
    content["plan"]["steps"][0]["params_passed"] = {"layer": 2}


def _warm(content: dict[str, Any]) -> None:
    content["eval"]["model_generate_config"] = {"temperature": 0.7, "max_connections": 4}


def _two_epochs(content: dict[str, Any]) -> None:
    content["eval"]["config"]["epochs"] = 2


def _scorer_options(content: dict[str, Any]) -> None:
    content["eval"]["scorers"][0]["options"] = {"tolerance": 0.1}


def _choices(content: dict[str, Any]) -> None:
    content["samples"][5]["choices"] = ["1", "2"]


def _twice(content: dict[str, Any]) -> None:
    content["samples"].append(content["samples"][0])


def _twice_with_other_content(content: dict[str, Any]) -> None:
    other = {**content["samples"][0], "input": "What else?", "epoch": 2}
    content["samples"].append(other)


def _unscored_epoch(content: dict[str, Any]) -> None:
    other = json.loads(json.dumps(content["samples"][0])) | {"epoch": 2}
    other["scores"]["semantic"]["value"] = float("nan")
    content["samples"].append(other)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_crashed, "newest.json is not complete (error, 0 of 120 samples); run it again"),
        (_errored_sample, ") of newest.json ended with an error; run it again"),
        (_other_task_arguments, "the latest run, newest.json, was given seed 7, blessed with 0; run the row again"),
        (_other_solver_arguments, "the latest run, newest.json, was given layer 2, blessed with"),
        (_warm, "newest.json was run with other generation ({'temperature': 0.7}) than the blessed run (defaults)"),
        (_two_epochs, "newest.json was run with other epochs (2) than the blessed run (1)"),
        (_scorer_options, "newest.json was run with other scorers ({"),
        (_choices, "with another input or target; bless it anew"),
        (_twice, "is in newest.json twice in one epoch; run it again"),
        (_twice_with_other_content, "of newest.json asked other things in other epochs; run it again"),
        (_unscored_epoch, ") of newest.json could not be scored in every epoch; run it again"),
    ],
    ids=lambda part: part.__name__ if callable(part) else "",
)
def test_the_newest_run_is_refused_by_name(
    change: Callable[[dict[str, Any]], None], said: str, gold_log: Path, tmp_path: Path, capsys: Any
) -> None:
    base = blessed(capsys, tmp_path, gold_log)
    _newest(gold_log, tmp_path / "logs", change)
    answer = command(capsys, "gate", "--baseline", base, "--log-dir", tmp_path / "logs")
    assert answer.status == 2
    assert said in answer.out


def test_a_newest_run_without_a_fault_passes_and_a_default_that_is_given_is_no_other_argument(
    gold_log: Path, tmp_path: Path, capsys: Any
) -> None:
    def give_the_default(content: dict[str, Any]) -> None:
        content["eval"]["task_args_passed"]["seed"] = 0

    base = blessed(capsys, tmp_path, gold_log)
    _newest(gold_log, tmp_path / "logs", give_the_default)
    answer = command(capsys, "gate", "--baseline", base, "--log-dir", tmp_path / "logs", "--format", "json")
    assert answer.status == 0, answer.out
    assert json.loads(answer.out)["records"][0]["log"] == "newest.json"


@pytest.mark.parametrize("kept", [0, 2000])
def test_a_newest_run_that_cannot_be_read_is_named_and_nothing_passes(
    kept: int, gold_log: Path, tmp_path: Path, capsys: Any
) -> None:
    base = blessed(capsys, tmp_path, gold_log)
    path = _newest(gold_log, tmp_path / "logs", lambda content: None)
    path.write_bytes(path.read_bytes()[:kept])
    answer = command(capsys, "gate", "--baseline", base, "--log-dir", tmp_path / "logs")
    assert answer.status == 2
    assert "newest.json could not be read" in answer.out


def test_a_limit_asks_for_the_first_samples_and_not_for_any(gold_log: Path, tmp_path: Path, capsys: Any) -> None:
    def without(first: int, last: int) -> Callable[[dict[str, Any]], None]:
        def cut(content: dict[str, Any]) -> None:
            gone = set(content["eval"]["dataset"]["sample_ids"][first:last])
            content["samples"] = [sample for sample in content["samples"] if sample["id"] not in gone]
            del content["eval"]["dataset"]["sample_ids"][first:last]

        return cut

    base = blessed(capsys, tmp_path, gold_log)
    last = _newest(gold_log, tmp_path / "last", without(0, 20))
    first = _newest(gold_log, tmp_path / "first", without(100, 120))
    asked = ("--baseline", base, "--limit", 100)
    assert command(capsys, "gate", first, *asked).status == 0
    other = command(capsys, "gate", last, *asked)
    assert other.status == 2
    assert "has other samples than the blessed run: 20 samples (" in other.out


@solver
def says_yes() -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        state.output = ModelOutput.from_content("none", "yes")
        return state

    return solve


def test_inputs_that_differ_after_many_thousand_characters_are_other_data(tmp_path: Path, capsys: Any) -> None:
    def run(folder: str, end: str) -> Path:
        samples = [Sample(id=at, input=f"Case {at}" + " why" * 2000 + end, target="yes") for at in range(60)]
        task = Task(dataset=samples, scorer=match(), name="long")
        [log] = eval(task, model="none/none", solver=says_yes(), log_dir=str(tmp_path / folder), display="none")
        return Path(log.location)

    base = blessed(capsys, tmp_path, run("a", "?"))
    assert command(capsys, "gate", run("b", "?"), "--baseline", base).status == 0
    other = command(capsys, "gate", run("c", "!"), "--baseline", base)
    assert other.status == 2
    assert "60 samples (0, 1, 2, ...) with another input or target; bless it anew" in other.out
