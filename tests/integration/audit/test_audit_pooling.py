"""`pad_pooling`: a state read at a padding token, by its position, by what a card says, by trying the part itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from inspect_ai.model import ModelOutput, get_model
from inspect_ai.solver import Generate, Solver, TaskState, solver
from planted_runs import MODEL, direct, ended, only, run, writes

from glassbox.harness.audit.checks.pad_pooling import changes_with_padding
from glassbox.harness.audit.finding import Severity
from glassbox.harness.audit.parts import Parts
from glassbox.harness.fit.config import SHAPES
from glassbox.harness.fit.head import IRHead
from glassbox.harness.fit.operands import READERS
from glassbox.harness.fit.pooling import POOLS
from glassbox.harness.fit.reading import View
from glassbox.harness.lm.opened import open_from
from glassbox.solvers.ir_head import ir_head


@solver
def pooled(pad_to: int | None, last: bool) -> Solver:
    """Reads one state of a row that is padded on the right, as an origin did, and records which."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        model = open_from(get_model())
        ids = model.codec.ids(state.input_text)
        width = max(pad_to or 0, len(ids))
        row = torch.tensor([[*ids, *[0] * (width - len(ids))]])
        with model.lock, torch.inference_mode():
            states = model.decoder(input_ids=row).last_hidden_state
        position = -1 if last else len(ids) - 1
        state.output = ModelOutput.from_content(MODEL, str(float(states[0, position].norm())))
        record = {"read_positions": [position], "length": len(ids), "padded_to": width, "padding_side": "right"}
        state.store.set("read", record)
        state.store.set("model_calls", 1)
        return state

    return solve


def test_a_padding_token_that_is_read_is_found_by_its_position(tmp_path: Path) -> None:
    finding = only(run(tmp_path, pooled(64, True)), "pad_pooling")
    assert finding.what.startswith("8 of 8 samples were read at a padding token, such as position -1 of ")
    assert finding.what.endswith("in a row of 64")
    assert ended(run(tmp_path, pooled(64, False)), "pad_pooling") is Severity.CLEAN
    assert ended(run(tmp_path, pooled(None, True)), "pad_pooling") is Severity.CLEAN


def test_settings_that_say_position_minus_one_with_padding_on_the_right_are_found(tmp_path: Path) -> None:
    said = {"padding_side": "right", "position": -1}
    finding = only(run(tmp_path, writes(lambda state: "x", calls=1), metadata=said), "pad_pooling")
    assert finding.what == "the run is set to position -1 with padding on the right"
    left = {"padding_side": "left", "position": -1}
    assert ended(run(tmp_path, writes(lambda state: "x", calls=1), metadata=left), "pad_pooling") is Severity.UNCHECKED


@pytest.mark.parametrize("pool", POOLS)
def test_the_part_that_a_log_names_is_tried_with_rubbish_in_the_padding(pool: Any, tmp_path: Path) -> None:
    arguments: dict[str, Any] = {"examples": 120, "epochs": 1, "pool": pool, "hidden": 0}
    log = direct(tmp_path, ir_head(**arguments), arguments)
    assert ended(log, "pad_pooling") is Severity.CLEAN


def test_a_part_that_is_not_at_hand_is_an_open_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments: dict[str, Any] = {"examples": 120, "epochs": 1, "seed": 5}
    monkeypatch.setenv("GLASSBOX_ARTEFACTS", str(tmp_path / "store"))
    log = direct(tmp_path, ir_head(**arguments), arguments)
    monkeypatch.setenv("GLASSBOX_ARTEFACTS", str(tmp_path / "elsewhere"))
    assert ended(log, "pad_pooling") is Severity.UNCHECKED
    assert ended(log, "pad_pooling", parts=Parts((tmp_path / "store",))) is Severity.CLEAN


class Careless(torch.nn.Module):
    """Pools the last position of a row, whatever its length, or averages over all of them."""

    def __init__(self, head: IRHead, average: bool) -> None:
        super().__init__()
        self.head, self.average = head, average

    def forward(self, seen: View) -> Any:
        states = seen.states.mean(1, keepdim=True) if self.average else seen.states[:, -1:]
        return self.head(View(states.expand(-1, 7, -1), (7,), seen.numbers))


@pytest.mark.parametrize("kind", READERS)
def test_a_head_that_pools_padding_is_told_from_one_that_masks_it(kind: Any) -> None:
    draw = torch.Generator().manual_seed(1)
    states = torch.randn(1, 7, 32, generator=draw)
    head = IRHead(32, SHAPES["single"], kind, "last", 8).eval()
    assert not changes_with_padding(head, states, draw)
    assert changes_with_padding(Careless(head, average=False), states, draw)
    assert changes_with_padding(Careless(head, average=True), states, draw)
