"""Heads that have learned nothing, and random states for them to read: figures that can be made by hand."""

from __future__ import annotations

import torch

from glassbox.harness.fit.config import HeadKind, Pooling
from glassbox.harness.fit.head import IRHead
from glassbox.harness.fit.numbers import Run
from glassbox.harness.fit.reading import Standard
from glassbox.harness.fit.source import Seen
from glassbox.harness.ir.shape import Shape

HIDDEN = 6


def prompts(lengths: tuple[int, ...], seed: int = 0) -> list[Seen]:
    """Random states; every prompt has numbers at positions 0-1 and 2, longer ones another at 4."""
    draw = torch.Generator().manual_seed(seed)
    return [
        Seen(
            torch.randn(length, HIDDEN, generator=draw),
            (Run(0, 1, 40 + length), Run(2, 2, 7), *((Run(4, 4, 900),) if length > 4 else ())),
        )
        for length in lengths
    ]


def untrained(shape: Shape, head: HeadKind, pool: Pooling, seed: int = 0, width: int = 8) -> IRHead:
    torch.manual_seed(seed)
    made = IRHead(HIDDEN, shape, head, pool, width).eval()
    absorb(made, torch.randn(50, HIDDEN) * 3 + 1)
    return made


def absorb(made: IRHead, states: torch.Tensor) -> None:
    """Make the head one for states that vary as these do."""
    standard = Standard.of(states)
    made.absorb(standard.centre, standard.spread)
