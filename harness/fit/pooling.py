"""How positions become one vector a slot: the last token, the mean over real tokens, or attention.

Attention has one query a slot, made from the last token's state, so that where to look may depend on what the whole
prompt says ("subtract b from a" looks at the second number first). Padding has weight zero in each of them.
"""

from __future__ import annotations

import torch
from torch import nn

from glassbox.harness.fit.config import Pooling
from glassbox.harness.fit.linear import Linear
from glassbox.harness.fit.reading import View


class LastToken(nn.Module):
    """The last real token's state for every slot."""

    def __init__(self, hidden: int, slots: int) -> None:
        super().__init__()
        self.slots = slots

    def forward(self, seen: View) -> torch.Tensor:
        """[batch, slot, hidden]."""
        return seen.final.unsqueeze(1).expand(-1, self.slots, -1)

    def first_maps(self) -> list[Linear]:
        """None: nothing is learned."""
        return []


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

    def first_maps(self) -> list[Linear]:
        """None: nothing is learned."""
        return []


class Attention(nn.Module):
    """One query a slot over all real tokens."""

    def __init__(self, hidden: int, slots: int, width: int = 32) -> None:
        super().__init__()
        self.slots, self.width = slots, width
        self.query = nn.Linear(hidden, slots * width)
        self.key = nn.Linear(hidden, width, bias=False)

    def forward(self, seen: View) -> torch.Tensor:
        """[batch, slot, hidden]."""
        queries = (self.query(seen.final) * self.width**-0.5).view(-1, self.slots, self.width)
        scores = torch.bmm(queries, self.key(seen.states).transpose(1, 2))
        if not seen.full:
            scores = torch.where(seen.mask.unsqueeze(1), scores, float("-inf"))
        return torch.bmm(scores.softmax(-1), seen.states)

    def first_maps(self) -> list[Linear]:
        """Query and key; a key's shift is the same at every position, and the softmax does not see it."""
        return [self.query, self.key]


POOLS: dict[Pooling, type[LastToken] | type[Mean] | type[Attention]] = {
    "last": LastToken,
    "mean": Mean,
    "attention": Attention,
}
