"""Open models for these tests: random weights in five architectures, and the public checkpoint stories260K."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerFast

from glassbox.harness.lm.load import open_model, wrap_loaded
from glassbox.harness.lm.model import OpenModel

torch.set_num_threads(1)

VOCABULARY = 97
CONTEXT = 48
BLOCKS = 4
RANDOM = ("llama", "qwen2", "gpt_neox", "gpt2", "granite")
ALL = (*RANDOM, "stories260K")


def config_of(architecture: str) -> PreTrainedConfig:
    """A tiny configuration whose special features (grouped heads, multipliers, learned positions) are switched on."""
    grouped = {"intermediate_size": 64, "num_key_value_heads": 2}
    special: dict[str, dict[str, Any]] = {
        "llama": grouped,
        "qwen2": grouped,
        "gpt_neox": {"intermediate_size": 64},
        "gpt2": {},
        "granite": {**grouped, "embedding_multiplier": 3.0, "residual_multiplier": 0.4, "logits_scaling": 2.0},
    }
    return AutoConfig.for_model(
        architecture,
        vocab_size=VOCABULARY,
        hidden_size=32,
        num_hidden_layers=BLOCKS,
        num_attention_heads=4,
        max_position_embeddings=CONTEXT,
        initializer_range=0.3,
        bos_token_id=None,
        eos_token_id=1,
        pad_token_id=None,
        **special[architecture],
    )


def build(config: PreTrainedConfig, seed: int = 0) -> PreTrainedModel:
    torch.manual_seed(seed)
    model: PreTrainedModel = AutoModelForCausalLM.from_config(config)  # type: ignore[no-untyped-call]
    model.train(False)
    return model


def word_tokenizer() -> PreTrainedTokenizerFast:
    """`w0 w1 ...`: word k is id k; `<end>` is id 1."""
    words = {f"w{i}": i for i in range(VOCABULARY) if i != 1}
    backend = Tokenizer(WordLevel({**words, "<end>": 1}, unk_token="w0"))
    backend.pre_tokenizer = WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="<end>")  # type: ignore[no-untyped-call]


@cache
def random_model(architecture: str) -> OpenModel:
    return asked(wrap_loaded(architecture, build(config_of(architecture)), word_tokenizer()))


def asked(model: OpenModel) -> OpenModel:
    """A model that was asked already what it is asked once, so that a test that counts forwards counts its own."""
    assert (model.layers_refused, model.writing_refused, model.embeddings_refused) == (None, None, None)
    return model


def named(architecture: str, shared_models: Callable[[str], Path]) -> OpenModel:
    """A random model by architecture, or the public checkpoint."""
    if architecture == "stories260K":
        return asked(open_model(str(shared_models("stories260K")), device="cpu"))
    return random_model(architecture)


def rows_of(model: OpenModel, lengths: tuple[int, ...], seed: int = 0) -> list[list[int]]:
    """Random token rows that the model can embed."""
    draw = torch.Generator().manual_seed(seed)
    vocabulary = int(model.model.config.get_text_config(decoder=True).vocab_size)
    return [torch.randint(3, vocabulary, (length,), generator=draw).tolist() for length in lengths]
