"""A tiny Llama as llama.cpp's converter would write it into GGUF, whole or in parts, and the model it came from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFWriter, RopeScalingType, quants
from numpy.typing import NDArray
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.convert_slow_tokenizer import bytes_to_unicode

END = "<|im_end|>"
TEMPLATE = "{% for message in messages %}<{{ message['role'] }}>{{ message['content'] }}{% endfor %}"
TOKENS: list[str] = [
    *bytes_to_unicode().values(),  # type: ignore[no-untyped-call]
    "ab",
    END,
]
CONFIG = LlamaConfig(
    vocab_size=len(TOKENS),
    hidden_size=64,
    intermediate_size=96,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
    rms_norm_eps=1e-5,
    tie_word_embeddings=False,
    bos_token_id=None,
    eos_token_id=len(TOKENS) - 1,
)
Quantisation = GGMLQuantizationType


def tiny() -> LlamaForCausalLM:
    """The model, always the same."""
    torch.manual_seed(0)
    model = LlamaForCausalLM(CONFIG)
    model.train(False)
    return model


def write(
    files: Sequence[Path],
    quantisation: Quantisation = Quantisation.F32,
    leave_out: str = "never",
    rope: Any = None,
    scaling: str = "none",
) -> None:
    """The model in one file, or dealt out over several.

    Args:
      files: Where to.
      quantisation: Of the matrices.
      leave_out: Without the tensors whose name has this in it.
      rope: Divisors of the rotary frequencies.
      scaling: Type of rotary scaling; by a factor of 4.
    """
    more = {} if rope is None else {"rope_freqs.weight": np.asarray(rope, dtype=np.float32)}
    tensors = [(name, tensor) for name, tensor in (_tensors() | more).items() if leave_out not in name]
    for at, file in enumerate(files):
        writer = GGUFWriter(file, "llama")
        if at == 0:
            _describe(writer)
            if scaling != "none":
                writer.add_rope_scaling_type(RopeScalingType(scaling))
                writer.add_rope_scaling_factor(4.0)
        writer.add_uint16("split.no", at)
        writer.add_uint16("split.count", len(files))
        for name, tensor in tensors[at :: len(files)]:
            form = quantisation if tensor.ndim > 1 else Quantisation.F32
            writer.add_tensor(name, quants.quantize(tensor, form), raw_dtype=form)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def _describe(writer: GGUFWriter) -> None:
    writer.add_name("tiny")
    writer.add_block_count(CONFIG.num_hidden_layers)
    writer.add_context_length(CONFIG.max_position_embeddings)
    writer.add_embedding_length(CONFIG.hidden_size)
    writer.add_feed_forward_length(CONFIG.intermediate_size)
    writer.add_head_count(CONFIG.num_attention_heads)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(CONFIG.rms_norm_eps)
    writer.add_rope_freq_base(10_000.0)
    writer.add_vocab_size(CONFIG.vocab_size)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(TOKENS)
    writer.add_token_types([1] * (len(TOKENS) - 1) + [3])
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(len(TOKENS) - 1)
    writer.add_chat_template(TEMPLATE)


def _tensors() -> dict[str, NDArray[np.float32]]:
    parts = {
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
        "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
    }
    whole = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}
    state = {name.removesuffix(".weight"): tensor.numpy() for name, tensor in tiny().state_dict().items()}
    found = {f"{theirs}.weight": state[ours] for ours, theirs in whole.items()}
    for layer in range(CONFIG.num_hidden_layers):
        for ours, theirs in parts.items():
            tensor = state[f"model.layers.{layer}.{ours}"]
            heads = {"attn_q": CONFIG.num_attention_heads, "attn_k": CONFIG.num_key_value_heads}.get(theirs)
            if heads:  # rotary halves lie side by side there
                tensor = tensor.reshape(heads, 2, -1, CONFIG.hidden_size).swapaxes(1, 2).reshape(tensor.shape)
            found[f"blk.{layer}.{theirs}.weight"] = np.ascontiguousarray(tensor)
    return found
