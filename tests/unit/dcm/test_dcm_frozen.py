"""The frozen model: logits of the last positions, a gradient for the inputs and none for the weights."""

from __future__ import annotations

import pytest
import torch
from frozen_models import frozen


@pytest.mark.parametrize("architecture", ["llama", "gpt2", "gpt_neox", "granite"])
def test_the_last_positions_are_those_of_the_whole(architecture: str) -> None:
    model = frozen(architecture)
    inputs = torch.randn(2, 6, 32, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        whole = model.model.model(inputs_embeds=inputs, use_cache=False).logits
        torch.testing.assert_close(model.logits(inputs, 3), whole[:, -3:])


def test_no_weight_takes_a_gradient() -> None:
    model = frozen("gpt2")
    assert not any(weight.requires_grad for weight in model.model.model.parameters())
    inputs = torch.randn(1, 4, 32).requires_grad_()
    model.logits(inputs, 2).sum().backward()  # type: ignore[no-untyped-call]
    assert inputs.grad is not None
    assert all(weight.grad is None for weight in model.model.model.parameters())


def test_right_padding_changes_no_row() -> None:
    model = frozen()
    inputs = torch.randn(1, 6, 32, generator=torch.Generator().manual_seed(1))
    longer = torch.cat([inputs, torch.full((1, 3, 32), 7.0)], 1)
    with torch.no_grad():
        torch.testing.assert_close(model.logits(longer, 9)[:, :6], model.logits(inputs, 6), rtol=1e-4, atol=1e-4)
