"""The record of a training: its time over all sessions, and the refusal of a corpus that changed."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from glassbox.baselines.models import sessions
from glassbox.baselines.models.recipes.arith_corpus import documents
from glassbox.baselines.models.recipes.training import Plan

PLAN = Plan(steps=100)


def _progress(folder: Path, step: int, at: float) -> None:
    path = folder / "progress.json"
    path.write_text(json.dumps({"step": step}))
    os.utime(path, (at, at))


def _shift_start(folder: Path, seconds: float) -> None:
    """Let the last session have begun earlier."""
    path = folder / "sessions.json"
    record = json.loads(path.read_text())
    record["sessions"][-1]["started"] -= seconds
    path.write_text(json.dumps(record))


def test_time_is_the_sum_of_sessions_and_a_killed_one_ends_at_its_last_checkpoint(tmp_path: Path) -> None:
    sessions.begin(tmp_path, PLAN, "a", "cpu")
    _shift_start(tmp_path, 1000)
    _progress(tmp_path, 50, time.time() - 400)  # killed here, after 600 s; 400 s of work were lost
    sessions.begin(tmp_path, PLAN, "a", "gpu")
    _shift_start(tmp_path, 300)
    sessions.end(tmp_path)
    found = sessions.summary(tmp_path, PLAN, None)
    assert found.seconds == pytest.approx(900, abs=5)
    assert (found.hardware, found.timing, found.sessions) == ("cpu, then gpu", "recorded", 2)


def test_a_session_killed_before_its_first_checkpoint_leaves_nothing(tmp_path: Path) -> None:
    sessions.begin(tmp_path, PLAN, "a", "cpu")
    _shift_start(tmp_path, 1000)
    sessions.begin(tmp_path, PLAN, "a", "cpu")
    sessions.end(tmp_path)
    found = sessions.summary(tmp_path, PLAN, None)
    assert found.sessions == 1
    assert found.seconds is not None
    assert found.seconds < 5


def test_a_complete_training_gains_no_session_by_being_finished_again(tmp_path: Path) -> None:
    sessions.begin(tmp_path, PLAN, "a", "cpu")
    _progress(tmp_path, 100, time.time() + 60)
    sessions.begin(tmp_path, PLAN, "a", "another machine")
    sessions.end(tmp_path)
    found = sessions.summary(tmp_path, PLAN, None)
    assert (found.hardware, found.sessions) == ("cpu", 1)
    assert found.seconds == pytest.approx(60, abs=5)


def test_a_corpus_that_changed_is_refused_even_when_nothing_is_left_to_train(tmp_path: Path) -> None:
    sessions.begin(tmp_path, PLAN, "a", "cpu")
    _progress(tmp_path, 100, time.time())
    with pytest.raises(ValueError, match="the corpus changed since"):
        sessions.begin(tmp_path, PLAN, "b", "cpu")


def test_checkpoints_without_a_record_give_an_estimate_from_their_pace(tmp_path: Path) -> None:
    _progress(tmp_path, 100, time.time())
    for step, at in ((80, 1000.0), (100, 1030.0)):
        path = tmp_path / f"step-{step:06d}.safetensors"
        path.write_bytes(b"")
        os.utime(path, (at, at))
    sessions.begin(tmp_path, PLAN, "a", "cpu")
    sessions.end(tmp_path)
    found = sessions.summary(tmp_path, PLAN, None)
    assert (found.seconds, found.timing) == (150.0, "estimated")
    assert found.hardware == "hardware that was not recorded"
    assert sessions.summary(tmp_path, PLAN, "a GPU").hardware == "a GPU"


def test_the_fingerprint_follows_the_text_and_the_seed() -> None:
    assert sessions.fingerprint(documents, 1) == sessions.fingerprint(documents, 1)
    assert sessions.fingerprint(documents, 1) != sessions.fingerprint(documents, 2)
