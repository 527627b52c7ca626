"""A frozen Llama's forward and its gradient with respect to the input embeddings, written out by hand.

The library's forward is general: on a small model most of its time goes into steps that a frozen model does not need.
Here the norms' weights are folded into the matrices, query, key and value are one product, rotation is one complex
product, nothing is kept for weight gradients, and the last block and the head run only where logits are wanted.

    forward = fused_for(model)          # None where the architecture, or a check against the library, says no
    logits = forward(inputs, keep)      # [row, keep, vocabulary]; differentiable in inputs [row, position, hidden]
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch.nn.functional import silu

from glassbox.harness.lm.model import OpenModel

AGREEMENT = 1e-3
"""Largest difference from the library's logits and gradients, relative to their largest entry, that is rounding."""

FAMILIES = ("llama", "qwen2", "mistral")


@dataclass(frozen=True)
class _Block:
    """One block's weights, transposed for `x @ w`, norms folded in."""

    qkv: torch.Tensor
    qkv_bias: torch.Tensor | None
    out: torch.Tensor
    gate_up: torch.Tensor
    down: torch.Tensor


@dataclass(frozen=True)
class _Kept:
    """What a block's backward needs of its forward."""

    states: torch.Tensor
    scale: torch.Tensor
    q: torch.Tensor
    k: torch.Tensor
    v: torch.Tensor
    weights: torch.Tensor
    middle: torch.Tensor
    middle_scale: torch.Tensor
    gate_up: torch.Tensor


