"""The seed's reward as a policy gradient: half for a valid program, half more if its value is right.

Programs are drawn from the head's own distribution; the batch's mean reward is the baseline.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from glassbox.harness.fit.reading import View
from glassbox.harness.ir.machine import Machine
from glassbox.harness.ir.program import Program
from glassbox.harness.ir.shape import Slots
from glassbox.harness.ir.validate import is_valid

if TYPE_CHECKING:
    from glassbox.harness.fit.head import IRHead


def rewards(programs: Sequence[Program | None], answers: Sequence[int], machine: Machine) -> list[float]:
    """0 for no or an invalid program, 0.5 for a valid one, 1 for one that gives the answer (seed 000)."""
    valid = [program if program is not None and is_valid(program) else None for program in programs]
    values = iter(machine.run_batch([program for program in valid if program is not None]))
    given = [next(values).value if program is not None else None for program in valid]
    return [
        0.0 if program is None else 0.5 + 0.5 * (value == answer)
        for program, value, answer in zip(valid, given, answers, strict=True)
    ]


def reward_step(head: IRHead, seen: View, answers: Sequence[int], seed: int) -> torch.Tensor:
    """REINFORCE loss of one batch."""
    generator = torch.Generator(seen.states.device).manual_seed(seed)
    scores = head(seen)
    counts, count_chances = _draw(scores.count, generator)
    kinds, kind_chances = _draw(scores.kinds, generator)
    values, operand_chances = head.operands.sample(scores.operands, seen, generator)
    programs = [
        _program(head, count, kind, value)
        for count, kind, value in zip(counts.tolist(), kinds.tolist(), values, strict=True)
    ]
    reward = torch.tensor(rewards(programs, answers, Machine(64)), device=seen.states.device)
    step = torch.arange(kinds.shape[1], device=kinds.device)
    operand = torch.arange(operand_chances.shape[1], device=kinds.device)
    chances = (kind_chances * (step <= counts[:, None])).sum(1)
    chances = chances + (operand_chances * (operand <= counts[:, None] + 1)).sum(1)
    if head.shape.max_steps > 1:
        chances = chances + count_chances
    return -((reward - reward.mean()) * chances).mean()


def _draw(logits: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    chances = logits.log_softmax(-1)
    drawn = torch.multinomial(chances.exp().flatten(0, -2), 1, generator=generator).view(logits.shape[:-1])
    return drawn, chances.gather(-1, drawn.unsqueeze(-1)).squeeze(-1)


def _program(head: IRHead, count: int, kinds: list[int], values: tuple[int | None, ...]) -> Program | None:
    operands = [value for value in values[: count + 2] if value is not None]
    if len(operands) < count + 2:
        return None
    program: Program = head.shape.decode(Slots(tuple(kinds[: count + 1]), tuple(operands)))
    return program
