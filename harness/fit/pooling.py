"""How positions become one vector a slot: the last token, the mean over real tokens, or attention.

Attention has one query a slot, made from the last token's state, so that where to look may depend on what the whole
prompt says ("subtract b from a" looks at the second number first). Padding has weight zero in each of them.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import nn

from harness.fit.reading import View

Pooling = Literal["last", "mean", "attention"]


class LastToken(nn.Module):
    """The last real token's state for every slot."""

    def __init__(self, hidden: int, slots: int) -> None:
        super().__init__()
        self.slots = slots

    def forward(self, seen: View) -> torch.Tensor:
        """[batch, slot, hidden]."""
        rows = torch.arange(seen.states.shape[0], device=seen.states.device)
        return seen.states[rows, seen.last].unsqueeze(1).expand(-1, self.slots, -1)


class Mean(nn.Module):
    """The mean over real tokens for every slot."""

    def __init__(self, hidden: int, slots: int) -> None:
        super().__init__()
        self.slots = slots

    def forward(self, seen: View) -> torch.Tensor:
        """[batch, slot, hidden]."""
        weights = seen.mask.to(seen.states.dtype)
        total = torch.einsum("bt,bth->bh", weights, seen.states) / weights.sum(1, keepdim=True)
        return total.unsqueeze(1).expand(-1, self.slots, -1)


class Attention(nn.Module):
    """One query a slot over all real tokens."""

    def __init__(self, hidden: int, slots: int, width: int = 64) -> None:
        super().__init__()
        self.slots, self.width = slots, width
        self.query = nn.Linear(hidden, slots * width)
        self.key = nn.Linear(hidden, width, bias=False)

    def forward(self, seen: View) -> torch.Tensor:
        """[batch, slot, hidden]."""
        batch = seen.states.shape[0]
        rows = torch.arange(batch, device=seen.states.device)
        queries = self.query(seen.states[rows, seen.last]).view(batch, self.slots, self.width) * self.width**-0.5
        scores = queries @ self.key(seen.states).transpose(1, 2)
        scores = torch.where(seen.mask.unsqueeze(1), scores, float("-inf"))
        weights: torch.Tensor = scores.softmax(-1)
        return weights @ seen.states


POOLS: dict[Pooling, type[LastToken] | type[Mean] | type[Attention]] = {
    "last": LastToken,
    "mean": Mean,
    "attention": Attention,
}
