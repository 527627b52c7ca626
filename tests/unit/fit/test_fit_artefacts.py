"""Fitted parts are named by what they were made from, and nothing damaged, edited or half-written is ever used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from pydantic import JsonValue
from safetensors.torch import save_file

from glassbox.harness.fit import artefacts
from glassbox.harness.fit.artefacts import (
    ArtefactStore,
    RefusedArtefact,
    address,
    data_address,
    default_store,
    tensors_hash,
)

ROOT = Path(__file__).resolve().parents[3]
INPUTS: dict[str, JsonValue] = {"config": {"head": "pointer", "layer": 3}, "source": "abc/layer3", "data": "0123"}
Made = tuple[dict[str, torch.Tensor], dict[str, float]]


class Bench:
    """A store, a way to make a part that counts how often it is used, and the warnings it gave."""

    def __init__(self, folder: Path, shipped: tuple[Path, ...] = ()) -> None:
        self.store = ArtefactStore(folder, shipped)
        self.folder = folder
        self.made = 0
        self.warnings: list[str] = []

    def make(self) -> Made:
        self.made += 1
        return {"weight": torch.arange(6.0).reshape(2, 3), "bias": torch.tensor(7)}, {"accuracy": 0.5}

    def part(self, inputs: dict[str, JsonValue] = INPUTS) -> tuple[str, dict[str, torch.Tensor], artefacts.Card]:
        return self.store.load_or_make(inputs, self.make, self.warnings.append)

    @property
    def name(self) -> str:
        return address(INPUTS)

    @property
    def tensors(self) -> Path:
        return self.folder / f"{self.name}.safetensors"

    @property
    def card(self) -> Path:
        return self.folder / f"{self.name}.json"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "parts")


def edit(card: Path, change: Callable[[dict[str, JsonValue]], object]) -> None:
    content = json.loads(card.read_text(encoding="utf-8"))
    change(content)
    card.write_text(json.dumps(content), encoding="utf-8")


def test_the_same_inputs_are_made_once_and_come_back_as_they_were(bench: Bench) -> None:
    name, tensors, card = bench.part()
    again, loaded, same = bench.part()
    assert (name, card, bench.made, bench.warnings) == (again, same, 1, [])
    assert tensors_hash(loaded) == tensors_hash(tensors) == card.tensors_sha256
    assert card.inputs == INPUTS
    assert card.metrics == {"accuracy": 0.5}
    assert torch.equal(loaded["weight"], torch.arange(6.0).reshape(2, 3))


def test_the_order_of_the_inputs_does_not_matter_and_every_value_does() -> None:
    assert address(dict(reversed(INPUTS.items()))) == address(INPUTS)
    others: list[dict[str, JsonValue]] = [
        {**INPUTS, "data": "0124"},
        {**INPUTS, "config": {"head": "pointer", "layer": 4}},
        {**INPUTS, "new": None},
    ]
    assert len({address(INPUTS), *map(address, others)}) == 4
    assert len(address(INPUTS)) == 16


def test_another_version_of_the_code_makes_its_own_parts(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    old, _, _ = bench.part()
    monkeypatch.setattr(artefacts, "CODE_VERSION", artefacts.CODE_VERSION + 1)
    new, _, _ = bench.part()
    assert new != old
    assert bench.made == 2


def test_data_are_addressed_by_text_and_order_and_boundaries() -> None:
    assert data_address(["ab", "c"]) != data_address(["a", "bc"])
    assert data_address(["a", "b"]) != data_address(["b", "a"])
    assert data_address(iter(["a", "b"])) == data_address(["a", "b"])


def test_the_tensors_hash_sees_names_types_shapes_and_every_bit() -> None:
    base = torch.tensor([[1.0, -0.0]])
    variants = [
        {"a": base},
        {"b": base},
        {"a": base.reshape(2)},
        {"a": torch.tensor([[1.0, 0.0]])},
        {"a": base.double()},
        {"a": base, "b": torch.zeros(0)},
        {"a": base.view(torch.int32)},
        {"a": torch.tensor(1.0)},
    ]
    assert len(set(map(tensors_hash, variants))) == len(variants)
    assert tensors_hash({"a": base.T}) == tensors_hash({"a": base.T.contiguous()})


DAMAGES: dict[str, tuple[Callable[[Bench], object], str]] = {
    "truncated tensors": (lambda b: os.truncate(b.tensors, b.tensors.stat().st_size // 2), "is damaged"),
    "empty tensors": (lambda b: b.tensors.write_bytes(b""), "is damaged"),
    "no tensors": (lambda b: b.tensors.unlink(), "is damaged"),
    "flipped bit": (
        lambda b: b.tensors.write_bytes(b.tensors.read_bytes()[:-1] + bytes([b.tensors.read_bytes()[-1] ^ 1])),
        "its tensors have changed",
    ),
    "truncated card": (lambda b: b.card.write_text(b.card.read_text()[:40]), "is damaged"),
    "empty card": (lambda b: b.card.write_text(""), "is damaged"),
    "card that is no text": (lambda b: b.card.write_bytes(b"\xff\xfe\x00"), "is damaged"),
    "card with other inputs": (lambda b: edit(b.card, lambda c: c.update(inputs={"data": "x"})), "has been edited"),
    "card with better metrics": (lambda b: edit(b.card, lambda c: c.update(metrics={"accuracy": 1.0})), "been edited"),
    "card with another checksum": (lambda b: edit(b.card, lambda c: c.update(tensors_sha256="0" * 64)), "been edited"),
    "card without its seal": (lambda b: edit(b.card, lambda c: c.pop("seal")), "is damaged"),
    "card with a field too many": (lambda b: edit(b.card, lambda c: c.update(note="hello")), "is damaged"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_part_is_refused_by_name_and_made_again_with_a_warning(bench: Bench, damage: str) -> None:
    _, tensors, card = bench.part()
    hurt, reason = DAMAGES[damage]
    hurt(bench)
    with pytest.raises(RefusedArtefact, match=f"artefact {bench.name} in .*{reason}") as refused:
        bench.store.load(bench.name)
    assert "\n" not in str(refused.value)
    name, again, anew = bench.part()
    assert (name, anew, bench.made) == (bench.name, card, 2)
    assert tensors_hash(again) == tensors_hash(tensors)
    assert len(bench.warnings) == 1
    assert bench.name in bench.warnings[0]
    assert bench.warnings[0].endswith("fitting it again")
    bench.part()
    assert (bench.made, len(bench.warnings)) == (2, 1)


def test_a_card_under_a_wrong_name_is_refused_as_stale(bench: Bench) -> None:
    bench.part()
    wrong = "f" * 16
    bench.card.rename(bench.folder / f"{wrong}.json")
    bench.tensors.rename(bench.folder / f"{wrong}.safetensors")
    with pytest.raises(RefusedArtefact, match=f"artefact {wrong} in .* is stale: its card names other inputs"):
        bench.store.load(wrong)
    assert bench.store.load(bench.name) is None


def test_the_tensors_of_another_part_are_refused(bench: Bench) -> None:
    bench.part()
    other, _, _ = bench.store.load_or_make({"data": "other"}, lambda: ({"weight": torch.ones(2, 3)}, {}), print)
    (bench.folder / f"{other}.safetensors").replace(bench.tensors)
    with pytest.raises(RefusedArtefact, match="its tensors have changed"):
        bench.store.load(bench.name)


def test_a_shipped_part_is_used_as_it_is_and_nothing_is_written(tmp_path: Path) -> None:
    Bench(tmp_path / "shipped").part()
    here = Bench(tmp_path / "mine", (tmp_path / "shipped",))
    here.part()
    assert here.made == 0
    assert not (tmp_path / "mine").exists()


def test_a_damaged_shipped_part_is_replaced_by_one_of_the_users_own_once(tmp_path: Path) -> None:
    shipped = Bench(tmp_path / "shipped")
    shipped.part()
    shipped.tensors.write_bytes(b"no tensors")
    here = Bench(tmp_path / "mine", (tmp_path / "shipped",))
    for _ in range(3):
        here.part()
    assert here.made == 1
    assert len(here.warnings) == 1
    assert str(tmp_path / "shipped") in here.warnings[0]
    assert shipped.tensors.read_bytes() == b"no tensors"


def test_a_folder_that_cannot_be_written_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"parts cannot be kept in .*file.* \(.+\); set GLASSBOX_ARTEFACTS") as caught:
        Bench(tmp_path / "file" / "parts").part()
    assert "\n" not in str(caught.value)


def test_a_failed_fit_leaves_nothing_and_the_next_one_may_succeed(bench: Bench) -> None:
    def fail() -> Made:
        raise ValueError("19 problems are too few")

    with pytest.raises(ValueError, match="too few"):
        bench.store.load_or_make(INPUTS, fail, bench.warnings.append)
    assert [path.suffix for path in bench.folder.iterdir()] in ([], [".lock"])
    bench.part()
    assert bench.made == 1


def test_the_store_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBOX_ARTEFACTS", str(tmp_path / "mine"))
    assert default_store() == tmp_path / "mine"
    monkeypatch.delenv("GLASSBOX_ARTEFACTS")
    monkeypatch.setenv("GLASSBOX_CACHE", str(tmp_path / "ours"))
    assert default_store() == tmp_path / "ours" / "artefacts"
    monkeypatch.delenv("GLASSBOX_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert default_store() == tmp_path / "cache" / "glassbox" / "artefacts"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert default_store() == Path.home() / ".cache" / "glassbox" / "artefacts"


def test_threads_that_want_the_same_part_make_it_once(bench: Bench) -> None:
    def slow() -> Made:
        time.sleep(0.2)
        return bench.make()

    threads = [
        threading.Thread(target=lambda: bench.store.load_or_make(INPUTS, slow, bench.warnings.append)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (bench.made, bench.warnings) == (1, [])


MAKER = """
import sys, time, torch
from pathlib import Path
from glassbox.harness.fit.artefacts import ArtefactStore, tensors_hash
folder, marks, floats = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
def make():
    with marks.open("a") as file:
        file.write("made\\n")
    time.sleep(0.5)
    return {"weight": torch.arange(float(floats))}, {"accuracy": 0.5}
