"""Option B of the seed: every operand is one of 256 classes; larger operands cannot be said."""

from __future__ import annotations

import torch
from torch.nn.functional import cross_entropy

from glassbox.harness.fit.linear import Linear, SlotLinear
from glassbox.harness.fit.operands.base import OperandReader, Sampled
from glassbox.harness.fit.reading import IGNORED, Targets, View


class Binned(OperandReader):
    """One class an integer, 0..bins-1."""

    def __init__(self, hidden: int, operands: int, width: int, bins: int = 256) -> None:
        super().__init__(hidden, operands, width)
        self.bins = bins
        self.bin = SlotLinear(operands, self.inputs, bins)

    def forward(self, units: torch.Tensor, seen: View, truth: Targets | None) -> torch.Tensor:
        """[batch, operand, bin]."""
        bins: torch.Tensor = self.bin(self.active(units[:, :, 0]))
        return bins

    def first_maps(self) -> list[Linear]:
        """None, unless the head is linear."""
        return [] if self.width else [self.bin]

    def losses(self, raw: torch.Tensor, truth: Targets) -> torch.Tensor:
        """Cross-entropy; operands beyond the bins are passed over."""
        sayable = (truth.operands >= 0) & (truth.operands < self.bins)
        labels = torch.where(sayable, truth.operands, IGNORED)
        flat = cross_entropy(raw.flatten(0, 1), labels.flatten(), reduction="none", ignore_index=IGNORED)
        return flat.view(labels.shape)

    def greedy(self, raw: torch.Tensor, seen: View) -> list[tuple[int | None, ...]]:
        """The likeliest bin."""
        return [tuple(row) for row in raw.argmax(-1).tolist()]

    def sample(self, raw: torch.Tensor, seen: View, generator: torch.Generator) -> Sampled:
        """A bin drawn from the softmax."""
        chances = raw.log_softmax(-1)
        drawn = torch.multinomial(chances.exp().flatten(0, 1), 1, generator=generator).view(raw.shape[:2])
        return [tuple(row) for row in drawn.tolist()], chances.gather(-1, drawn.unsqueeze(-1)).squeeze(-1)
