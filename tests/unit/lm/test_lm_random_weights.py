"""The floor of a curve over layers: the same shape, never trained, and another model by its hash."""

from __future__ import annotations

import torch
from open_models import random_model

from glassbox.harness.lm.random_weights import untrained
from glassbox.harness.lm.states import hidden_states


def test_the_same_shape_has_other_weights_by_the_seed_and_leaves_torchs_own_draws_alone() -> None:
    model = random_model("llama")
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    one, same, other = (untrained(model, seed) for seed in (1, 1, 2))
    assert torch.equal(torch.rand(3), expected)
    assert len({model.hash, one.hash, other.hash}) == 3
    assert one.hash == same.hash
    shapes = [[tuple(weight.shape) for weight in each.model.parameters()] for each in (model, one)]
    assert shapes[0] == shapes[1]
    batch = model.encode(["w5 w6 w7"])
    assert not torch.allclose(hidden_states(one, batch, [3])[3], hidden_states(model, batch, [3])[3], atol=0.1)
    assert (one.dtype, one.device, one.folder) == (model.dtype, model.device, None)
