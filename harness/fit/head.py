"""The learned IR head: reads a whole program from one layer's states (seed 000, phases 2 and 4).

A program of one step is a chain of at most one; there is one head for both, and the branch that counts operations is
the only thing a longer shape adds.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from harness.fit.operands import READERS, HeadKind
from harness.fit.operands.base import readout
from harness.fit.pooling import POOLS, Pooling
from harness.fit.reading import IGNORED, Targets, View
from harness.ir.shape import Shape, Slots


@dataclass(frozen=True, eq=False)
class Scores:
    """Raw outputs: count [batch, step], kinds [batch, step, kind], operands [batch, operand, ...]."""

    count: torch.Tensor
    kinds: torch.Tensor
    operands: torch.Tensor


class IRHead(nn.Module):
    """Pool, then read number of operations, operations and operands.

    Args:
      hidden: Width of the states.
      shape: Which programs there are.
      head: How operands are read.
      pool: How positions are combined.
      width: Hidden units of each read-out; 0 makes it linear, as in the seed.
    """

    centre: torch.Tensor
    spread: torch.Tensor

    def __init__(self, hidden: int, shape: Shape, head: HeadKind, pool: Pooling, width: int = 256) -> None:
        super().__init__()
        self.shape = shape
        operands = shape.max_steps + 1
        self.operands = READERS[head](hidden, operands, width)
        slots = 1 + shape.max_steps + operands * self.operands.vectors
        self.pool = POOLS[pool](hidden, slots)
        self.count = readout(hidden, shape.max_steps, width)
        self.kinds = nn.ModuleList(readout(hidden, len(shape.kinds), width) for _ in range(shape.max_steps))
        self.register_buffer("centre", torch.zeros(hidden))
        self.register_buffer("spread", torch.ones(hidden))

    def standardise(self, states: torch.Tensor) -> None:
        """Learn centre and spread of each feature from states [token, hidden]; layers differ in scale by thousands."""
        self.centre.copy_(states.mean(0))
        self.spread.copy_(states.std(0).clamp(min=1e-6))

    def forward(self, seen: View, truth: Targets | None = None) -> Scores:
        """Scores of every slot; `truth` only for teacher forcing."""
        states = (seen.states.to(self.centre.dtype) - self.centre) / self.spread
        seen = View(states, seen.mask, seen.last, seen.runs.to(states.dtype), seen.present, seen.values)
        pooled = self.pool(seen)
        steps, operands = self.shape.max_steps, self.shape.max_steps + 1
        kinds = torch.stack([one(pooled[:, 1 + i]) for i, one in enumerate(self.kinds)], dim=1)
        vectors = pooled[:, 1 + steps :].unflatten(1, (operands, self.operands.vectors))
        return Scores(self.count(pooled[:, 0]), kinds, self.operands(vectors, seen, truth))

    def loss(self, scores: Scores, truth: Targets) -> torch.Tensor:
        """The seed's loss, 0.4 operation + 0.3 first operand + 0.3 the others; the count joins the operation."""
        kinds = cross_entropy(scores.kinds.flatten(0, 1), truth.kinds.flatten(), ignore_index=IGNORED)
        if self.shape.max_steps > 1:
            kinds = kinds + cross_entropy(scores.count, truth.count)
        each = self.operands.losses(scores.operands, truth) * truth.active
        first = each[:, 0].mean()
        others = each[:, 1:].sum() / truth.active[:, 1:].sum()
        return 0.4 * kinds + 0.3 * first + 0.3 * others

    def read(self, seen: View) -> list[Slots | None]:
        """The best program of each prompt that is structurally valid; None where an operand cannot be read."""
        with torch.inference_mode():
            scores = self(seen)
            counts = scores.count.argmax(-1).tolist()
            ranked = scores.kinds.argsort(-1, descending=True).tolist()
        values = self.operands.greedy(scores.operands, seen)
        return [self._assemble(*row) for row in zip(counts, ranked, values, strict=True)]

    def _assemble(self, count: int, ranked: list[list[int]], values: tuple[int | None, ...]) -> Slots | None:
        """Operations of highest score that do not divide by a zero the head itself has read."""
        operands = [value for value in values[: count + 2] if value is not None]
        if len(operands) < count + 2:
            return None
        kinds = [
            next(kind for kind in order if operand != 0 or self.shape.kinds[kind] != "divide")
            for order, operand in zip(ranked[: count + 1], operands[1:], strict=True)
        ]
        return Slots(tuple(kinds), tuple(operands))
