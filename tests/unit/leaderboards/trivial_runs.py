"""Real inspect runs with solvers that need no model: their attempts are written down here, so every figure is known.

`ir_head` misreads its first `wrong` samples, `regex_pipeline` cannot read every eighth, `direct` writes the number and
is wrong on every third, `gold` is always right. No model is called: only what becomes of attempts is under test.
Registered as if inspect itself brought them, which a board does not show, so that the real ones of the same names stay
what they are.
"""

from __future__ import annotations

from pathlib import Path

from inspect_ai import Task, eval, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import EvalLog, read_eval_log, write_eval_log
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.harness.ir.program import Op, single
from glassbox.harness.ir.text import to_text
from glassbox.harness.outcome import Outcome
from glassbox.harness.records.attempt import Attempt
from glassbox.scorers.ir import ir_scorers

SIZE = 40
TIMED = 10
VERSION = "1-A"
ARTEFACT = "sha256:0123456789abcdef"


@task(name="inspect_ai/ir_arith")
def ir_arith(split: str = "held_out_both") -> Task:
    return Task(dataset=_samples(split), scorer=ir_scorers(), version=VERSION)


def _samples(split: str) -> MemoryDataset:
    return MemoryDataset(
        [
            Sample(
                id=f"{split}-{index:02}",
                input=f"What is {index + 50} minus {index}?",
                target="50",
                metadata={
                    "program": to_text(single(Op.SUBTRACT, index + 50, index)),
                    "template": "minus",
                    "split": split,
                    "index": index,
                },
            )
            for index in range(SIZE)
        ],
        name=split,
    )


@solver(name="inspect_ai/ir_head")
def ir_head(head: str = "pointer", layer: float = 0.55, wrong: int = 1, broken: bool = False) -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        index = _index(state)
        if broken and index >= SIZE // 2:
            raise RuntimeError("the disk is full")
        left, right = (index, index + 50) if index < wrong else (index + 50, index)
        return _keep(state, program=(left, right), alone=1.0 + index / 100, artefact=ARTEFACT)

    return solve


@solver(name="inspect_ai/regex_pipeline")
def regex_pipeline() -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        index = _index(state)
        if index % 8 == 0:
            Attempt(
                failure=Outcome.PARSE,
                failure_kind="no_expression",
                completion="I cannot say.",
                generated_tokens=5,
                model_calls=1,
                alone_ms=20.0 if index < TIMED else None,
                amortised_ms=4.0,
            ).keep(state)
            return state
        return _keep(state, program=(index + 50, index), alone=20.0 + index / 10, tokens=9)

    return solve


@solver(name="inspect_ai/direct")
def direct() -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        if _index(state) == 0:
            Attempt(failure=Outcome.PARSE, failure_kind="no_number", reads_program=False, model_calls=1).keep(state)
        else:
            value = 51 if _index(state) % 3 == 0 else 50
            Attempt(value=value, reads_program=False, generated_tokens=3, model_calls=1).keep(state)
        return state

    return solve


@solver(name="inspect_ai/gold")
def gold() -> Solver:
    async def solve(state: TaskState, generate: Generate) -> TaskState:
        return _keep(state, program=(_index(state) + 50, _index(state)), calls=0)

    return solve


def _index(state: TaskState) -> int:
    return int(state.metadata["index"])


def _keep(
    state: TaskState,
    program: tuple[int, int],
    alone: float | None = None,
    artefact: str | None = None,
    tokens: int = 0,
    calls: int = 1,
) -> TaskState:
    """An attempt whose reading is `left - right`."""
    left, right = program
    Attempt(
        program=to_text(single(Op.SUBTRACT, left, right)),
        value=left - right,
        artefact=artefact,
        generated_tokens=tokens,
        model_calls=calls,
        alone_ms=alone if _index(state) < TIMED else None,
        amortised_ms=None if alone is None else alone / 5,
    ).keep(state)
    return state


def run(
    where: Path, solve: Solver, split: str = "held_out_both", limit: int | None = None, log_samples: bool = True
) -> EvalLog:
    """One real run, its log in `where`."""
    [log] = eval(
        ir_arith(split=split),
        model="none/none",
        solver=solve,
        log_dir=str(where),
        limit=limit,
        log_samples=log_samples,
        display="none",
        log_realtime=False,
    )
    return log


def shared_logs(base: Path) -> Path:
    """Two methods and two controls on the same samples, run once a session; nobody writes there."""
    where = base / "trivial-runs"
    if where.exists():
        return where
    for solve in (ir_head(), regex_pipeline(), direct(), gold()):
        run(where, solve)
    return where


def copy_as_version(log: EvalLog, version: str, where: Path) -> None:
    """The same run under another task version, written by inspect itself."""
    other = read_eval_log(log.location)
    other.eval.task_version = version
    write_eval_log(other, str(where / f"version-{version}.eval"))
