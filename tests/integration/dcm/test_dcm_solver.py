"""`--solver dcm` on a real checkpoint: samples share one search, each leaves a record, a second run repeats nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as evaluate
from inspect_ai.log import EvalLog

from glassbox.harness.records.prompted import LEFT_OUT_KEY, Prompted
from glassbox.solvers.dcm import dcm
from glassbox.tasks.soft_prompt import dcm_squad

PAIRS = 6


def run(model: Path, logs: Path, **given: Any) -> EvalLog:
    (log,) = evaluate(
        dcm_squad,  # as a function: an instance would bring the default model with it
        task_args={"n": PAIRS},
        model=f"open/{model}",
        model_args={"device": "cpu"},
        solver=dcm(**given),
        log_dir=str(logs),
        display="none",
    )
    return log


def records(log: EvalLog) -> list[Prompted]:
    assert log.status == "success", log.error
    return [Prompted.model_validate(sample.store["prompted"]) for sample in log.samples or []]


def test_every_sample_is_written_first_to_stop_token(
    shared_models: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLASSBOX_ARTEFACTS", str(tmp_path / "parts"))
    model = shared_models("stories260K")
    log = run(model, tmp_path, restarts=2)
    found = records(log)
    assert len(found) == PAIRS
    assert sum(record.converged for record in found) >= PAIRS - 1
    for record, sample in zip(found, log.samples or [], strict=True):
        assert record.targets["answer"].decoded == sample.output.completion
        assert record.controls["shuffled_exact"] is False
        assert record.controls["random_exact"] is False
        kept = json.loads((tmp_path / "parts" / "dcm" / f"{record.artefact}.record.json").read_text())
        assert Prompted.model_validate(kept["record"]) == record
    # What was kept is read back: the same records, down to their seconds.
    assert records(run(model, tmp_path, restarts=2)) == found


def test_a_pair_that_does_not_fit_is_left_out_with_the_reason(
    shared_models: Callable[[str], Path], tmp_path: Path
) -> None:
    log = run(shared_models("stories260K"), tmp_path, k=511, keep=False)
    assert log.status == "success"
    assert log.samples
    for sample in log.samples:
        assert "more than the context" in sample.store[LEFT_OUT_KEY]
        assert sample.scores
        assert {score.reason for score in sample.scores.values()} == {LEFT_OUT_KEY}


def test_settings_that_contradict_each_other_are_refused_at_once() -> None:
    with pytest.raises(ValueError, match="start=normal and warm=abc do not go together"):
        dcm(warm="abc")
    with pytest.raises(ValueError, match="start=warm and warm=None do not go together"):
        dcm(start="warm")
