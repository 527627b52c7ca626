"""The inspect sandbox `wasm` in real tasks: inspect finds it by its name, and inspect's own tools work in it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.log import EvalLog, list_eval_logs, read_eval_log
from inspect_ai.scorer import includes
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.tool import python
from inspect_ai.util import sandbox

from glassbox.harness.sandbox.component import card
from tests.forks import forked


@solver
def with_tools() -> Solver:
    """Uses inspect's `python` tool and the sandbox itself, as an agent would."""
    tool = python()

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        said = await tool(code="print(open('question.txt').read() + '!')")
        await sandbox().write_file("main.py", "import sys\nprint(sys.stdin.read()[::-1])\n")
        reversed_text = (await sandbox().exec(["python3", "main.py"], input=str(said).strip())).stdout
        state.output.completion = f"{said}{reversed_text}"
        return state

    return solve


def sandboxed_task() -> Task:
    samples = [
        Sample(input="?", target="!yeh", files={"question.txt": "hey"}),
        Sample(input="?", target="!oh", files={"question.txt": "ho"}),
    ]
    return Task(dataset=samples, solver=with_tools(), scorer=includes(), sandbox="wasm")


def test_an_inspect_task_runs_in_the_sandbox_with_inspects_own_tool(tmp_path: Path) -> None:
    log = eval(sandboxed_task(), model="mockllm/model", log_dir=str(tmp_path), display="none")[0]
    assert log.status == "success", log.error
    assert accuracy(log) == 1.0
    assert log.samples is not None
    assert [sample.output.completion for sample in log.samples] == ["hey!\n!yeh\n", "ho!\n!oh\n"]
    assert [sample.store["sandbox_component"] for sample in log.samples] == [card().name] * 2


def accuracy(log: EvalLog) -> float:
    assert log.results is not None
    return float(log.results.scores[0].metrics["accuracy"].value)


TASK = """
from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.scorer import match
from inspect_ai.solver import solver
from inspect_ai.util import sandbox

@solver
def run_it():
    async def solve(state, generate):
        state.output.completion = (await sandbox().exec(["python3", "-c", state.input_text])).stdout
        return state
    return solve

@task
def in_wasm():
    return Task(dataset=[Sample(input="print(6 * 7)", target="42")], solver=run_it(), scorer=match(), sandbox="wasm")
"""


def test_inspect_eval_finds_the_sandbox_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "in_wasm.py").write_text(TASK)
    logs = tmp_path / "logs"
    variables = {**os.environ, "INSPECT_LOG_DIR": str(logs), "INSPECT_DISPLAY": "plain"}
    command = ("-m", "inspect_ai", "eval", "in_wasm.py", "--model", "mockllm/model")
    done = forked(*command, cwd=tmp_path, variables=variables).ended()
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    log = read_eval_log(list_eval_logs(str(logs))[0])
    assert accuracy(log) == 1.0
    assert log.eval.sandbox is not None
    assert json.loads(log.eval.sandbox.model_dump_json())["type"] == "wasm"


def test_a_configuration_is_refused_since_there_is_none(tmp_path: Path) -> None:
    task = Task(dataset=[Sample("?")], solver=with_tools(), sandbox=("wasm", "compose.yaml"))
    with pytest.raises(ValueError, match='sandbox "wasm" takes no configuration'):
        eval(task, model="mockllm/model", log_dir=str(tmp_path), display="none")
