"""The layer vocabulary, said once: layer k is `hidden_states[k]` exactly as Hugging Face returns it.

Layer 0 is the embedding output (with learned positions or scaling, where the model has them). Layer k is the residual
stream that enters block k, that is, the output of block k-1. In a model of n blocks, layer n is what Hugging Face
reports last: the output of the last block *after the final norm*, unlike the layers below it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from glassbox.harness.lm.errors import OpenModelError

if TYPE_CHECKING:
    from torch import nn
    from transformers import PreTrainedModel


def resolve_layer(layer: int | float, blocks: int) -> int:
    """The index of a layer that is given as an index (int) or as a fraction of the depth (float in 0..1).

    Halves round up: 0.55 of 22 blocks is 12, of 16 is 9, of 40 is 22.

    Raises:
      ValueError: The layer is outside this model.
    """
    if isinstance(layer, int):
        if 0 <= layer <= blocks:
            return layer
        raise ValueError(f"layer {layer} is outside this model ({blocks} blocks; 0..{blocks})")
    if 0.0 <= layer <= 1.0:
        # The small term undoes binary rounding: 0.15 * 10 is 1.4999..., and means 1.5.
        return math.floor(layer * blocks + 0.5 + 1e-9)
    raise ValueError(f"layer {layer} is not a fraction of the depth (0.0..1.0); give an index (0..{blocks}) as an int")


def decoder_of(model: PreTrainedModel) -> nn.Module:
    """The stack without its language-model head, whose forward ends in the final norm.

    Some families call their head by a name that the library takes for the stack's: then it is the smallest module that
    has both the embedding and the blocks.
    """
    decoder: nn.Module = model.get_decoder()  # type: ignore[no-untyped-call]
    if decoder is not model and _block_list(decoder, model) is not None:
        return decoder
    embedding = model.get_input_embeddings()
    holders = [
        module
        for module in model.modules()
        if module is not model and embedding in module.modules() and _block_list(module, model) is not None
    ]
    return holders[-1] if holders else decoder


def blocks_of(model: PreTrainedModel) -> tuple[nn.Module, ...]:
    """The decoder blocks in order: the first module list of the decoder that is as long as the configuration says.

    Raises:
      OpenModelError: The architecture keeps its blocks in another way.
    """
    found = _block_list(decoder_of(model), model)
    if found is None:
        raise OpenModelError(
            f"{type(model).__name__} has no list of {_depth(model)} blocks; "
            "only decoders that keep their blocks so can be opened"
        )
    return tuple(found)


def _block_list(decoder: nn.Module, model: PreTrainedModel) -> nn.ModuleList | None:
    from torch import nn

    depth = _depth(model)
    lists = (module for module in decoder.modules() if isinstance(module, nn.ModuleList))
    return next((found for found in lists if len(found) == depth), None)


def _depth(model: PreTrainedModel) -> int:
    return int(getattr(model.config.get_text_config(decoder=True), "num_hidden_layers", 0))
