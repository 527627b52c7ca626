"""Seeded sampling that is each row's own: neither the batch around a row nor any global generator changes its draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Sampling:
    """How the next token is chosen. Temperature 0 is greedy: the model's own argmax and nothing else.

    Raises:
      ValueError: A setting is out of its range.
    """

    temperature: float = 0.0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        if self.temperature < 0:
            raise ValueError(f"temperature {self.temperature} is negative; 0 is greedy, 1 the model's own distribution")
        if not 0 < self.top_p <= 1:
            raise ValueError(f"top_p {self.top_p} is not in (0, 1]; 1 keeps every token")
        if self.temperature == 0 and self.top_p != 1:
            raise ValueError(f"top_p {self.top_p} has no effect at temperature 0; set a temperature or leave it out")


def generator_of(seed: int, device: torch.device) -> torch.Generator:
    """A row's own source of chance."""
    return torch.Generator(device).manual_seed(seed)


def drawn(logits: torch.Tensor, sampling: Sampling, generators: Sequence[torch.Generator]) -> torch.Tensor:
    """Scores [row, vocabulary] whose argmax is this step's draw: the Gumbel-max trick, a generator a row.

    argmax(log p - log E) with E ~ Exp(1) is distributed as p (Gumbel 1954), so a greedy decoder samples.
    """
    logits = logits.float() / sampling.temperature
    if sampling.top_p < 1:
        logits = nucleus(logits, sampling.top_p)
    noise = torch.empty_like(logits)
    for row, generator in enumerate(generators):
        noise[row].exponential_(generator=generator)
    # An exponential draw may round to 0, whose logarithm would win for certain.
    return logits - noise.clamp_min_(torch.finfo(noise.dtype).tiny).log_()


def nucleus(logits: torch.Tensor, top_p: float) -> torch.Tensor:
    """Logits with every token outside the smallest set of mass `top_p` at minus infinity (Holtzman et al. 2020)."""
    ordered, order = logits.sort(dim=-1, descending=True)
    mass_before = ordered.softmax(dim=-1).cumsum(dim=-1) - ordered.softmax(dim=-1)
    outside = torch.zeros_like(mass_before, dtype=torch.bool).scatter(-1, order, mass_before >= top_p)
    return logits.masked_fill(outside, float("-inf"))
