"""How much goes into the model at once, found from the memory that is there and from the model's shape."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any

import torch

from glassbox.harness.dcm.frozen import Frozen

CACHE_POSITIONS = 1024
"""On a CPU more positions at once gain nothing: their states leave the cache, and rows of unlike length are padded."""

SHARE = 0.5
"""Of the free memory that a forward and its gradient may take."""

MOST_SLOTS = 512


@dataclass(frozen=True)
class Room:
    """Limits of one step.

    Attributes:
      slots: Starts in flight.
      positions: Positions in one forward, padding included.
    """

    slots: int
    positions: int

    def halved(self) -> Room:
        """Half as much in one forward, after memory ran out.

        Raises:
          MemoryError: It is down to a single position.
        """
        if self.positions < 2:
            raise MemoryError("not even one row fits into memory; use a smaller model, dtype bfloat16, or a smaller k")
        return replace(self, positions=self.positions // 2)


def room_for(frozen: Frozen, k: int, slots: int | None = None, positions: int | None = None) -> Room:
    """Limits for this model on this machine; a given one is taken as it is.

    The estimate may be wrong: when memory runs out all the same, the search halves what goes in at once.
    """
    device = frozen.table.device
    free = _free(device)
    fits = max(1, int(free * SHARE / _bytes_a_position(frozen, k)))
    positions = positions or (min(fits, CACHE_POSITIONS) if device.type == "cpu" else fits)
    # A pair's two targets with their prefixes: about twice k and a hundred tokens.
    held = 32 if device.type == "cpu" else max(1, min(MOST_SLOTS, positions // (2 * k + 100)))
    return Room(slots or held, positions)


def _bytes_a_position(frozen: Frozen, k: int) -> int:
    """What one position keeps for its gradient: states and products of each block, attention, logits."""
    config: Any = frozen.model.model.config.get_text_config(decoder=True)
    hidden, depth = frozen.hidden, int(config.num_hidden_layers)
    inner = int(getattr(config, "intermediate_size", None) or 4 * hidden)
    attention = 2 * int(config.num_attention_heads) * (k + 64) if frozen.table.device.type == "cpu" else 0
    return 4 * (depth * (10 * hidden + 4 * inner + attention) + 4 * len(frozen.table))


def _free(device: torch.device) -> int:
    """Bytes of free memory on the device."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    pages = os.sysconf("SC_AVPHYS_PAGES") if "SC_AVPHYS_PAGES" in os.sysconf_names else 0
    return pages * os.sysconf("SC_PAGE_SIZE") if pages > 0 else 1 << 30
