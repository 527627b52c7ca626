"""The linear maps of a head, and how they take the place of a standardisation in front of them."""

from __future__ import annotations

import torch
from torch import nn


class SlotLinear(nn.Module):
    """A linear map of its own for each slot, all in one product: at batch 1 a call costs more than its arithmetic."""

    def __init__(self, slots: int, hidden: int, out: int) -> None:
        super().__init__()
        bound = hidden**-0.5
        self.weight = nn.Parameter(torch.empty(slots, hidden, out).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(slots, 1, out).uniform_(-bound, bound))

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """[batch, slot, hidden] to [batch, slot, out]."""
        return torch.baddbmm(self.bias, states.transpose(0, 1), self.weight).transpose(0, 1)


Linear = nn.Linear | SlotLinear


@torch.no_grad()
def absorb(linear: Linear, centre: torch.Tensor, spread: torch.Tensor) -> None:
    """Change the map so that on x it gives what it gave on (x - centre) / spread.

    A map without bias leaves the constant -weight * centre / spread out: its user must not depend on it.

    Args:
      linear: The map.
      centre: [hidden].
      spread: [hidden], positive.
    """
    if isinstance(linear, SlotLinear):
        linear.weight.div_(spread[:, None])
        linear.bias.sub_((centre @ linear.weight).unsqueeze(1))
        return
    linear.weight.div_(spread)
    if linear.bias is not None:
        linear.bias.sub_(linear.weight @ centre)
