"""`glassbox models train`, `card` and `check` from end to end, on one step of training and two blocks of the eight."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from glassbox.baselines.models.recipes import arith
from glassbox.harness.cli.main import main
from glassbox.harness.lm.load import open_model

pytestmark = pytest.mark.slow


def _train(folder: Path) -> int:
    where = ["--out", str(folder / "arith"), "--checkpoints", str(folder / "checkpoints")]
    return main(["models", "train", "arith", "--steps", "1", "--n", "1", *where])


def test_train_finish_check_and_refuse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.set_num_threads(1)
    monkeypatch.setattr(arith, "PLAN", replace(arith.PLAN, blocks=2))
    assert _train(tmp_path) == 0
    out = tmp_path / "arith"
    names = {"card.json", "README.md", "config.json", "generation_config.json", "tokenizer.json", "model.safetensors"}
    assert {path.name for path in out.iterdir()} == {*names, "tokenizer_config.json"}
    weights = load_file(str(out / "model.safetensors"))
    assert {tensor.dtype for tensor in weights.values()} == {torch.bfloat16}
    assert (out / "model.safetensors").stat().st_size <= 16 * 2**20
    assert (out / "model.safetensors").stat().st_mode & 0o777 == 0o644

    card = json.loads((out / "card.json").read_text())
    assert card["parameters"] == sum(tensor.numel() for tensor in weights.values())
    assert (card["plan"]["steps"], card["documents_seen"]) == (1, 64)
    assert (card["training"]["timing"], card["training"]["sessions"]) == ("recorded", 1)
    assert len(card["metrics"]) == 39
    assert card["address"] == open_model(str(out)).hash

    # Finished once more from its complete checkpoints: nothing is trained again, and the weights are the same.
    checkpoint = tmp_path / "checkpoints" / "step-000001.safetensors"
    written = checkpoint.stat().st_mtime_ns
    assert _train(tmp_path) == 0
    assert checkpoint.stat().st_mtime_ns == written
    assert json.loads((out / "card.json").read_text()) == card

    capsys.readouterr()
    assert main(["models", "card", str(out), "--format", "json"]) == 0
    [shown] = json.loads(capsys.readouterr().out)["records"]
    assert {**shown, "metrics": None} == {**card, "metrics": None}
    assert len(shown["metrics"]) == len(card["metrics"])
    assert main(["models", "check", str(out), "--n", "1"]) == 0
    assert "39 measured, none worse" in capsys.readouterr().out

    # A card that claims too much is found out, and so are weights that are not the card's.
    claimed = {**card, "metrics": [{**m, "successes": 1, "low": 0.2, "high": 1.0} for m in card["metrics"]]}
    (out / "card.json").write_text(json.dumps(claimed))
    assert main(["models", "check", str(out), "--n", "2"]) == 1
    (out / "model.safetensors").write_bytes(b"x" + (out / "model.safetensors").read_bytes()[1:])
    assert main(["models", "check", str(out)]) == 2
    assert "restore the file or train anew" in capsys.readouterr().err
