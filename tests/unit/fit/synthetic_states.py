"""States in which a program is written linearly, so that a head that cannot read it back is at fault itself.

Every prompt has numbers among filler tokens and a last token. The operation is written as a one-hot; the operands as
the head at hand reads them: one number, one-hot over the bins, one-hot digit by digit, or, for the pointer, not at all:
only whether they stand in reverse order. Where this is written is the pooling's business: in the last token, in every
token, or in one token somewhere that bears a mark.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import torch

from glassbox.harness.fit.config import HeadKind, Pooling
from glassbox.harness.fit.numbers import Run
from glassbox.harness.fit.reading import View, label
from glassbox.harness.fit.source import Seen, collate
from glassbox.harness.fit.training import Example
from glassbox.harness.ir.program import Op, Program, chain
from glassbox.harness.ir.shape import Shape

torch.set_num_threads(1)

HEADS: tuple[HeadKind, ...] = ("regression", "binned", "digits", "pointer")
POOLINGS: tuple[Pooling, ...] = ("last", "mean", "attention")

MOST = 20
PLACES = 5
OPERANDS = 4
KINDS = 3 + 3 * 4
EACH = {"regression": 1, "binned": MOST, "digits": 2 + 11 * PLACES, "pointer": 0}


def width_of(head: HeadKind) -> int:
    """Features of one state: what is written of the program, reversed or not, the mark, and the number's place."""
    return KINDS + OPERANDS * EACH[head] + 2 + OPERANDS + 1


def written(shape: Shape, program: Program, head: HeadKind) -> torch.Tensor:
    """What there is to read of the program [width]."""
    slots = shape.encode(program)
    features = torch.zeros(width_of(head))
    features[len(slots.kinds) - 1] = 1
    for step, kind in enumerate(slots.kinds):
        features[3 + 4 * step + kind] = 1
    for index, operand in enumerate(slots.operands):
        at = KINDS + index * EACH[head]
        if head == "regression":
            features[at] = operand / 10
        elif head == "binned":
            features[at + operand] = 1
        elif head == "digits":
            features[at + (operand < 0)] = 1
            for place, digit in enumerate([*map(int, str(abs(operand))), 10][:PLACES]):
                features[at + 2 + 11 * place + digit] = 1
    return features


def example(shape: Shape, program: Program, head: HeadKind, pool: Pooling, rng: random.Random) -> Example:
    """A prompt of random length: the operands in either order, and after them one number that does not matter."""
    operands = list(shape.encode(program).operands)
    reverse = rng.random() < 0.5
    numbers = [*(reversed(operands) if reverse else operands), MOST + 80]
    length, width = 2 * len(numbers) + rng.randint(2, 6), width_of(head)
    turned, mark, order = width - OPERANDS - 3, width - OPERANDS - 2, width - OPERANDS - 1
    states = 0.003 * torch.randn(length, width, generator=torch.Generator().manual_seed(rng.randrange(1 << 30)))
    for place in range(len(numbers)):
        states[2 * place + 1, order + place] += 1
    carried = written(shape, program, head)
    carried[turned] = 1 if reverse else -1
    somewhere = rng.randrange(length - 1)
    if pool == "last":
        states[-1] += carried
    elif pool == "mean":
        states += carried
    else:
        states[somewhere] += carried
        states[somewhere, mark] += 1
    runs = tuple(Run(2 * place + 1, 2 * place + 1, number) for place, number in enumerate(numbers))
    return Example(Seen(states, runs), label(shape.encode(program), runs), program, 0)


def draw_chain(steps: int, rng: random.Random, low: int = 1, most: int = MOST - 1) -> Program:
    """A chain with different operands, none of them zero: where they stand is then without doubt."""
    first, *rest = rng.sample(range(low, most + 1), steps + 1)
    return chain(first, *((rng.choice(list(Op)), operand) for operand in rest))


def chains(
    shape: Shape, head: HeadKind, pool: Pooling, count: int, seed: int, *, most: int = MOST - 1
) -> list[Example]:
    """Examples of one to `shape.max_steps` steps."""
    rng = random.Random(f"{pool}/{seed}")
    return [
        example(shape, draw_chain(1 + turn % shape.max_steps, rng, most=most), head, pool, rng) for turn in range(count)
    ]


def view_of(examples: Sequence[Example]) -> View:
    """One padded batch."""
    return collate([e.seen for e in examples])


def silent(stage: str, done: int, total: int) -> None:
    """No progress is shown."""
