"""Two processes that start at the same moment never write one file: real processes, no simulated ones."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from glassbox.harness.fit.artefacts import ArtefactStore, address
from glassbox.harness.records.lock import Occupied, alone_with, publish

ROOT = Path(__file__).resolve().parents[3]
READY = """
import sys, time
from pathlib import Path
folder, name = Path(sys.argv[1]), sys.argv[2]
def at_once():
    print("ready", flush=True)
    sys.stdin.readline()
"""
TURNS = f"""{READY}
import json
from glassbox.harness.records.lock import alone_with
at_once()
for turn in range(20):
    with alone_with(folder / "shared.json"):
        held = json.loads((folder / "shared.json").read_text())
        time.sleep(0.002)
        (folder / "shared.json").write_text(json.dumps([*held, name]))
"""
SAVES = f"""{READY}
import torch
from glassbox.harness.fit.artefacts import ArtefactStore, Card, address
value = float(name)
tensors = {{"w": torch.full((4, 4), value)}}
card = Card.of({{"part": "test"}}, tensors, {{"value": value}})
store = ArtefactStore(folder)
at_once()
store.save(address({{"part": "test"}}), tensors, card)
"""
PUBLISHES = f"""{READY}
from glassbox.harness.records.lock import Occupied, publish
unfinished = folder / f".{{name}}.json"
unfinished.write_text(name * 1000)
at_once()
try:
    publish(unfinished, folder / "run.json")
    print("kept")
except Occupied as error:
    print(error)
"""


def _ready(program: str, folder: Path, *names: str) -> list[subprocess.Popen[str]]:
    """Processes that have loaded what they need and wait for the word."""
    running = [
        subprocess.Popen(
            (sys.executable, "-c", program, str(folder), name),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    return running


def _go(*running: subprocess.Popen[str]) -> None:
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()


def two_at_once(program: str, folder: Path, *names: str) -> list[str]:
    """What two processes print that begin their work at the same moment."""
    running = _ready(program, folder, *names)
    _go(*running)
    printed = [process.communicate(timeout=360)[0].strip() for process in running]
    assert [process.returncode for process in running] == [0, 0]
    return printed


def test_what_two_processes_add_to_one_file_is_all_there(tmp_path: Path) -> None:
    (tmp_path / "shared.json").write_text("[]", encoding="utf-8")
    two_at_once(TURNS, tmp_path, "a", "b")
    held = json.loads((tmp_path / "shared.json").read_text(encoding="utf-8"))
    assert sorted(held) == ["a"] * 20 + ["b"] * 20


def test_a_part_is_not_saved_while_another_process_saves_it(tmp_path: Path) -> None:
    """Without the lock the tensors of one process could come to lie beside the card of the other."""
    name = address({"part": "test"})
    with alone_with(tmp_path / f"{name}.safetensors"):
        (saver,) = _ready(SAVES, tmp_path, "1")
        _go(saver)
        with pytest.raises(subprocess.TimeoutExpired):
            saver.wait(timeout=0.7)
        assert ArtefactStore(tmp_path).load(name) is None
    assert saver.wait(timeout=300) == 0
    found = ArtefactStore(tmp_path).load(name)
    assert found is not None
    assert found[1].metrics == {"value": 1}


def test_of_two_results_of_one_name_the_first_stays_and_the_second_is_refused(tmp_path: Path) -> None:
    printed = two_at_once(PUBLISHES, tmp_path, "a", "b")
    assert sorted(line == "kept" for line in printed) == [False, True]
    (refused,) = (line for line in printed if line != "kept")
    assert "run.json is there already, written by another run" in refused
    kept = "ab"[printed.index("kept")]
    assert (tmp_path / "run.json").read_text(encoding="utf-8") == kept * 1000
    assert [file.name for file in tmp_path.iterdir()] == ["run.json"], "nothing unfinished is left behind"


def test_a_file_that_is_held_is_refused_after_the_wait_and_free_again_when_its_holder_is_killed(tmp_path: Path) -> None:
    target = tmp_path / "shared.json"
    holds = "import sys, time; from pathlib import Path; from glassbox.harness.records.lock import alone_with\n"
    holds += "with alone_with(Path(sys.argv[1])):\n print('held', flush=True); time.sleep(600)"
    holder = subprocess.Popen((sys.executable, "-c", holds, str(target)), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(Occupied, match=r"shared.json is being written by another process"), alone_with(target, 0.1):
        pass
    holder.kill()
    holder.wait()
    with alone_with(target, timeout=5):
        target.write_text("free", encoding="utf-8")
    assert target.read_text(encoding="utf-8") == "free"


def test_nothing_is_published_over_a_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("old", encoding="utf-8")
    (tmp_path / ".run.json").write_text("new", encoding="utf-8")
    with pytest.raises(Occupied, match="this run's result was not kept"):
        publish(tmp_path / ".run.json", tmp_path / "run.json")
    assert (tmp_path / "run.json").read_text(encoding="utf-8") == "old"
