"""From states [batch, position, hidden] to one vector a row. Padding, on either side, is never pooled.

states = hidden_states(model, batch, [12])[12]
features = pool.last(states, batch.attention_mask)
"""

from __future__ import annotations

from collections.abc import Sequence

import torch


def last(states: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """State of the last real token: [batch, hidden]."""
    return position(states, attention_mask, [-1] * states.shape[0])


def mean(states: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """Mean over real tokens, summed in float32: [batch, hidden]."""
    total = sequence(states, attention_mask)[0].sum(dim=1, dtype=torch.float32)
    count = attention_mask.to(states.device).sum(dim=1, keepdim=True)
    return (total / count).to(states.dtype)


def position(states: torch.Tensor, attention_mask: torch.Tensor, positions: Sequence[int]) -> torch.Tensor:
    """State of one token a row: [batch, hidden].

    Args:
      states: [batch, position, hidden].
      attention_mask: [batch, position].
      positions: Index of the token among the row's *real* tokens, whatever the padding; negative counts from the end.

    Raises:
      ValueError: A row has no such token.
    """
    mask = attention_mask.to(states.device)
    lengths = mask.sum(dim=1)
    wanted = torch.tensor(positions, device=states.device)
    if wanted.shape != lengths.shape:
        raise ValueError(f"{len(positions)} positions are given for {len(lengths)} rows; give one a row")
    index = torch.where(wanted < 0, wanted + lengths, wanted)
    outside = ((index < 0) | (index >= lengths)).nonzero()
    if len(outside):
        row = int(outside[0])
        raise ValueError(f"position {positions[row]} is outside row {row} ({int(lengths[row])} tokens)")
    first = mask.argmax(dim=1)
    return states[torch.arange(len(index), device=states.device), first + index]


def sequence(states: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """All states with padding set to zero [batch, position, hidden], and the mask [batch, position] as booleans."""
    mask = attention_mask.to(states.device).bool()
    return states.masked_fill(~mask.unsqueeze(-1), 0), mask
