"""Real inspect runs with one defect planted in each, and what an audit says of their logs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import Scorer, match
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.harness.audit.finding import Finding, Severity
from glassbox.harness.audit.registry import chosen
from glassbox.harness.audit.run import Audit, audit
from glassbox.harness.engine.run import run as run_directly
from glassbox.tasks.ir_arith import ir_arith

MODEL = "open/arith"
SUMS = [
    Sample(id=f"sum-{a}-{b}", input=f"Question: What is {a} plus {b}?\nExpression:", target=f"{a} + {b}")
    for a, b in ((12, 31), (45, 7), (8, 26), (60, 14), (33, 9), (71, 18), (5, 52), (29, 40))
]


def run(
    folder: Path,
    solve: Solver | Sequence[Solver],
    score: Scorer | None = None,
    samples: Sequence[Sample] = SUMS,
    *,
    name: str = "planted",
    model: str | None = MODEL,
    metadata: dict[str, Any] | None = None,
    **settings: Any,
) -> Path:
    """The log of one run under inspect; the solver is what is under test, so samples and scorer stay plain."""
    task = Task(
        dataset=list(samples), scorer=score or match(location="any"), name=name, version="1-A", metadata=metadata
    )
    steps = list(solve) if isinstance(solve, Sequence) else solve
    (log,) = eval(
        task,
        solver=steps,
        model=model or "none/none",
        log_dir=str(folder),
        display="none",
        log_realtime=False,
        **settings,
    )
    return Path(log.location)


def audited(place: Path, check: str, **given: Any) -> Audit:
    """The audit of one log by one check; its neighbours in the folder are looked at as always."""
    (found,) = audit([place], chosen([check]), **given)
    return found


def findings(place: Path, check: str, severity: Severity = Severity.FAILED, **given: Any) -> list[Finding]:
    """What one check finds in one log at one severity."""
    return [finding for _, finding in audited(place, check, **given).found(severity)]


def only(place: Path, check: str, severity: Severity = Severity.FAILED, **given: Any) -> Finding:
    """The one finding of this severity; that there is just one is part of the test."""
    found = findings(place, check, severity, **given)
    assert len(found) == 1, [finding.what for finding in found]
    return found[0]


def ended(place: Path, check: str, **given: Any) -> Severity:
    """How the check ended."""
    (result,) = audited(place, check, **given).results
    return result.severity


def direct(folder: Path, solve: Solver, arguments: dict[str, Any] | None = None, n: int = 20) -> Path:
    """The log of one run of this project's direct path on `ir_arith`."""
    return run_directly(
        ir_arith(n=n), solve, model=MODEL, task_args={"n": n}, solver_args=arguments or {}, log_dir=folder
    )


@solver
def writes(text: Callable[[TaskState], str], calls: int | None = None) -> Solver:
    """Writes a text without the model; with `calls` it says that it called the model so often."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        state.output = ModelOutput.from_content(str(state.model), text(state))
        state.messages.append(state.output.message)
        if calls is not None:
            state.store.set("model_calls", calls)
        return state

    return solve
