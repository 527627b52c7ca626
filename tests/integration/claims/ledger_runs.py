"""Real runs that the ledger is filled from, once a session: the shipped model's head beside its pipeline and controls.

The soft-prompt runs search nothing: what a search would have left is written down, so that every figure is known.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspect_ai import eval
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.harness.cli.main import main
from glassbox.harness.data.pair import pair_of
from glassbox.harness.engine.run import run
from glassbox.harness.records.prompted import TARGETS, Prompted, TargetName, TargetRecord
from glassbox.solvers.ir_head import ir_head
from glassbox.solvers.null import null
from glassbox.solvers.regex_only import regex_only
from glassbox.solvers.regex_pipeline import regex_pipeline
from glassbox.tasks.ir_arith import ir_arith
from glassbox.tasks.soft_prompt import dcm_squad

N = 400
SOLVERS: dict[str, Callable[..., Solver]] = {
    "ir_head": ir_head,
    "regex_pipeline": regex_pipeline,
    "regex_only": regex_only,
    "null": null,
}


@dataclass(frozen=True)
class Answer:
    """What a command line gave."""

    status: int
    out: str
    err: str


def shared_logs(base: Path) -> Path:
    """Head and pipeline on the same 400 problems; nobody writes there."""
    where = base / "claims-runs"
    if not where.exists():
        for name in ("ir_head", "regex_pipeline"):
            logged(name, where)
    return where


def logged(name: str, where: Path, **task_args: Any) -> Path:
    """The log of one real run."""
    given = {"n": N, **task_args}
    return run(ir_arith(**given), SOLVERS[name](), model="open/arith", task_args=given, solver_args={}, log_dir=where)


def copied(log: Path, where: Path, change: Callable[[dict[str, Any]], None] = lambda content: None) -> Path:
    """The same log in another folder, with something changed."""
    content = json.loads(log.read_text(encoding="utf-8"))
    change(content)
    where.mkdir(parents=True, exist_ok=True)
    path = where / log.name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def passed_off_as(name: str, created: str, **arguments: Any) -> Callable[[dict[str, Any]], None]:
    """A change that makes a run that of another solver, begun at another time, with other arguments."""

    def change(content: dict[str, Any]) -> None:
        step = content["plan"]["steps"][0]
        content["eval"]["solver"] = step["solver"] = name
        content["eval"]["created"] = created
        step["params"] = step["params_passed"] = arguments

    return change


@solver(name="inspect_ai/dcm")
def dcm(k: int = 32) -> Solver:
    """Leaves what a search would: pairs marked as held are, the others stay at a high loss."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        pair = pair_of(state)
        texts: dict[TargetName, str] = {"question": pair.question, "answer": pair.answer}
        held = bool(state.metadata["held"])
        Prompted(
            targets={name: _target(texts[name], held) for name in TARGETS},
            steps=100,
            restarts=1,
            k=k,
            seconds=1,
            model_calls=9,
            artefact=None,
            converged=held,
            controls={"shuffled_exact": False},
        ).keep(state)
        return state

    return solve


def _target(text: str, held: bool) -> TargetRecord:
    return TargetRecord(
        target=text,
        decoded=text if held else "",
        exact=held,
        first_token=held,
        token_accuracy=float(held),
        horizon=3 * held,
        tokens=3,
        loss=0.2 if held else 4.0,
        loss_random=4.0,
        loss_context=1.5,
        curve="healthy" if held else "flat",
        cross_exact=False,
    )


def prompted(where: Path, right: int, n: int = 24) -> None:
    """A soft-prompt run of which the first `right` pairs are held."""
    task = dcm_squad(n=n)
    for rank, sample in enumerate(task.dataset):
        assert sample.metadata is not None
        sample.metadata["held"] = rank < right
    [log] = eval(
        task,
        model="none/none",
        solver=dcm(),
        log_dir=str(where),
        display="none",
        log_realtime=False,
    )
    assert log.status == "success", log.error


def claims(capsys: Any, *arguments: object) -> Answer:
    """`glassbox claims ...` in this process."""
    capsys.readouterr()
    status = main(["claims", *map(str, arguments)])
    found = capsys.readouterr()
    return Answer(status, found.out, found.err)