name, tensors, _ = ArtefactStore(folder).load_or_make({"data": "shared"}, make, print)
print(name, tensors_hash(tensors))
"""


def maker(folder: Path, marks: Path, floats: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", MAKER, str(folder), str(marks), str(floats)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_processes_at_once_make_a_part_once(tmp_path: Path) -> None:
    running = [maker(tmp_path / "parts", tmp_path / "marks", 1000) for _ in range(2)]
    said = [process.communicate(timeout=360) for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert said[0][0] == said[1][0] != ""
    assert (tmp_path / "marks").read_text() == "made\n"


def test_killed_between_tensors_and_card_the_part_is_not_there_or_refused(bench: Bench) -> None:
    bench.part()
    card = bench.card.read_text()
    bench.card.unlink()
    assert bench.store.load(bench.name) is None
    save_file({"weight": torch.zeros(2, 3), "bias": torch.tensor(7)}, str(bench.tensors))
    bench.card.write_text(card)
    with pytest.raises(RefusedArtefact, match="its tensors have changed"):
        bench.store.load(bench.name)


def test_parts_are_safetensors_and_json_and_nothing_else(bench: Bench) -> None:
    bench.part()
    assert {path.suffix for path in bench.folder.iterdir()} - {".lock"} == {".safetensors", ".json"}
    assert bench.tensors.read_bytes()[8:9] == b"{"
    assert json.loads(bench.card.read_text())["inputs"] == INPUTS
