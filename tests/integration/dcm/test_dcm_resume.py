"""A run that is killed in the middle, process and all, is started again and repeats no finished pair."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from inspect_ai.log import EvalLog, list_eval_logs, read_eval_log

from glassbox.harness.records.prompted import Prompted
from tests.forks import forked

ROOT = Path(__file__).resolve().parents[3]
PAIRS = 5


def command(model: Path, logs: Path) -> list[str]:
    task = str(ROOT / "tasks" / "soft_prompt.py") + "@dcm_squad"
    inspect = ["-m", "inspect_ai", "eval", task, "--solver", "dcm", "--display", "none"]
    given = ["-T", f"n={PAIRS}", "-S", "slots=2", "-M", "device=cpu", "--log-dir", str(logs)]
    return [*inspect, "--model", f"open/{model}", *given]


def kept(store: Path) -> dict[str, tuple[bytes, int]]:
    """Content and time of each file of the pairs that are whole: those with a card."""
    names = [card.stem for card in store.glob("*.json") if not card.name.endswith(".record.json")]
    files = [store / f"{name}{end}" for name in names for end in (".json", ".record.json", ".safetensors")]
    return {file.name: (file.read_bytes(), file.stat().st_mtime_ns) for file in files}


def last(logs: Path) -> EvalLog:
    return read_eval_log(max(list_eval_logs(str(logs)), key=lambda info: info.mtime or 0))


@pytest.mark.slow
def test_a_killed_run_is_resumed_and_no_finished_pair_is_searched_again(
    shared_models: Callable[[str], Path], tmp_path: Path
) -> None:
    model, store, logs = shared_models("stories260K"), tmp_path / "parts" / "dcm", tmp_path / "logs"
    environment = {**os.environ, "GLASSBOX_ARTEFACTS": str(tmp_path / "parts"), "OMP_NUM_THREADS": "1"}
    first = forked(*command(model, logs), cwd=ROOT, variables=environment)
    deadline = time.monotonic() + 720
    while len(kept(store)) < 3 and first.status is None and time.monotonic() < deadline:
        time.sleep(0.05)
    # The whole group, so that the kill takes whatever it started.
    os.killpg(first.pid, signal.SIGKILL)
    assert first.ended().returncode == -signal.SIGKILL
    before = kept(store)
    assert 3 <= len(before) < 3 * PAIRS

    second = forked(*command(model, logs), cwd=ROOT, variables=environment).ended()
    assert second.returncode == 0, second.stderr[-2000:]
    after = kept(store)
    assert len(after) == 3 * PAIRS
    assert {name: after[name] for name in before} == before
    log = last(logs)
    assert (log.status, len(log.samples or [])) == ("success", PAIRS)
    records = [Prompted.model_validate(sample.store["prompted"]) for sample in log.samples or []]
    from_before = [record for record in records if f"{record.artefact}.json" in before]
    assert len(from_before) == len(before) // 3
    assert all(record.converged for record in from_before)
