"""Runs of this project's own, as they are: no check fails on any of them, and the audit says so in figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval
from planted_runs import MODEL

from glassbox.harness.audit.finding import Severity
from glassbox.harness.audit.registry import chosen
from glassbox.harness.audit.run import Audit, audit
from glassbox.harness.engine.run import run as run_directly
from glassbox.solvers.dcm import dcm
from glassbox.solvers.gold import gold
from glassbox.solvers.ir_head import ir_head
from glassbox.solvers.null import null
from glassbox.solvers.regex_pipeline import regex_pipeline
from glassbox.solvers.shuffled_labels import shuffled_labels
from glassbox.tasks.code_spec import phase3
from glassbox.tasks.ir_arith import ir_arith
from glassbox.tasks.soft_prompt import dcm_squad

FEW: dict[str, Any] = {"examples": 400, "epochs": 1}


def failed(found: list[Audit]) -> list[str]:
    return [
        f"{one.record.solver}: {check}: {finding.what}"
        for one in found
        for check, finding in one.found(Severity.FAILED)
    ]


def leak_of_what_reads_the_labels(log: Path, folder: Path) -> bool:
    """Whether the head that was fitted on true labels fails as the control it is now called."""
    folder.mkdir()
    control = folder / log.name
    control.write_text(log.read_text(encoding="utf-8").replace("ir_head", "shuffled_labels"), encoding="utf-8")
    (only,) = audit([control], chosen(["control_too_good"]))
    (said,) = failed([only])
    return said.startswith("shuffled_labels: control_too_good: ") and "chance is 28.5%" in said


@pytest.mark.slow
def test_arithmetic_runs_of_methods_and_controls(tmp_path: Path) -> None:
    for solve, arguments in (
        (ir_head(), {}),
        (regex_pipeline(), {}),
        (shuffled_labels(**FEW), FEW),
        (gold(), {}),
        (null(), {}),
    ):
        run_directly(ir_arith(), solve, model=MODEL, task_args={}, solver_args=arguments, log_dir=tmp_path, limit=200)
    found = audit([tmp_path])
    ran = {one.record.solver for one in found}
    assert ran == {"ir_head", "regex_pipeline", "shuffled_labels", "gold", "null"}
    assert failed(found) == []
    warnings = [(one.record.solver, check) for one in found for check, _ in one.found(Severity.WARNING)]
    assert warnings == [("ir_head", "missing_controls")], "no lexical control was run"
    head = {result.check for result in found[0].ended(Severity.CLEAN)}
    assert head >= {"label_shift", "pad_pooling", "model_never_called", "duplicates", "small_n"}
    assert leak_of_what_reads_the_labels(found[0].record.path, tmp_path / "leak")
    leak = {result.check: result.severity for result in found[2].results}
    assert (leak["control_too_good"], leak["settings_arguments"]) == (Severity.CLEAN, Severity.UNCHECKED)


def test_code_runs_of_gold_and_null(tmp_path: Path) -> None:
    for solve in (gold(), null()):
        eval(phase3, solver=solve, model="none/none", log_dir=str(tmp_path), display="none")
    found = audit([tmp_path])
    assert failed(found) == []
    assert [one.found(Severity.WARNING) for one in found] == [[], []]
    clean = [{result.check for result in one.ended(Severity.CLEAN)} for one in found]
    assert clean[0] >= {"compile_only", "self_reported", "control_too_good", "duplicates", "infra_as_wrong"}
    assert clean[1] >= {"compile_only", "control_too_good", "duplicates", "infra_as_wrong"}


@pytest.mark.slow
def test_a_soft_prompt_run(
    shared_models: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLASSBOX_ARTEFACTS", str(tmp_path / "parts"))
    eval(
        dcm_squad,
        solver=dcm(k=16, restarts=2),
        task_args={"n": 4},
        model=f"open/{shared_models('stories260K')}",
        model_args={"device": "cpu"},
        log_dir=str(tmp_path / "logs"),
        display="none",
    )
    found = audit([tmp_path / "logs"])
    assert failed(found) == []
    (only,) = found
    assert only.record.status == "success"
    clean = {result.check for result in only.ended(Severity.CLEAN)}
    assert clean >= {"label_shift", "model_never_called", "settings_arguments", "missing_controls", "control_too_good"}
    assert [check for check, _ in only.found(Severity.WARNING)] == ["small_n"], "four pairs say little"
