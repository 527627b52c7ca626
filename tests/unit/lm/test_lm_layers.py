"""The layer vocabulary: indices, fractions, and finding the blocks of any decoder."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from open_models import BLOCKS, RANDOM, build, config_of, random_model
from torch import nn

from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.layers import blocks_of, decoder_of, resolve_layer


@pytest.mark.parametrize(
    ("fraction", "blocks", "layer"),
    [(0.55, 22, 12), (0.55, 16, 9), (0.55, 40, 22), (0.0, 22, 0), (1.0, 22, 22), (0.5, 5, 3), (0.15, 10, 2)],
)
def test_a_fraction_of_the_depth_rounds_to_the_nearest_layer_halves_up(
    fraction: float, blocks: int, layer: int
) -> None:
    assert resolve_layer(fraction, blocks) == layer


@pytest.mark.parametrize("layer", [0, 1, 22])
def test_an_index_is_the_layer_itself(layer: int) -> None:
    assert resolve_layer(layer, 22) == layer


def test_one_as_an_index_is_not_one_as_a_fraction() -> None:
    assert (resolve_layer(1, 22), resolve_layer(1.0, 22)) == (1, 22)


@pytest.mark.parametrize("layer", [24, -1, 23])
def test_an_index_outside_the_model_is_named_with_the_range(layer: int) -> None:
    with pytest.raises(ValueError, match=rf"^layer {layer} is outside this model \(22 blocks; 0\.\.22\)$"):
        resolve_layer(layer, 22)


@pytest.mark.parametrize("layer", [1.5, -0.1, float("nan")])
def test_a_float_outside_the_unit_interval_is_refused(layer: float) -> None:
    with pytest.raises(ValueError, match="is not a fraction of the depth"):
        resolve_layer(layer, 22)


@pytest.mark.parametrize("architecture", RANDOM)
def test_blocks_are_found_in_order_without_knowing_the_architecture(architecture: str) -> None:
    blocks = random_model(architecture).blocks
    assert len(blocks) == BLOCKS
    order = [id(module) for module in random_model(architecture).model.modules()]
    positions = [order.index(id(block)) for block in blocks]
    assert positions == sorted(positions)


def test_a_model_without_a_list_of_blocks_is_refused_by_name() -> None:
    model: Any = build(config_of("llama"))
    model.model.layers = nn.Sequential(*model.model.layers)
    with pytest.raises(OpenModelError, match=r"^LlamaForCausalLM has no list of 4 blocks"):
        blocks_of(model)


def test_a_head_that_the_library_takes_for_the_decoder_is_not_taken_for_it() -> None:
    model: Any = build(config_of("llama"))
    model.decoder = nn.Linear(2, 2)
    assert model.get_decoder() is model.decoder
    assert decoder_of(model) is model.model


def test_embeddings_are_what_the_model_takes_as_inputs_embeds() -> None:
    model = random_model("granite")
    ids = torch.tensor([[5, 6, 7]])
    by_ids = model.model(input_ids=ids).logits
    by_embeddings = model.model(inputs_embeds=model.embed(ids)).logits
    assert torch.equal(by_ids, by_embeddings)
