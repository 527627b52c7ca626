"""Option A of the seed: one scalar an operand, rounded to the nearest integer that is not negative."""

from __future__ import annotations

import torch

from glassbox.harness.fit.linear import Linear, SlotLinear
from glassbox.harness.fit.operands.base import OperandReader, Sampled
from glassbox.harness.fit.reading import Targets, View

SPREAD = 100.0
"""Operands are learned in units of this, so that the squared error starts near one."""


class Regression(OperandReader):
    """Mean-squared error on the operand over SPREAD."""

    def __init__(self, hidden: int, operands: int, width: int) -> None:
        super().__init__(hidden, operands, width)
        self.scalar = SlotLinear(operands, self.inputs, 1)

    def forward(self, units: torch.Tensor, seen: View, truth: Targets | None) -> torch.Tensor:
        """[batch, operand], in units of SPREAD."""
        scalars: torch.Tensor = self.scalar(self.active(units[:, :, 0])).squeeze(-1)
        return scalars

    def first_maps(self) -> list[Linear]:
        """None, unless the head is linear."""
        return [] if self.width else [self.scalar]

    def losses(self, raw: torch.Tensor, truth: Targets) -> torch.Tensor:
        """Squared error."""
        return (raw - truth.operands.to(raw.dtype) / SPREAD) ** 2

    def greedy(self, raw: torch.Tensor, seen: View) -> list[tuple[int | None, ...]]:
        """Rounded, never below zero."""
        return [tuple(row) for row in (raw * SPREAD).round().clamp(min=0).to(torch.int64).tolist()]

    def sample(self, raw: torch.Tensor, seen: View, generator: torch.Generator) -> Sampled:
        """A normal of standard deviation one (in operands) around the estimate, rounded."""
        noise = torch.randn(raw.shape, generator=generator, device=raw.device)
        drawn = (raw.detach() * SPREAD + noise).round()
        chances = -0.5 * (drawn - raw * SPREAD) ** 2
        return [tuple(row) for row in drawn.clamp(min=0).to(torch.int64).tolist()], chances
