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

from glassbox.harness.fit.config import HeadKind, Pooling
from glassbox.harness.fit.linear import SlotLinear, absorb
from glassbox.harness.fit.operands import READERS
from glassbox.harness.fit.pooling import POOLS
from glassbox.harness.fit.reading import IGNORED, Targets, View, in_full_precision
from glassbox.harness.ir.program import Program
from glassbox.harness.ir.shape import Shape, Slots


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

    def __init__(self, hidden: int, shape: Shape, head: HeadKind, pool: Pooling, width: int = 256) -> None:
        super().__init__()
        self.shape = shape
        operands = shape.max_steps + 1
        self.operands = READERS[head](hidden, operands, width)
        inputs = self.operands.inputs
        # Where every program has one step there is nothing to count, and no slot for it.
        self.counting = int(shape.max_steps > 1)
        slots = self.counting + shape.max_steps + operands * self.operands.vectors
        self.pool = POOLS[pool](hidden, slots)
        # The first map of every slot in one product; a linear head has only the second.
        self.units = SlotLinear(slots, hidden, width) if width else None
        # The count and every step's kind in one product; a slot uses as many of its outputs as it has classes.
        most = max(shape.max_steps, len(shape.kinds))
        self.classes = SlotLinear(self.counting + shape.max_steps, inputs, most)

    def expresses(self, program: Program, numbers: Sequence[int]) -> bool:
        """Whether it can read this program out of a prompt that names these numbers, were it never wrong."""
        try:
            slots = self.shape.encode(program)
        except ValueError:
            return False
        return all(self.operands.reaches(operand, numbers) for operand in slots.operands)

    def absorb(self, centre: torch.Tensor, spread: torch.Tensor) -> None:
        """Turn a head that was fitted on (states - centre) / spread into the same head on bare states.

        At batch 1 two operations on every position cost as much as the rest of a read-out; here they cost nothing.
        """
        first = self.classes if self.units is None else self.units
        for linear in (*self.pool.first_maps(), first, *self.operands.first_maps()):
            absorb(linear, centre, spread)

    def forward(self, seen: View, truth: Targets | None = None) -> Scores:
        """Scores of every slot; `truth` only for teacher forcing."""
        seen = in_full_precision(seen)
        units = self.pool(seen)
        if self.units is not None:
            units = self.units(units)
        steps, kinds = self.shape.max_steps, len(self.shape.kinds)
        slots = self.counting + steps
        classes = self.classes(self.operands.active(units[:, :slots]))
        # With one step, count is a single column: whatever it holds, its softmax is one.
        count, kind = classes[:, 0, :steps], classes[:, self.counting :, :kinds]
        asked = units[:, slots:].unflatten(1, (steps + 1, self.operands.vectors))
        return Scores(count, kind, self.operands(asked, seen, truth))

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
        counts = scores.count.argmax(-1).tolist() if self.counting else [0] * len(values)
        rows = zip(counts, scores.kinds.tolist(), values, strict=True)
        return [self.assemble(*row) for row in rows]

    def assemble(self, count: int, kinds: list[list[float]], values: Sequence[int | None]) -> Slots | None:
        """Operations of highest score that make a program with the operands that the head itself has read."""
        steps = 1 + count
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
