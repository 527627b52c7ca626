"""Teacher-forced loss of targets behind any prefix: one measurement for the vectors, the baselines and the controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from glassbox.harness.dcm.frozen import Frozen, hits, token_losses
from glassbox.harness.lm.positions import IGNORED


@dataclass(frozen=True)
class Measured:
    """One target behind one prefix.

    Attributes:
      loss: Nats a token, the stop token included.
      accuracy: Share of the tokens that are the argmax; 1.0 means that greedy decoding writes the target and stops.
    """

    loss: float
    accuracy: float

    @property
    def exact(self) -> bool:
        """Greedy decoding writes the target and stops; see `glassbox.harness.dcm.search`."""
        return self.accuracy == 1.0


def measure(
    frozen: Frozen, rows: Sequence[tuple[torch.Tensor, Sequence[int]]], positions: int = 8192
) -> list[Measured]:
    """Measure each row.

    Args:
      frozen: The model.
      rows: Prefix [position, hidden] of one or more embeddings, and the target's ids, stop token included.
      positions: Positions in one forward, padding included.
    """
    order = sorted(range(len(rows)), key=lambda row: len(rows[row][0]) + len(rows[row][1]))
    found: dict[int, Measured] = {}
    start = 0
    for end in range(1, len(order) + 1):
        full = end < len(order) and (end - start + 1) * sum(map(len, rows[order[end]])) > positions
        if end == len(order) or full:
            batch = order[start:end]
            found.update(zip(batch, _batch(frozen, [rows[row] for row in batch]), strict=True))
            start = end
    return [found[row] for row in range(len(rows))]


def _batch(frozen: Frozen, rows: Sequence[tuple[torch.Tensor, Sequence[int]]]) -> list[Measured]:
    width = max(len(prefix) + len(ids) for prefix, ids in rows)
    device = frozen.table.device
    inputs = torch.zeros(len(rows), width, frozen.hidden, device=device)
    labels = torch.full((len(rows), width), IGNORED)
    for row, (prefix, ids) in enumerate(rows):
        begin, end = len(prefix), len(prefix) + len(ids)
        inputs[row, :begin] = prefix.float()
        inputs[row, begin:end] = frozen.table[torch.tensor(ids, device=device)].float()
        labels[row, begin:end] = torch.tensor(ids)
    keep = width - min(len(prefix) for prefix, _ in rows) + 1
    kept = labels[:, width - keep :].to(device)
    with torch.no_grad():
        logits = frozen.logits(inputs, keep)
        losses, right = token_losses(logits, kept), hits(logits, kept)
    counts = (kept[:, 1:] != IGNORED).sum(1)
    wrong = (~right).sum(1)
    means, shares = losses.sum(1) / counts, 1 - wrong.double() / counts
    return [Measured(float(loss), float(share)) for loss, share in zip(means, shares, strict=True)]
