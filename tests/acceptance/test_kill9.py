"""Killed at any moment, a second run finishes and gives what an undisturbed one gives, to the last bit of the part.

The undisturbed one starts from nothing: its hashes have another seed than those of the others, which are forked.
"""

from __future__ import annotations

import os
import signal
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from inspect_runs import ROOT, attempts_by_id, environment, finish, fork, logs_in, semantic, start
from safetensors.torch import load_file

from glassbox.harness.fit.artefacts import tensors_hash
from glassbox.harness.lm.shipped import shipped_models
from tests.forks import Forked

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("arith" not in shipped_models(), reason="no model `arith` is shipped in baselines/models"),
]

FIT = [
    "eval",
    "tasks/ir_arith.py@ir_arith",
    "--solver",
    "ir_head",
    "--limit",
    "6",
    "-S",
    "examples=200",
    "-S",
    "epochs=4",
]
LIMIT = 80
WRITE = [
    *("eval", "tasks/ir_arith.py@ir_arith", "--solver", "regex_pipeline"),
    *("--limit", str(LIMIT), "--max-connections", "4"),
]


def kill_when(process: Forked, ready: Callable[[], bool]) -> None:
    """SIGKILL as soon as `ready`; it must still be at work by then."""
    deadline = time.monotonic() + 720
    while not ready():
        assert process.status is None, f"it ended before it could be killed: {process.ended()}"
        assert time.monotonic() < deadline, "it never came to the point where it is to be killed"
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    assert process.ended().returncode == -signal.SIGKILL


def part_in(folder: Path) -> tuple[str, str]:
    """Name and content of the only part in a store."""
    (card,) = folder.glob("*.json")
    return card.stem, tensors_hash(load_file(str(card.with_suffix(".safetensors"))))


def samples_written(logs: Path) -> int:
    """How many samples the log on disk holds by now."""
    for file in logs.glob("*.eval"):
        try:
            with zipfile.ZipFile(file) as archive:
                return sum(name.startswith("samples/") for name in archive.namelist())
        except (zipfile.BadZipFile, OSError):
            return 0
    return 0


def test_killed_while_fitting_the_second_run_makes_the_same_part_and_reads_the_same_programs(tmp_path: Path) -> None:
    calm = start(FIT, ROOT, environment(tmp_path / "calm", tmp_path / "calm_parts"))
    variables = environment(tmp_path / "logs", tmp_path / "parts")
    killed = fork(FIT, ROOT, variables)
    kill_when(killed, lambda: bool(list((tmp_path / "parts").glob("*.lock"))))
    assert not list((tmp_path / "parts").glob("*.json"))
    finish(fork(FIT, ROOT, variables))
    finish(calm)
    assert part_in(tmp_path / "parts") == part_in(tmp_path / "calm_parts")
    (undisturbed,) = logs_in(tmp_path / "calm")
    broken, second = logs_in(tmp_path / "logs")
    assert broken.status != "success"
    assert second.status == undisturbed.status == "success"
    assert attempts_by_id(second) == attempts_by_id(undisturbed)
    assert len(attempts_by_id(second)) == 6
    assert {a["artefact"] for a in attempts_by_id(second).values()} == {part_in(tmp_path / "parts")[0]}


def test_killed_while_evaluating_the_second_run_answers_every_sample_as_an_undisturbed_one(tmp_path: Path) -> None:
    calm = start(WRITE, ROOT, environment(tmp_path / "calm", tmp_path / "parts"))
    variables = environment(tmp_path / "logs", tmp_path / "parts")
    killed = fork(WRITE, ROOT, variables)
    kill_when(killed, lambda: samples_written(tmp_path / "logs") >= 10)
    finish(fork(WRITE, ROOT, variables))
    finish(calm)
    (undisturbed,) = logs_in(tmp_path / "calm")
    broken, second = logs_in(tmp_path / "logs")
    assert broken.status != "success"
    assert 10 <= len(broken.samples or []) < LIMIT
    assert second.status == undisturbed.status == "success"
    assert len(attempts_by_id(second)) == LIMIT
    assert attempts_by_id(second) == attempts_by_id(undisturbed)
    assert semantic(second) == semantic(undisturbed) >= 0.9
