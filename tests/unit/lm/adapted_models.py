"""Adapters as peft writes them, for models of these tests: random, and large enough to move every state."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import PreTrainedModel


def save_adapter(model: PreTrainedModel, folder: Path, seed: int = 0, **settings: Any) -> Path:
    """A folder as peft's own `save_pretrained` writes it; the model given stays as it is."""
    torch.manual_seed(seed)
    settings = {"r": 4, "lora_alpha": 8, "target_modules": ["q_proj", "v_proj"], **settings}
    made = get_peft_model(copy.deepcopy(model), LoraConfig(**settings))
    with torch.no_grad():
        for weight in made.parameters():
            if weight.requires_grad:
                weight.add_(torch.randn_like(weight) * 0.2)
    made.save_pretrained(str(folder))
    return folder
