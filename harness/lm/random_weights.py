"""A model of the same shape that was never trained: what its states give away is in the words and the wiring."""

from __future__ import annotations

import copy

import torch
from torch import nn

from glassbox.harness.lm.load import wrap_loaded
from glassbox.harness.lm.model import OpenModel


def untrained(model: OpenModel, seed: int = 0) -> OpenModel:
    """The same architecture, tokenizer, device and dtype, its weights as the family draws them before training.

    Args:
      model: The model.
      seed: Of the draw.
    """
    from transformers import AutoModelForCausalLM

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        drawn = AutoModelForCausalLM.from_config(copy.deepcopy(model.model.config))  # type: ignore[no-untyped-call]
    drawn.train(False).requires_grad_(False)
    nn.Module.to(drawn, model.device, model.dtype)
    drawn.name_or_path = ""  # else its files would be taken for those of the model that was trained
    return wrap_loaded(f"{model.name} untrained", drawn, model.tokenizer)
