"""What every way of reading operands offers: a forward pass, a loss, a greedy reading and a sampled one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import torch
from torch import nn

from glassbox.harness.fit.linear import Linear
from glassbox.harness.fit.reading import Targets, View

Sampled = tuple[list[tuple[int | None, ...]], torch.Tensor]
"""Operand values of each prompt, and the log-probability [batch, operand] with which each was drawn."""


class OperandReader(nn.Module):
    """Reads every operand of a program from its slots' hidden units.

    `vectors` says how many slots each operand takes; `forward` gets their units, before any activation, as
    [batch, operand, vector, width]. A linear head (width 0) has no units: the reader gets the pooled states themselves.

    Args:
      hidden: Width of the states.
      operands: How many operand slots there are.
      width: Hidden units of each slot; 0 for a linear head.
    """

    vectors: int = 1

    def __init__(self, hidden: int, operands: int, width: int) -> None:
        super().__init__()
        self.width = width
        self.inputs = width or hidden

    def reaches(self, operand: int, numbers: Sequence[int]) -> bool:
        """Whether it can say this operand of a prompt that names these numbers."""
        return True

    def active(self, units: torch.Tensor) -> torch.Tensor:
        """The units behind their activation; a linear head has none."""
        return units.relu() if self.width else units

    @abstractmethod
    def forward(self, units: torch.Tensor, seen: View, truth: Targets | None) -> torch.Tensor:
        """Raw scores, first two dimensions [batch, operand]; `truth` is given while training (teacher forcing)."""

    @abstractmethod
    def first_maps(self) -> list[Linear]:
        """The linear maps that see states themselves: pooled, or averaged over a number's tokens."""

    @abstractmethod
    def losses(self, raw: torch.Tensor, truth: Targets) -> torch.Tensor:
        """Loss of each operand, [batch, operand]; zero where the truth is beyond what this reader can say."""

    @abstractmethod
    def greedy(self, raw: torch.Tensor, seen: View) -> list[tuple[int | None, ...]]:
        """The best value of every operand slot of each prompt; None where there is nothing to choose from."""

    @abstractmethod
    def sample(self, raw: torch.Tensor, seen: View, generator: torch.Generator) -> Sampled:
        """Values drawn from the reader's own distribution, for reward fine-tuning."""
