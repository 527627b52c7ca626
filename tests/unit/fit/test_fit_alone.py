"""A prompt read alone, in NumPy, reads what the head reads with torch; and which heads and views are read so."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from synthetic_states import HEADS, POOLINGS

from glassbox.harness.fit.alone import Alone, Reader
from glassbox.harness.fit.config import HeadKind, Pooling
from glassbox.harness.fit.head import IRHead
from glassbox.harness.fit.numbers import Run
from glassbox.harness.fit.reading import Standard
from glassbox.harness.fit.source import Seen, collate
from glassbox.harness.ir.shape import CHAIN, LOOP, SINGLE, Shape

HIDDEN = 24
PROMPTS = 200


def head(shape: Shape, kind: HeadKind = "pointer", pool: Pooling = "attention", width: int = 16) -> IRHead:
    torch.manual_seed(3)
    made = IRHead(HIDDEN, shape, kind, pool, width).eval()
    for parameter in made.parameters():  # large weights, so that programs differ from prompt to prompt
        parameter.data.mul_(4)
    standard = Standard.of(torch.randn(50, HIDDEN) * 2 + 1)
    made.absorb(standard.centre, standard.spread)
    return made


def prompts(count: int) -> list[Seen]:
    draw = torch.Generator().manual_seed(1)
    rows = []
    for index in range(count):
        numbers = [Run(1, 2, 12 + index), Run(4, 4, 7), Run(6, 8, 345)][: 1 + index % 3]
        rows.append(Seen(torch.randn(10 + index % 5, HIDDEN, generator=draw) * 2 + 1, tuple(numbers)))
    return rows


@pytest.mark.parametrize("shape", [SINGLE, CHAIN, LOOP], ids=lambda shape: shape.name)
def test_a_prompt_read_alone_gives_the_program_that_torch_reads(shape: Shape) -> None:
    made = head(shape)
    alone = Alone(made)
    views = [collate([row]) for row in prompts(PROMPTS)]
    read = [alone.read(view) for view in views]
    assert read == [made.read(view)[0] for view in views]
    assert len({slots for slots in read if slots is not None}) > PROMPTS // 4, "the programs hardly differ"


def test_a_prompt_without_numbers_has_no_program() -> None:
    made = head(SINGLE)
    view = collate([Seen(torch.randn(5, HIDDEN), ())])
    assert Alone(made).read(view) is None
    assert made.read(view) == [None]


def test_the_arrays_are_those_of_the_moment_they_were_taken() -> None:
    made = head(SINGLE)
    views = [collate([row]) for row in prompts(40)]
    before = Alone(made)
    expected = [before.read(view) for view in views]
    with torch.no_grad():
        made.classes.bias.add_(torch.tensor([1e6, 0.0, 0.0, 0.0]))
    assert [before.read(view) for view in views] == expected
    assert [Alone(made).read(view) for view in views] != expected


@pytest.mark.parametrize("pool", POOLINGS)
@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("width", [0, 16])
def test_a_reader_reads_any_head_alone_in_a_batch_and_in_half_precision(
    kind: HeadKind, pool: Pooling, width: int
) -> None:
    made = head(CHAIN, kind, pool, width)
    reader = Reader(made)
    rows = prompts(9)
    together = made.read(collate(rows))
    assert reader.read(collate(rows)) == together
    assert [reader.read(collate([row]))[0] for row in rows] == together
    half = replace(collate(rows[:1]), states=collate(rows[:1]).states.bfloat16())
    assert reader.read(half) == made.read(half)


def test_a_head_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="only a pointer head with hidden units over attention"):
        Alone(head(SINGLE, "digits"))
