"""Beyond the seed: point at the operand's tokens in the prompt, so that any integer the prompt names can be read."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from glassbox.harness.fit.linear import Linear, SlotLinear
from glassbox.harness.fit.operands.base import OperandReader, Sampled
from glassbox.harness.fit.reading import Targets, View

LINEAR_INNER = 128
"""Units of the match in a linear head, which has none of its own."""
_NEVER = -1e9


class Pointer(OperandReader):
    """Additive attention of each operand's units over the numbers of the prompt."""

    def __init__(self, hidden: int, operands: int, width: int) -> None:
        super().__init__(hidden, operands, width)
        inner = width or LINEAR_INNER
        self.asked = None if width else SlotLinear(operands, hidden, inner)
        self.offered = nn.Linear(hidden, inner * operands)
        self.score = nn.Parameter(torch.randn(operands, inner) * inner**-0.5)

    def forward(self, units: torch.Tensor, seen: View, truth: Targets | None) -> torch.Tensor:
        """[batch, operand, number]; absent numbers score far below any other."""
        operands, inner = self.score.shape
        offered = self.offered(torch.bmm(seen.runs, seen.states)).unflatten(-1, (operands, inner))
        asked = units[:, :, 0] if self.asked is None else self.asked(units[:, :, 0])
        match = torch.tanh(offered + asked.unsqueeze(1))
        scores = (match * self.score).sum(-1).transpose(1, 2)
        return scores if seen.full else torch.where(seen.present.unsqueeze(1), scores, _NEVER)

    def first_maps(self) -> list[Linear]:
        """What is offered, and in a linear head what is asked."""
        return [self.offered] if self.asked is None else [self.offered, self.asked]

    def reaches(self, operand: int, numbers: Sequence[int]) -> bool:
        """Only what the prompt names can be pointed at."""
        return operand in numbers

    def losses(self, raw: torch.Tensor, truth: Targets) -> torch.Tensor:
        """Minus the log-probability of all numbers that equal the operand; zero where none does."""
        chances = raw.log_softmax(-1).masked_fill(~truth.points, float("-inf"))
        known = truth.points.any(-1)
        return torch.where(known, -chances.masked_fill(~known.unsqueeze(-1), 0.0).logsumexp(-1), 0.0)

    def greedy(self, raw: torch.Tensor, seen: View) -> list[tuple[int | None, ...]]:
        """The number with the highest score."""
        chosen = raw.argmax(-1).tolist()
        return [
            tuple(values[i] if values else None for i in row) for row, values in zip(chosen, seen.values, strict=True)
        ]

    def sample(self, raw: torch.Tensor, seen: View, generator: torch.Generator) -> Sampled:
        """A number drawn from the softmax."""
        chances = raw.log_softmax(-1)
        drawn = torch.multinomial(chances.exp().flatten(0, 1), 1, generator=generator).view(raw.shape[:2])
        values = [
            tuple(numbers[i] if i < len(numbers) else None for i in row)
            for row, numbers in zip(drawn.tolist(), seen.values, strict=True)
        ]
        return values, chances.gather(-1, drawn.unsqueeze(-1)).squeeze(-1)
