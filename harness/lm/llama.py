"""Llama's first blocks without the library's bookkeeping, which at batch 1 on a small model costs a third of the time.

Same weights, same arithmetic, a third of the calls. Only for what it is exactly right for: see `applies`. Everything
else takes the road through the library in `harness.lm.states`; tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn.functional import linear, rms_norm, scaled_dot_product_attention
from transformers.models.llama.modeling_llama import LlamaDecoderLayer, LlamaModel, LlamaRMSNorm


def applies(decoder: nn.Module, blocks: Sequence[nn.Module], dtype: torch.dtype) -> bool:
    """Whether `states` may stand in for the library on these blocks.

    They must be Llama's own in float32, in evaluation, and as loaded: an adapter in a projection's place, a hook on
    any module, or a forward that someone has put over it, has to be heeded, and only the library's road does that.
    """
    return (
        type(decoder) is LlamaModel
        and dtype == torch.float32
        and not decoder.training
        and _untouched(decoder.embed_tokens, nn.Embedding)
        and all(map(_is_plain, blocks))
    )


def states(decoder: Any, blocks: Sequence[Any], ids: torch.Tensor, wanted: Collection[int]) -> dict[int, torch.Tensor]:
    """States [batch, position, hidden] at the layers in `wanted`, none beyond the end of `blocks`.

    Args:
      decoder: The Llama decoder.
      blocks: Its first blocks, as many as are needed.
      ids: Token ids [batch, position] without padding.
      wanted: Layer indices.
    """
    stream = decoder.embed_tokens(ids)
    cos, sin = decoder.rotary_emb(stream, torch.arange(ids.shape[1], device=ids.device).unsqueeze(0))
    rotation = cos.unsqueeze(1), sin.unsqueeze(1)
    kept = {0: stream} if 0 in wanted else {}
    for layer, block in enumerate(blocks, start=1):
        stream = _block(block, stream, rotation)
        if layer in wanted:
            kept[layer] = stream
    return kept


def _block(block: Any, stream: torch.Tensor, rotation: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    attention, mlp = block.self_attn, block.mlp
    batch, positions = stream.shape[:2]
    seen = _norm(block.input_layernorm, stream)
    query, key, value = (
        _apply(projection, seen).view(batch, positions, -1, attention.head_dim).transpose(1, 2)
        for projection in (attention.q_proj, attention.k_proj, attention.v_proj)
    )
    # Queries and keys turn together: one rotation instead of two.
    turned = _rotate(torch.cat((query, key), dim=1), *rotation)
    query, key = turned[:, : query.shape[1]], turned[:, query.shape[1] :]
    heads = scaled_dot_product_attention(
        query, key, value, is_causal=positions > 1, scale=attention.scaling, enable_gqa=key.shape[1] < query.shape[1]
    )
    stream = stream + _apply(attention.o_proj, heads.transpose(1, 2).reshape(batch, positions, -1))
    seen = _norm(block.post_attention_layernorm, stream)
    return stream + _apply(mlp.down_proj, mlp.act_fn(_apply(mlp.gate_proj, seen)) * _apply(mlp.up_proj, seen))


def _norm(norm: Any, stream: torch.Tensor) -> torch.Tensor:
    return rms_norm(stream, stream.shape[-1:], norm.weight, norm.variance_epsilon)


def _apply(projection: Any, seen: torch.Tensor) -> torch.Tensor:
    return linear(seen, projection.weight, projection.bias)


def _rotate(heads: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    first, second = heads.chunk(2, dim=-1)
    return heads * cos + torch.cat((-second, first), dim=-1) * sin


def _is_plain(block: Any) -> bool:
    if not _untouched(block, LlamaDecoderLayer):
        return False
    attention, mlp = block.self_attn, block.mlp
    projections = (attention.q_proj, attention.k_proj, attention.v_proj, attention.o_proj)
    return (
        _untouched(attention)
        and _untouched(mlp)
        and all(_untouched(one, LlamaRMSNorm) for one in (block.input_layernorm, block.post_attention_layernorm))
        and all(_untouched(one, nn.Linear) for one in (*projections, mlp.gate_proj, mlp.up_proj, mlp.down_proj))
    )


def _untouched(module: nn.Module, kind: type[nn.Module] | None = None) -> bool:
    own = vars(module)
    return (kind is None or type(module) is kind) and not (
        own["_forward_hooks"] or own["_forward_pre_hooks"] or "forward" in own
    )
