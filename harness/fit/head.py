"""The learned IR head: reads a whole program from one layer's states (seed 000, phases 2 and 4).

A program of one step is a chain of at most one; there is one head for both, and the branch that counts operations is
the only thing a longer shape adds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from harness.fit.operands import READERS, HeadKind
from harness.fit.operands.base import readouts
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
        # Where every program has one step there is nothing to count, and no slot for it.
        self.counting = int(shape.max_steps > 1)
        slots = self.counting + shape.max_steps + operands * self.operands.vectors
        self.pool = POOLS[pool](hidden, slots)
        # The count and every step's kind in one product; a slot uses as many of its outputs as it has classes.
        most = max(shape.max_steps, len(shape.kinds))
        self.classes = readouts(self.counting + shape.max_steps, hidden, most, width)
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
        steps, kinds = self.shape.max_steps, len(self.shape.kinds)
        slots = self.counting + steps
        classes = self.classes(pooled[:, :slots])
        batch, _, hidden = pooled.shape
        vectors = pooled[:, slots:].reshape(batch, steps + 1, self.operands.vectors, hidden)
        # With one step, count is a single column: whatever it holds, its softmax is one.
        count, kind = classes[:, 0, :steps], classes[:, self.counting :, :kinds]
        return Scores(count, kind, self.operands(vectors, seen, truth))

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
            values = self.operands.greedy(scores.operands, seen)
        rows = zip(scores.count.tolist(), scores.kinds.tolist(), values, strict=True)
        return [self._assemble(*row) for row in rows]

    def _assemble(self, count: list[float], kinds: list[list[float]], values: Sequence[int | None]) -> Slots | None:
        """Operations of highest score that make a program with the operands that the head itself has read."""
        steps = 1 + count.index(max(count))
        operands = [value for value in values[: steps + 1] if value is not None]
        if len(operands) <= steps:
            return None
        best = (self._best(scores, operands[0], by) for scores, by in zip(kinds, operands[1:], strict=False))
        return Slots(tuple(best), tuple(operands))

    def _best(self, scores: list[float], first: int, operand: int) -> int:
        """The kind of highest score that has a meaning: no division by zero, no countdown to a number above."""
        order = sorted(range(len(scores)), key=scores.__getitem__, reverse=True)
        barred = {"divide" if operand == 0 else None, "countdown" if operand > first else None}
        return next(kind for kind in order if self.shape.kinds[kind] not in barred)
