"""Hidden states at chosen layers, computed no deeper than the deepest of them.

Blocks after it, the final norm (unless the last layer is asked for) and the LM head do not run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from contextlib import ExitStack
from typing import Any

import torch
from torch import nn

from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.tokens import Batch

_Hook = Callable[[nn.Module, tuple[Any, ...], dict[str, Any]], None]


class _DeepEnough(Exception):
    """Ends a forward at the deepest layer asked for; never leaves this file."""


def hidden_states(model: OpenModel, batch: Batch, layers: Collection[int | float]) -> dict[int, torch.Tensor]:
    """States [batch, position, hidden] at each of `layers`, by layer index, in the model's dtype and on its device.

    They equal Hugging Face's `hidden_states[k]`. States of padding are there but mean nothing: pool with
    `glassbox.harness.lm.pool`. The tensors carry no gradient and may be trained on.

    Args:
      model: The open model.
      batch: Tokens, padded on either side.
      layers: Indices, or fractions of the depth; see `glassbox.harness.lm.layers`.

    Raises:
      ValueError: A layer is outside the model, none is asked for, or a row is longer than the context.
      OpenModelError: The model's layers are not those of the convention.
    """
    if model.layers_refused:
        raise OpenModelError(model.layers_refused)
    wanted = sorted({model.layer(layer) for layer in layers})
    if not wanted:
        raise ValueError("no layer is asked for; give at least one")
    model.check_length(batch.lengths)
    with model.lock:
        with torch.inference_mode():
            captured = _forward_to(model, batch.to(model.device), wanted)
        # Cloned outside inference mode: an inference tensor could not be saved for a head's backward pass.
        return {layer: captured[layer].clone() for layer in wanted}


def _forward_to(model: OpenModel, batch: Batch, wanted: list[int]) -> dict[int, torch.Tensor]:
    """Run the decoder as far as `wanted[-1]` and keep what enters each wanted block."""
    captured: dict[int, torch.Tensor] = {}
    deepest, end = wanted[-1], len(model.blocks)
    with ExitStack() as hooks:
        for layer in wanted:
            if layer < end:
                tap = _tap(captured, layer, stop=layer == deepest)
                hooks.enter_context(model.blocks[layer].register_forward_pre_hook(tap, with_kwargs=True))
        try:
            output = model.decoder(
                input_ids=batch.input_ids,
                attention_mask=batch.attention_mask,
                position_ids=batch.position_ids,
                use_cache=False,
            )
        except _DeepEnough:
            return captured
    captured[end] = output[0]
    return captured


def _tap(captured: dict[int, torch.Tensor], layer: int, *, stop: bool) -> _Hook:
    """A pre-hook that keeps its block's input. It heeds its own thread only: others may use the same model."""
    owner = threading.get_ident()

    def keep(_block: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if threading.get_ident() != owner:
            return
        captured[layer] = args[0] if args else kwargs["hidden_states"]
        if stop:
            raise _DeepEnough

    return keep
