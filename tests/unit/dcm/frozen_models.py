"""Frozen models for these tests: tiny random ones, and the public checkpoint stories260K."""

from __future__ import annotations

from typing import Any

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel, PreTrainedTokenizerFast

from glassbox.harness.dcm.frozen import Frozen
from glassbox.harness.lm.load import wrap_loaded
from glassbox.harness.lm.model import OpenModel

torch.set_num_threads(1)

VOCABULARY = 61
STOP = 1
WORDS = {**{f"w{i}": i for i in range(VOCABULARY)}, "Q": 2, "A": 3}


def tiny(architecture: str = "llama", **special: Any) -> OpenModel:
    """Two blocks of random weights, wide enough apart that argmaxes are clear."""
    sizes: dict[str, Any] = {} if architecture == "gpt2" else {"intermediate_size": 40}
    if architecture in ("llama", "qwen2"):
        sizes["num_key_value_heads"] = 2
    config = AutoConfig.for_model(
        architecture,
        vocab_size=VOCABULARY,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=64,
        initializer_range=0.3,
        bos_token_id=None,
        eos_token_id=STOP,
        pad_token_id=None,
        **{**sizes, **special},
    )
    torch.manual_seed(0)
    model: PreTrainedModel = AutoModelForCausalLM.from_config(config)  # type: ignore[no-untyped-call]
    model.train(False)
    words = {word: i for word, i in WORDS.items() if i != STOP and word not in ("w2", "w3")}
    backend = Tokenizer(WordLevel({**words, "<end>": STOP}, unk_token="w0"))
    backend.pre_tokenizer = WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="<end>")  # type: ignore[no-untyped-call]
    return wrap_loaded(architecture, model, tokenizer)


def frozen(architecture: str = "llama", **special: Any) -> Frozen:
    return Frozen(tiny(architecture, **special))