class FusedLlama:
    """The frozen model as one differentiable function of its input embeddings."""

    def __init__(self, model: OpenModel) -> None:
        decoder: Any = model.decoder
        attention: Any = model.blocks[0].self_attn
        config: Any = model.model.config
        self.heads = int(config.num_attention_heads)
        self.groups = int(config.num_key_value_heads)
        self.head_dim = int(attention.head_dim)
        self.eps = float(config.rms_norm_eps)
        self._rotary = decoder.rotary_emb
        with torch.no_grad():
            self.blocks = [self._block(block) for block in model.blocks]
            head: Any = model.model.get_output_embeddings()  # type: ignore[no-untyped-call]
            self.head = (head.weight * decoder.norm.weight).t().contiguous()
        self._turns = lru_cache(maxsize=64)(self._turn)

    def __call__(self, inputs: torch.Tensor, keep: int) -> torch.Tensor:
        """Logits [row, keep, vocabulary] of the last `keep` positions; rows attend to all before them."""
        logits: torch.Tensor = _Run.apply(inputs, self, keep)  # type: ignore[no-untyped-call]
        return logits

    def _block(self, block: Any) -> _Block:
        attention, mlp = block.self_attn, block.mlp
        order = self._interleaved()
        size, scale = self.head_dim, self.head_dim**-0.5

        def turned(layer: Any, heads: int, by: float) -> tuple[torch.Tensor, torch.Tensor | None]:
            weight = layer.weight.view(heads, size, -1)[:, order].reshape(heads * size, -1) * by
            bias = None if layer.bias is None else layer.bias.view(heads, size)[:, order].reshape(-1) * by
            return weight, bias

        query, key = turned(attention.q_proj, self.heads, scale), turned(attention.k_proj, self.groups, 1.0)
        parts = (query, key, (attention.v_proj.weight, attention.v_proj.bias))
        biases = [bias for _, bias in parts if bias is not None]
        before, after = block.input_layernorm.weight, block.post_attention_layernorm.weight
        return _Block(
            (torch.cat([weight for weight, _ in parts]) * before).t().contiguous(),
            torch.cat(biases) if biases else None,
            attention.o_proj.weight.t().contiguous(),
            (torch.cat([mlp.gate_proj.weight, mlp.up_proj.weight]) * after).t().contiguous(),
            mlp.down_proj.weight.t().contiguous(),
        )

    def _interleaved(self) -> torch.Tensor:
        """The library rotates entry j with entry j + half; here the two stand side by side, as a complex number."""
        half = self.head_dim // 2
        return torch.stack([torch.arange(half), torch.arange(half) + half], dim=1).reshape(-1)

    def _turn(self, length: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
        """Rotations complex [position, 1, half], and the additive causal mask [position, position]."""
        positions = torch.arange(length, device=device).unsqueeze(0)
        cos, sin = self._rotary(torch.zeros(1, device=device), positions)
        half = self.head_dim // 2
        mask = torch.full((length, length), float("-inf"), device=device).triu(1)
        return torch.complex(cos[0, :, :half].contiguous(), sin[0, :, :half].contiguous()).unsqueeze(1), mask

    def run(self, inputs: torch.Tensor, keep: int) -> tuple[torch.Tensor, list[_Kept], torch.Tensor, torch.Tensor]:
        """Logits, and what the gradient needs."""
        states, kept = inputs, []
        for index, block in enumerate(self.blocks):
            wanted = keep if index + 1 == len(self.blocks) else inputs.shape[1]
            states, one = self._forward(block, states, wanted)
            kept.append(one)
        scale = self._scale(states)
        return (states * scale) @ self.head, kept, states, scale

    def gradient(
        self, grad: torch.Tensor, kept: list[_Kept], states: torch.Tensor, scale: torch.Tensor
    ) -> torch.Tensor:
        """Gradient of the inputs for that of the logits."""
        back = self._unscale(grad @ self.head.t(), states, scale)
        for block, one in zip(reversed(self.blocks), reversed(kept), strict=True):
            back = self._backward(block, one, back)
        return back

    def _scale(self, states: torch.Tensor) -> torch.Tensor:
        return (states.square().mean(-1, keepdim=True) + self.eps).rsqrt_()

    def _unscale(self, grad: torch.Tensor, states: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
        """Gradient through `states * scale`, in place of `grad`."""
        inner = (grad * states).mean(-1, keepdim=True).mul_(scale * scale)
        return grad.addcmul_(states, inner, value=-1).mul_(scale)

    def _forward(self, block: _Block, states: torch.Tensor, keep: int) -> tuple[torch.Tensor, _Kept]:
        rows, length, _ = states.shape
        scale = self._scale(states)
        qkv = (states * scale) @ block.qkv
        if block.qkv_bias is not None:
            qkv += block.qkv_bias
        turn, mask = self._turns(length, states.device)
        both = self.heads + self.groups
        pairs = qkv[..., : both * self.head_dim].view(rows, length, both, self.head_dim // 2, 2)
        turned = torch.view_as_real(torch.view_as_complex(pairs) * turn).flatten(-2)
        q = self._by_group(turned[:, length - keep :, : self.heads])
        k = self._by_group(turned[:, :, self.heads :])
        v = self._by_group(qkv[..., both * self.head_dim :].view(rows, length, self.groups, self.head_dim))
        per_group = self.heads // self.groups
        shown = mask[length - keep :].repeat(per_group, 1)
        weights = torch.softmax(torch.baddbmm(shown, q, k.transpose(1, 2)), -1)
        mixed = self._by_position(torch.bmm(weights, v), rows, keep)
        here = states[:, length - keep :]
        middle = torch.addmm(here.reshape(-1, here.shape[-1]), mixed.flatten(0, 1), block.out).view_as(here)
        middle_scale = self._scale(middle)
        gate_up = (middle * middle_scale) @ block.gate_up
        gate, up = gate_up.chunk(2, -1)
        raised = torch.addmm(middle.flatten(0, 1), (silu(gate) * up).flatten(0, 1), block.down).view_as(middle)
        return raised, _Kept(states, scale, q, k, v, weights, middle, middle_scale, gate_up)

    def _backward(self, block: _Block, kept: _Kept, grad: torch.Tensor) -> torch.Tensor:
        rows, length, _ = kept.states.shape
        keep = grad.shape[1]
        gate, up = kept.gate_up.chunk(2, -1)
        hidden = grad @ block.down.t()
        into = torch.empty_like(kept.gate_up)
        into_gate, into_up = into.chunk(2, -1)
        torch.mul(hidden, silu(gate), out=into_up)
        into_gate.copy_(torch.ops.aten.silu_backward(hidden.mul_(up), gate))
        grad = grad + self._unscale(into @ block.gate_up.t(), kept.middle, kept.middle_scale)

        mixed = self._by_group((grad @ block.out.t()).view(rows, keep, self.heads, self.head_dim))
        dv = torch.bmm(kept.weights.transpose(1, 2), mixed)
        dweights = torch.bmm(mixed, kept.v.transpose(1, 2))
        dscores = torch._softmax_backward_data(dweights, kept.weights, -1, kept.weights.dtype)
        both = self.heads + self.groups
        turned = grad.new_zeros(rows, length, both, self.head_dim)
        turned[:, length - keep :, : self.heads] = self._unflat(torch.bmm(dscores, kept.k), rows, self.heads)
        turned[:, :, self.heads :] = self._unflat(torch.bmm(dscores.transpose(1, 2), kept.q), rows, self.groups)
        turn, _ = self._turns(length, grad.device)
        complexes = torch.view_as_complex(turned.view(rows, length, both, -1, 2)) * turn.conj()
        dqk = torch.view_as_real(complexes).view(rows, length, -1)
        dqkv = torch.cat([dqk, self._unflat(dv, rows, self.groups).reshape(rows, length, -1)], -1)
        back = self._unscale(dqkv @ block.qkv.t(), kept.states, kept.scale)
        back[:, length - keep :] += grad
        return back

    def _by_group(self, heads: torch.Tensor) -> torch.Tensor:
        """[row, position, heads, size] to [row x group, heads a group x position, size]."""
        rows, length, count, size = heads.shape
        grouped = heads.view(rows, length, self.groups, count // self.groups, size).permute(0, 2, 3, 1, 4)
        return grouped.reshape(rows * self.groups, -1, size)

    def _unflat(self, grouped: torch.Tensor, rows: int, count: int) -> torch.Tensor:
        """The way back from `_by_group`: [row, position, heads, size]."""
        per_group = count // self.groups
        shaped = grouped.view(rows, self.groups, per_group, -1, self.head_dim).permute(0, 3, 1, 2, 4)
        return shaped.reshape(rows, -1, count, self.head_dim)

    def _by_position(self, grouped: torch.Tensor, rows: int, keep: int) -> torch.Tensor:
        return self._unflat(grouped, rows, self.heads).reshape(rows, keep, -1)


class _Run(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, inputs: torch.Tensor, model: FusedLlama, keep: int) -> torch.Tensor:
        logits, ctx.kept, ctx.states, ctx.scale = model.run(inputs, keep)
        ctx.model = model
        return logits

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        return ctx.model.gradient(grads[0], ctx.kept, ctx.states, ctx.scale), None, None


def fused_for(model: OpenModel) -> FusedLlama | None:
    """The fused form of `model` if it is a float32 Llama on the CPU and agrees with the library; else None."""
    config: Any = model.model.config
    if config.model_type not in FAMILIES or model.dtype != torch.float32 or model.device.type != "cpu":
        return None
    try:
        made = FusedLlama(model)
        return made if _agrees(model, made) else None
    except (AttributeError, RuntimeError, TypeError, ValueError):  # a variant whose blocks are built otherwise
        return None


def _agrees(model: OpenModel, made: FusedLlama) -> bool:
    """Whether logits and input gradients are the library's on random rows."""
    draw = torch.Generator().manual_seed(0)
    length, keep = min(40, model.context or 40), 7
    embedder: Any = model.model.get_input_embeddings()
    spread = float(embedder.weight.std())
    start = torch.randn(2, length, model.hidden_size, generator=draw) * spread
    direction = torch.randn(2, keep, made.head.shape[1], generator=draw)

    def both(logits: torch.Tensor, inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        (grad,) = torch.autograd.grad((logits * direction).sum(), inputs)
        return logits.detach(), grad

    ours, theirs = start.clone().requires_grad_(), start.clone().requires_grad_()
    with model.lock, torch.enable_grad():
        mine = both(made(ours, keep), ours)
        reference = both(model.model(inputs_embeds=theirs, use_cache=False).logits[:, -keep:], theirs)
    return all(bool((a - b).abs().max() <= AGREEMENT * b.abs().max()) for a, b in zip(mine, reference, strict=True))
