"""What a head is given and what it is asked for: states with their numbers, and the slots of the true program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from glassbox.harness.fit.numbers import Run
from glassbox.harness.ir.shape import Shape, Slots

IGNORED = -100
"""Class index that a loss passes over: a slot the program does not have."""


@dataclass(frozen=True, eq=False)
class View:
    """A batch of prompts as a head sees them, right-padded.

    Masks and averages are made when they are asked for: at batch 1 nobody does.

    Attributes:
      states: float [batch, position, hidden] of the asked layer.
      lengths: Real tokens of each prompt.
      numbers: The numbers of each prompt, in order.
    """

    states: torch.Tensor
    lengths: tuple[int, ...]
    numbers: tuple[tuple[Run, ...], ...]

    @property
    def values(self) -> tuple[tuple[int, ...], ...]:
        """The numbers' values, prompt by prompt."""
        return tuple(tuple(run.value for run in found) for found in self.numbers)

    @cached_property
    def most(self) -> int:
        """Most numbers of one prompt, and at least 1."""
        return max(1, *map(len, self.numbers))

    @cached_property
    def runs(self) -> torch.Tensor:
        """float [batch, number, position]; each row averages the tokens of one number."""
        # NumPy writes single elements ten times faster than torch.
        rows = np.zeros((len(self.lengths), self.most, self.states.shape[1]), dtype=np.float32)
        for row, found in zip(rows, self.numbers, strict=True):
            fill_averages(row, found)
        return torch.from_numpy(rows).to(self.states.device, self.states.dtype)

    @cached_property
    def full(self) -> bool:
        """Whether every position is a real token and every number is there, so that there is nothing to mask."""
        return min(self.lengths) == self.states.shape[1] and min(map(len, self.numbers)) == self.most

    @cached_property
    def mask(self) -> torch.Tensor:
        """bool [batch, position], true on real tokens."""
        return self._below(self.lengths, self.states.shape[1])

    @cached_property
    def present(self) -> torch.Tensor:
        """bool [batch, number]; false where a prompt has fewer numbers than the batch's most."""
        return self._below([len(row) for row in self.numbers], self.most)

    @property
    def final(self) -> torch.Tensor:
        """States of the last real tokens, [batch, hidden]."""
        if self.full:
            return self.states[:, -1]
        last = torch.tensor(self.lengths, device=self.states.device) - 1
        return self.states[torch.arange(len(last), device=last.device), last]

    def _below(self, counts: Sequence[int], width: int) -> torch.Tensor:
        device = self.states.device
        return torch.arange(width, device=device) < torch.tensor(counts, device=device).unsqueeze(1)


def fill_averages(averages: NDArray[np.float32], numbers: Sequence[Run]) -> None:
    """Write, into zeros [number, position], the weights that average the tokens of each number."""
    for weights, run in zip(averages, numbers, strict=False):
        weights[run.first : run.last + 1] = 1.0 / (run.last + 1 - run.first)


def in_full_precision(seen: View) -> View:
    """The same view with float32 states; heads compute in no less."""
    if seen.states.dtype == torch.float32:
        return seen
    return replace(seen, states=seen.states.float())


@dataclass(frozen=True, eq=False)
class Standard:
    """Centre and spread [hidden] of each feature: layers differ in scale by thousands, features by more."""

    centre: torch.Tensor
    spread: torch.Tensor

    @classmethod
    def of(cls, states: torch.Tensor) -> Standard:
        """Learned from states [token, hidden]."""
        return cls(states.mean(0), states.std(0).clamp(min=1e-6))

    def __call__(self, seen: View) -> View:
        """The view with standardised states, in float32."""
        seen = in_full_precision(seen)
        return replace(seen, states=(seen.states - self.centre) / self.spread)


@dataclass(frozen=True, eq=False)
class Targets:
    """True slots of a batch.

    Attributes:
      count: int64 [batch], number of steps less one.
      kinds: int64 [batch, step], IGNORED beyond the program's steps.
      operands: int64 [batch, operand], 0 beyond the program's operands.
      active: bool [batch, operand], which operands the program has.
      points: bool [batch, operand, number], which numbers of the prompt have the operand's value.
    """

    count: torch.Tensor
    kinds: torch.Tensor
    operands: torch.Tensor
    active: torch.Tensor
    points: torch.Tensor


@dataclass(frozen=True, slots=True)
class Label:
    """The truth of one prompt: its slots, and for each operand the places among the prompt's numbers that equal it."""

    slots: Slots
    places: tuple[tuple[int, ...], ...]


def label(slots: Slots, runs: Sequence[Run]) -> Label:
    """Find the operands among the numbers of the prompt; an operand that is not there has no place."""
    places = tuple(tuple(i for i, run in enumerate(runs) if run.value == operand) for operand in slots.operands)
    return Label(slots, places)


def targets(labels: Sequence[Label], seen: View, shape: Shape) -> Targets:
    """The labels as tensors on the view's device; places beyond a prompt's numbers are dropped."""
    batch, most = len(labels), seen.most
    kinds = torch.full((batch, shape.max_steps), IGNORED)
    operands = torch.zeros(batch, shape.max_steps + 1, dtype=torch.int64)
    active = torch.zeros(batch, shape.max_steps + 1, dtype=torch.bool)
    points = torch.zeros(batch, shape.max_steps + 1, most, dtype=torch.bool)
    for row, truth in enumerate(labels):
        slots = truth.slots
        kinds[row, : len(slots.kinds)] = torch.tensor(slots.kinds)
        operands[row, : len(slots.operands)] = torch.tensor(slots.operands)
        active[row, : len(slots.operands)] = True
        for index, places in enumerate(truth.places):
            for place in places:
                if place < len(seen.numbers[row]):
                    points[row, index, place] = True
    count = torch.tensor([len(truth.slots.kinds) - 1 for truth in labels])
    device = seen.states.device
    return Targets(*(tensor.to(device) for tensor in (count, kinds, operands, active, points)))
