"""The hand-written forward gives the library's logits and input gradients, and is used nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from frozen_models import frozen

from glassbox.harness.dcm.frozen import Frozen
from glassbox.harness.dcm.fused import fused_for


@pytest.mark.parametrize(
    ("architecture", "special"),
    [("llama", {}), ("llama", {"attention_bias": True}), ("qwen2", {}), ("mistral", {"num_key_value_heads": 4})],
)
@pytest.mark.parametrize("keep", [1, 5, 11])
def test_logits_and_input_gradients_are_the_librarys(architecture: str, special: dict[str, bool], keep: int) -> None:
    ours, theirs = frozen(architecture, **special), frozen(architecture, fused=False, **special)
    assert ours.fused is not None
    start = torch.randn(3, 11, 32, generator=torch.Generator().manual_seed(1))
    found = []
    for model in (ours, theirs):
        inputs = start.clone().requires_grad_()
        logits = model.logits(inputs, keep)
        weights = torch.linspace(-1, 1, logits.numel()).view(logits.shape)
        (grad,) = torch.autograd.grad((logits * weights).sum(), inputs)
        found.append((logits.detach(), grad))
    for mine, reference in zip(*found, strict=True):
        torch.testing.assert_close(mine, reference, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("architecture", ["gpt2", "gpt_neox", "granite"])
def test_other_architectures_go_through_the_library(architecture: str) -> None:
    model = frozen(architecture)
    assert model.fused is None
    inputs = torch.randn(2, 6, 32, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        whole = model.model.model(inputs_embeds=inputs, use_cache=False).logits
        torch.testing.assert_close(model.logits(inputs, 3), whole[:, -3:])


def test_a_model_that_computes_something_else_is_not_fused() -> None:
    model = frozen()
    assert fused_for(model.model) is not None
    block: Any = model.model.blocks[0]
    block.mlp.register_forward_hook(lambda module, args, output: output * 1.01)
    assert fused_for(model.model) is None


def test_no_weight_takes_a_gradient() -> None:
    model = frozen("gpt2")
    assert not any(weight.requires_grad for weight in model.model.model.parameters())
    inputs = torch.randn(1, 4, 32).requires_grad_()
    model.logits(inputs, 2).sum().backward()  # type: ignore[no-untyped-call]
    assert inputs.grad is not None
    assert all(weight.grad is None for weight in model.model.model.parameters())


def test_right_padding_changes_no_row() -> None:
    for model in (frozen(), frozen(fused=False)):
        assert isinstance(model, Frozen)
        inputs = torch.randn(1, 6, 32, generator=torch.Generator().manual_seed(1))
        longer = torch.cat([inputs, torch.full((1, 3, 32), 7.0)], 1)
        with torch.no_grad():
            torch.testing.assert_close(model.logits(longer, 9)[:, :6], model.logits(inputs, 6), rtol=1e-4, atol=1e-4)
