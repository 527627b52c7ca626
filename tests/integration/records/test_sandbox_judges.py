"""Runs that other sandboxes judged stand side by side with a note: on a board, in a comparison, and at the gate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.harness.records.frames import RunRecord, load_logs
from glassbox.harness.records.judges import other_judges
from glassbox.harness.records.pairing import pair
from glassbox.harness.sandbox.component import card
from glassbox.leaderboards.board import tables
from glassbox.leaderboards.compare.report import report
from glassbox.solvers.gold import gold
from glassbox.solvers.null import null
from glassbox.tasks.code_spec import phase3

OTHER = "0123456789abcdef"


@solver
def silent() -> Solver:
    """Calls no model."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        return state

    return solve


def judged(solve: Solver, logs: Path, component: str | None) -> None:
    """A real run, whose log then says that another component judged it, or does not say which."""
    (log,) = eval(phase3(n=3), solver=solve, model="none/none", log_dir=str(logs), log_format="json", display="none")
    path = Path(log.location)
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["eval"]["metadata"].pop("sandbox_component") == card().name
    if component is not None:
        content["eval"]["metadata"]["sandbox_component"] = component
    path.write_text(json.dumps(content), encoding="utf-8")


def runs(logs: Path, first: str | None, second: str | None) -> list[RunRecord]:
    judged(gold(), logs, first)
    judged(null(), logs, second)
    return load_logs(logs)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (card().name, card().name, ""),
        (None, None, ""),
        (OTHER, card().name, f"{OTHER} judged gold; {card().name} judged null"),
        (card().name, None, f"{card().name} judged gold; one that its log does not name judged null"),
    ],
)
def test_a_board_and_a_comparison_say_when_sandboxes_differ(
    tmp_path: Path, first: str | None, second: str | None, said: str
) -> None:
    records = runs(tmp_path, first, second)
    whole = (
        f"judged by different sandboxes: {said}; run them again in one before you trust a small difference"
        if said
        else ""
    )
    notes = (tables(records)[0].notes, report(pair(records[0], records[1])).notes)
    found = [[note for note in each if note.startswith("judged by different sandboxes")] for each in notes]
    assert found == [[whole], [whole]] if said else found == [[], []]


def test_a_run_of_inspects_that_used_the_sandbox_tells_its_component_by_its_samples(tmp_path: Path) -> None:
    task = Task(dataset=[Sample(input="?", target="!")], sandbox="wasm")
    (log,) = eval(task, solver=silent(), model="none/none", log_dir=str(tmp_path), display="none")
    assert log.status == "success", log.error
    (record,) = load_logs(tmp_path)
    assert record.sandbox_component == card().name
    assert other_judges([record, record]) == ()
