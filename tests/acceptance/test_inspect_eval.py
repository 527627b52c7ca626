"""The two commands of the issue: in an editable install with no other argument, and from a wheel in an empty folder."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path

import pytest
from inspect_runs import ROOT, environment, finish, fork, logs_in, semantic, start

from glassbox.harness.lm.shipped import shipped_models
from glassbox.tasks.ir_arith import VERSION

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("arith" not in shipped_models(), reason="no model `arith` is shipped in baselines/models"),
]


def is_editable() -> bool:
    """Whether these tests run on the installed tree itself."""
    # A build leaves an egg-info in the tree, which stands before the installed one on the path.
    records = (d.read_text("direct_url.json") for d in importlib.metadata.distributions(name="glassbox-evals"))
    return any(json.loads(record).get("dir_info", {}).get("editable") for record in records if record)


def test_the_main_job_runs_in_an_editable_install_with_no_other_argument(tmp_path: Path) -> None:
    if not is_editable():
        pytest.skip("glassbox-evals is not installed as editable here; `make setup` does it")
    variables = environment(tmp_path / "logs", tmp_path / "parts")
    finish(start(["eval", "tasks/ir_arith.py", "--solver", "ir_head", "--limit", "20"], ROOT, variables))
    logs = {log.eval.task: log for log in logs_in(tmp_path / "logs")}
    assert set(logs) == {"ir_arith", "ir_multi_op", "ir_loop"}
    for log in logs.values():
        assert log.status == "success"
        assert log.eval.model == "open/arith"
        assert log.eval.solver == "ir_head"
        assert str(log.eval.task_version) == VERSION
        assert len(log.samples or []) == 20
        assert semantic(log) >= 0.8
        assert log.eval.metadata is not None
        assert log.eval.metadata["split"] == "held_out_both"
        for sample in log.samples or []:
            assert sample.error is None
            assert sample.store["attempt"]["artefact"]


def test_a_wheel_runs_the_main_job_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    variables = environment(tmp_path / "logs", tmp_path / "parts", PYTHONPATH=str(installed))
    finish(fork(["eval", "glassbox/ir_arith", "--solver", "glassbox/ir_head", "--limit", "20"], empty, variables))
    (log,) = logs_in(tmp_path / "logs")
    assert (log.eval.metadata or {})["git.commit"] is None, "it ran from the checkout, which alone has a commit"
    assert log.status == "success"
    assert (log.eval.task, log.eval.task_registry_name, log.eval.model) == (
        "ir_arith",
        "glassbox/ir_arith",
        "open/arith",
    )
    assert len(log.samples or []) == 20
    assert semantic(log) >= 0.9
    assert list(empty.iterdir()) == []
    shipped = installed / "glassbox" / "baselines" / "models" / "arith" / "parts"
    if shipped.is_dir():
        assert not (tmp_path / "parts").exists(), "the shipped part must do"
        used = {sample.store["attempt"]["artefact"] for sample in log.samples or []}
        assert used <= {part.stem for part in shipped.glob("*.json")}


def test_the_model_that_the_command_line_asks_for_is_the_one_that_is_used(tmp_path: Path) -> None:
    """`hf/` and a path: inspect's own provider loads the weights, the head is read inside them."""
    variables = environment(tmp_path / "logs", tmp_path / "parts")
    model = f"hf/{shipped_models()['arith']}"
    command = ["eval", "tasks/ir_arith.py@ir_arith", "--solver", "ir_head", "--limit", "20", "--model", model]
    finish(fork([*command, "-M", "device=cpu"], ROOT, variables))
    (log,) = logs_in(tmp_path / "logs")
    assert log.eval.model == model
    assert semantic(log) >= 0.9


def test_a_mistake_on_the_command_line_is_named(tmp_path: Path) -> None:
    variables = environment(tmp_path / "logs", tmp_path / "parts")
    command = ["eval", "tasks/ir_arith.py@ir_arith", "--solver", "gold", "--limit", "2", "-T", "source=svamp"]
    said = fork(command, ROOT, variables).ended().stdout
    assert "source=svamp needs path=: the official file, or a folder of them" in " ".join(said.split())
