"""A model of the same shape that was never trained: what its states give away is in the words and the wiring."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def never_trained(model: PreTrainedModel, seed: int = 0) -> PreTrainedModel:
    """The same architecture, device and dtype, its weights as the family draws them before training.

    Args:
      model: The model.
      seed: Of the draw; torch's own draws go on as if there had been none.
    """
    import torch
    from torch import nn
    from transformers import AutoModelForCausalLM

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        drawn: Any = AutoModelForCausalLM.from_config(copy.deepcopy(model.config))  # type: ignore[no-untyped-call]
    drawn.train(False).requires_grad_(False)
    nn.Module.to(drawn, model.device, model.dtype)
    made: PreTrainedModel = drawn
    return made
