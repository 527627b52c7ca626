"""What every way of reading operands offers: a forward pass, a loss, a greedy reading and a sampled one."""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import nn

from harness.fit.reading import Targets, View


class SlotLinear(nn.Module):
    """A linear map of its own for each slot, all in one product: at batch 1 a call costs more than its arithmetic."""

    def __init__(self, slots: int, hidden: int, out: int) -> None:
        super().__init__()
        bound = hidden**-0.5
        self.weight = nn.Parameter(torch.empty(slots, hidden, out).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(slots, 1, out).uniform_(-bound, bound))

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """[batch, slot, ..., hidden] to [batch, slot, ..., out]."""
        rows = states.transpose(0, 1)
        read = torch.baddbmm(self.bias, rows.flatten(1, -2), self.weight)
        return read.view(*rows.shape[:-1], -1).transpose(0, 1)


def readouts(slots: int, hidden: int, out: int, width: int) -> nn.Module:
    """For each slot a linear map, or one hidden layer of `width` where that is not 0."""
    if width == 0:
        return SlotLinear(slots, hidden, out)
    return nn.Sequential(SlotLinear(slots, hidden, width), nn.GELU(), SlotLinear(slots, width, out))


Sampled = tuple[list[tuple[int | None, ...]], torch.Tensor]
"""Operand values of each prompt, and the log-probability [batch, operand] with which each was drawn."""


class OperandReader(nn.Module):
    """Reads every operand of a program from its pooled vectors.

    `vectors` says how many pooled vectors each operand takes; `forward` gets them as [batch, operand, vector, hidden].
    """

    vectors: int = 1

    @abstractmethod
    def forward(self, pooled: torch.Tensor, seen: View, truth: Targets | None) -> torch.Tensor:
        """Raw scores, first two dimensions [batch, operand]; `truth` is given while training (teacher forcing)."""

    @abstractmethod
    def losses(self, raw: torch.Tensor, truth: Targets) -> torch.Tensor:
        """Loss of each operand, [batch, operand]; zero where the truth is beyond what this reader can say."""

    @abstractmethod
    def greedy(self, raw: torch.Tensor, seen: View) -> list[tuple[int | None, ...]]:
        """The best value of every operand slot of each prompt; None where there is nothing to choose from."""

    @abstractmethod
    def sample(self, raw: torch.Tensor, seen: View, generator: torch.Generator) -> Sampled:
        """Values drawn from the reader's own distribution, for reward fine-tuning."""
