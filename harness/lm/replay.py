"""A forward to a layer for one row at a time, without the decoder's own preparation.

Before its first block a decoder builds masks, positions and rotary tables. For a row without padding they depend on
its length alone, and at batch 1 on a small model they cost as much as half a block. So they are kept from the first
row of a length and handed to the blocks again. Nothing is assumed of an architecture: a length is replayed only where
replaying has given, bit for bit, the states of the decoder itself on a second row, the first one's tokens in reverse.
Where it does not (GPT-2 adds learned positions before the first block), the decoder goes on doing all of it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

MOST_LENGTHS = 256
LONGEST = 512
"""Longer rows spend their time in the blocks; what is kept for a length may grow with its square."""

Arguments = dict[str, Any]
Capture = Callable[[torch.Tensor, list[Arguments]], torch.Tensor]
"""Runs the decoder on ids [1, position], appends what each block is given, and returns the states."""


class Replay:
    """Replays one model's preparation, length by length. Not safe between threads: hold the model's lock."""

    def __init__(self, embed: nn.Module, blocks: Sequence[nn.Module]) -> None:
        self._embed = embed
        self._blocks = blocks
        self._known: OrderedDict[tuple[int, int, torch.device, torch.dtype], list[Arguments] | None] = OrderedDict()

    def states(self, ids: torch.Tensor, layer: int, dtype: torch.dtype, capture: Capture) -> torch.Tensor:
        """States [1, position, hidden] that enter block `layer`, replayed where that is known to be right.

        Args:
          ids: int64 [1, position], without padding.
          layer: Which block's input is wanted; below the number of blocks.
          dtype: The model's; a model that is converted starts anew.
          capture: The decoder's own way to the same states.
        """
        if ids.shape[1] > LONGEST:
            return capture(ids, [])
        key = (ids.shape[1], layer, ids.device, dtype)
        known = self._known.get(key)
        if known is not None:
            return self._run(ids, known)
        arguments: list[Arguments] = []
        states = capture(ids, arguments)
        other = ids.flip(1)
        if key not in self._known and not torch.equal(other, ids):
            arguments = arguments[:layer]
            self._known[key] = arguments if self._agrees(other, arguments, capture(other, [])) else None
            if len(self._known) > MOST_LENGTHS:
                self._known.popitem(last=False)
        return states

    def _agrees(self, ids: torch.Tensor, arguments: list[Arguments], states: torch.Tensor) -> bool:
        try:
            return torch.equal(self._run(ids, arguments), states)
        except (RuntimeError, TypeError, ValueError):  # a block that wants more than its arguments is not replayed
            return False

    def _run(self, ids: torch.Tensor, arguments: list[Arguments]) -> torch.Tensor:
        states: Any = self._embed(ids)
        for block, given in zip(self._blocks, arguments, strict=False):
            states = block(states, **given)
            if isinstance(states, tuple):
                states = states[0]
        found: torch.Tensor = states
        return found
