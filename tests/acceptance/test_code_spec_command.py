"""The code suites by `inspect eval`, as a user calls them: from the checkout, and from a wheel in an empty folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from inspect_ai.log import EvalLog
from inspect_runs import ROOT, environment, finish, fork, logs_in

from glassbox.harness.cache import cache_folder
from glassbox.harness.lm.fetch import fetched
from glassbox.tasks.code_spec import VERSION

pytestmark = pytest.mark.slow


def passed(log: EvalLog) -> tuple[float, float]:
    """Tasks that pass, and tasks in all."""
    assert log.status == "success", log.error
    assert log.results is not None
    found = next(score.metrics for score in log.results.scores if score.name == "passed")
    return round(found["accuracy"].value * found["n"].value), found["n"].value


@pytest.mark.parametrize(("control", "right"), [("gold", 18), ("null", 0)])
def test_the_controls_score_all_and_nothing_from_the_checkout(control: str, right: int, tmp_path: Path) -> None:
    variables = environment(tmp_path / "logs", tmp_path / "parts")
    model = "open/smol" if fetched("smol") else "none/none"
    said = finish(fork(["eval", "tasks/code_spec.py@phase3", "--solver", control], ROOT, variables))
    (log,) = logs_in(tmp_path / "logs")
    assert passed(log) == (right, 18)
    assert (log.eval.model, log.eval.solver, log.eval.task_version) == (model, control, VERSION)
    assert "hooks enabled" not in said


def test_the_file_alone_runs_every_suite_that_needs_no_download(tmp_path: Path) -> None:
    variables = environment(tmp_path / "logs", tmp_path / "parts")
    finish(fork(["eval", "tasks/code_spec.py", "--solver", "gold"], ROOT, variables))
    logs = {log.eval.task: passed(log) for log in logs_in(tmp_path / "logs")}
    assert set(logs) == {"phase2", "phase3", "phase3_plus", "code_suite"}
    assert all(right == n for right, n in logs.values())


def test_a_wheel_runs_a_suite_by_its_registered_name_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    # The component is named by its content, so that the wheel finds the one that these tests use.
    more = {"PYTHONPATH": str(installed), "GLASSBOX_CACHE": str(cache_folder("sandbox").parent)}
    variables = environment(tmp_path / "logs", tmp_path / "parts", **more)
    for control, right in (("gold", 18), ("null", 0)):
        finish(fork(["eval", "glassbox/phase3", "--solver", f"glassbox/{control}"], empty, variables))
        log = logs_in(tmp_path / "logs")[-1]
        assert passed(log) == (right, 18)
        assert log.eval.task_registry_name == "glassbox/phase3"
    assert list(empty.iterdir()) == []
    shipped = installed / "glassbox" / "tasks" / "code" / "suites"
    assert len((shipped / "phase3.jsonl").read_text(encoding="utf-8").splitlines()) == 18
    for file in shipped.glob("*.jsonl"):
        assert all(json.loads(line)["reference"] for line in file.read_text(encoding="utf-8").splitlines())


def test_a_mistake_on_the_command_line_is_named(tmp_path: Path) -> None:
    variables = environment(tmp_path / "logs", tmp_path / "parts")
    for task, argument, message in (
        ("humaneval", "n=2", "give path=: the official HumanEval.jsonl.gz"),
        ("phase3", "category=maths", "no task of phase3 has category 'maths'"),
        ("mbpp", "path=absent.jsonl", "absent.jsonl does not exist; mbpp reads mbpp.jsonl"),
    ):
        command = ["eval", f"tasks/code_spec.py@{task}", "--solver", "gold", "-T", argument]
        said = fork(command, ROOT, variables).ended().stdout
        assert message in " ".join(said.split())
