"""What a head is given and what it is asked for: states with their numbers, and the slots of the true program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from harness.fit.numbers import Run
from harness.ir.shape import Shape, Slots

IGNORED = -100
"""Class index that a loss passes over: a slot the program does not have."""


@dataclass(frozen=True, eq=False)
class View:
    """A batch of prompts as a head sees them, right-padded.

    Attributes:
      states: float [batch, position, hidden] of the asked layer.
      mask: bool [batch, position], true on real tokens.
      last: int64 [batch], position of the last real token.
      runs: float [batch, number, position]; each row averages the tokens of one number.
      present: bool [batch, number]; false where a prompt has fewer numbers than the batch's most.
      values: The numbers of each prompt, in order.
    """

    states: torch.Tensor
    mask: torch.Tensor
    last: torch.Tensor
    runs: torch.Tensor
    present: torch.Tensor
    values: tuple[tuple[int, ...], ...]


def view(states: torch.Tensor, lengths: Sequence[int], runs: Sequence[Sequence[Run]]) -> View:
    """Put states [batch, position, hidden] and the numbers of each prompt together."""
    batch, width = states.shape[0], states.shape[1]
    device = states.device
    most = max(1, max(map(len, runs)))
    # NumPy writes single elements ten times faster than torch, and at batch 1 that is what there is to do.
    averages = np.zeros((batch, most, width), dtype=np.float32)
    present = np.zeros((batch, most), dtype=np.bool_)
    ends = np.asarray(lengths)
    mask = np.arange(width) < ends[:, None]
    for row, found in enumerate(runs):
        for index, run in enumerate(found):
            averages[row, index, run.first : run.last + 1] = 1.0 / (run.last + 1 - run.first)
            present[row, index] = True
    values = tuple(tuple(run.value for run in found) for found in runs)
    return View(
        states,
        mask=torch.from_numpy(mask).to(device),
        last=torch.from_numpy(ends - 1).to(device),
        runs=torch.from_numpy(averages).to(device, states.dtype),
        present=torch.from_numpy(present).to(device),
        values=values,
    )


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
    batch, most = len(labels), seen.present.shape[1]
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
                if place < len(seen.values[row]):
                    points[row, index, place] = True
    count = torch.tensor([len(truth.slots.kinds) - 1 for truth in labels])
    device = seen.states.device
    return Targets(*(tensor.to(device) for tensor in (count, kinds, operands, active, points)))
