"""The question about layers: every layer has its row, trained weights beside drawn ones, from few passes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from glassbox.harness.fit import training
from glassbox.harness.lm.load import open_model
from glassbox.harness.lm.model import OpenModel
from glassbox.studies import questions
from glassbox.studies.questions import Lab, layers


def test_each_layer_of_both_weights_has_a_row_however_many_are_read_at_once(
    shared_models: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.set_num_threads(1)
    folder = str(shared_models("stories260K"))
    model = open_model(folder, device="cpu")
    monkeypatch.setattr(training, "MOST_STEPS", 2)
    monkeypatch.setattr(training, "PATIENCE", 1)
    passes: list[str] = []

    def tick(stage: str, done: int, total: int) -> None:
        if stage == "reading states" and done == total:
            passes.append(stage)

    def asked(floor: OpenModel | None) -> Lab:
        return Lab(model, examples=32, tests=16, tick=tick, kinds=("pointer",), floor=floor)

    found = layers(asked(open_model(f"{folder}~random", device="cpu")))
    assert [(row.setting["layer"], row.setting["weights"]) for row in found.rows] == [
        (layer, weights) for weights in ("trained", "random") for layer in range(6)
    ]
    assert len(passes) == 4
    assert found.sentence.startswith("best: head pointer, layer ")
    monkeypatch.setattr(questions, "ROOM", 0)
    alone = layers(asked(None)).rows
    assert [row.figures for row in alone] == [row.figures for row in found.rows[:6]]
    assert len(passes) == 4 + 12
