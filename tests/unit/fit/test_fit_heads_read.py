"""What a head reads: padding and its neighbours never count, scale does not matter, programs are always valid."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from synthetic_states import HEADS, POOLINGS
from untrained_heads import HIDDEN, absorb, prompts, untrained

from glassbox.harness.fit.config import HeadKind, Pooling
from glassbox.harness.fit.head import IRHead
from glassbox.harness.fit.numbers import Run
from glassbox.harness.fit.source import Seen, collate
from glassbox.harness.ir.program import Loop, Op, single
from glassbox.harness.ir.shape import CHAIN, LOOP, SINGLE, Shape, Slots
from glassbox.harness.ir.text import parse
from glassbox.harness.ir.validate import validate


@pytest.mark.parametrize("pool", POOLINGS)
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("shape", [SINGLE, CHAIN, LOOP], ids=lambda shape: shape.name)
def test_a_batch_reads_what_each_prompt_reads_alone_whatever_stands_in_the_padding(
    shape: Shape, head: HeadKind, pool: Pooling
) -> None:
    made = untrained(shape, head, pool)
    rows = prompts((3, 9, 5, 4))
    batch = collate(rows)
    dirty = batch.states.clone()
    dirty[~batch.mask] = 1e4
    batch = replace(batch, states=dirty)
    with torch.inference_mode():
        together = made(batch)
        for index, row in enumerate(rows):
            alone = made(collate([row]))
            torch.testing.assert_close(together.kinds[index], alone.kinds[0], rtol=1e-5, atol=1e-5)
            numbers = len(row.runs) if head == "pointer" else None
            torch.testing.assert_close(
                together.operands[index][:, :numbers] if numbers else together.operands[index],
                alone.operands[0],
                rtol=1e-5,
                atol=1e-5,
            )
            if shape.max_steps > 1:
                torch.testing.assert_close(together.count[index], alone.count[0], rtol=1e-5, atol=1e-5)
    assert made.read(batch) == [made.read(collate([row]))[0] for row in rows]


@pytest.mark.parametrize("pool", POOLINGS)
def test_last_and_mean_and_attention_pool_the_real_tokens_they_are_named_after(pool: Pooling) -> None:
    rows = prompts((3, 7))
    made = untrained(SINGLE, "regression", pool)
    pooled = made.pool(collate(rows))
    for index, row in enumerate(rows):
        if pool == "last":
            torch.testing.assert_close(pooled[index, 0], row.states[-1])
        elif pool == "mean":
            torch.testing.assert_close(pooled[index, 0], row.states.mean(0))
        else:
            low, high = row.states.min(0).values, row.states.max(0).values
            assert ((pooled[index] >= low - 1e-5) & (pooled[index] <= high + 1e-5)).all()
            assert not torch.allclose(pooled[index, 0], pooled[index, 1])


def scripted(
    shape: Shape, head: IRHead, kinds: list[list[float]], count: list[float], values: tuple[int, ...]
) -> Slots:
    """What the head assembles of these scores."""
    slots = head.assemble(count.index(max(count)), kinds, values)
    assert slots is not None
    validate(shape.decode(slots), -(10**9), 10**9)
    return slots


def test_a_division_by_a_zero_that_was_read_becomes_the_next_best_operation() -> None:
    head = untrained(SINGLE, "regression", "last")
    divide = [0.1, 0.2, 0.3, 0.9]
    assert scripted(SINGLE, head, [divide], [0.0], (5, 0)).kinds == (2,)
    assert scripted(SINGLE, head, [divide], [0.0], (0, 5)).kinds == (3,)
    head = untrained(CHAIN, "regression", "last")
    slots = scripted(CHAIN, head, [divide, divide, divide], [0.0, 1.0, 0.5], (5, 2, 0, 9))
    assert slots == Slots((3, 2), (5, 2, 0))


def test_a_countdown_that_would_never_arrive_becomes_the_next_best_loop() -> None:
    head = untrained(LOOP, "regression", "last")
    down = [0.1, 0.2, 0.9]
    assert LOOP.kinds[2] == "countdown"
    assert scripted(LOOP, head, [down], [0.0], (10, 3)).kinds == (2,)
    assert scripted(LOOP, head, [down], [0.0], (10, 10)).kinds == (2,)
    assert scripted(LOOP, head, [down], [0.0], (3, 10)).kinds == (1,)
    assert scripted(LOOP, head, [down], [0.0], (3, 0)).kinds == (2,)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("shape", [SINGLE, CHAIN, LOOP], ids=lambda shape: shape.name)
def test_untrained_heads_read_structurally_valid_programs_from_noise(shape: Shape, head: HeadKind) -> None:
    read = 0
    for seed in range(8):
        made = untrained(shape, head, "attention", seed)
        rows = [Seen(20 * row.states, (*row.runs, Run(2, 2, 0))) for row in prompts(tuple(range(3, 23)), seed)]
        for slots in made.read(collate(rows)):
            if slots is not None:
                validate(shape.decode(slots), -(10**6), 10**6)
                read += 1
    assert read > 100


def test_a_prompt_without_numbers_gives_a_pointer_no_program_and_leaves_its_neighbours_alone() -> None:
    made = untrained(SINGLE, "pointer", "attention")
    with_numbers, without = prompts((5,))[0], Seen(torch.randn(4, HIDDEN), ())
    assert made.read(collate([without])) == [None]
    both = made.read(collate([with_numbers, without]))
    assert both[1] is None
    assert both[0] == made.read(collate([with_numbers]))[0] is not None


def test_a_layer_in_half_precision_is_read_in_full_precision() -> None:
    rows = prompts((4, 6))
    made = untrained(SINGLE, "pointer", "attention")
    half = replace(collate(rows), states=collate(rows).states.bfloat16())
    scores = made(half)
    assert scores.operands.dtype == torch.float32
    torch.testing.assert_close(scores.operands, made(collate(rows)).operands, rtol=0.1, atol=0.1)


def test_standardised_states_are_what_the_head_sees_so_scale_and_shift_do_not_matter() -> None:
    rows = prompts((4, 6, 9))
    flat = torch.cat([row.states for row in rows])
    plain, scaled = untrained(SINGLE, "binned", "attention"), untrained(SINGLE, "binned", "attention")
    absorb(plain, flat)
    absorb(scaled, 1000 * flat - 300)
    moved = [Seen(1000 * row.states - 300, row.runs) for row in rows]
    torch.testing.assert_close(plain(collate(rows)).operands, scaled(collate(moved)).operands, rtol=1e-3, atol=1e-3)


def test_a_feature_that_never_varies_does_not_become_infinite() -> None:
    made = untrained(SINGLE, "binned", "mean")
    absorb(made, torch.ones(30, HIDDEN))
    assert torch.isfinite(made(collate([Seen(torch.ones(4, HIDDEN), ())])).operands).all()


def test_loops_are_shapes_of_their_own() -> None:
    assert LOOP.decode(Slots((2,), (10, 3))) == Loop(kind=LOOP.decode(Slots((2,), (10, 3))).kind, start=10, stop=3)  # type: ignore[union-attr]
    assert SINGLE.decode(Slots((1,), (69, 49))) == single(Op.SUBTRACT, 69, 49)


@pytest.mark.parametrize(
    ("head", "text", "can"),
    [
        ("pointer", "8 - 3", True),
        ("pointer", "8 - 5", False),
        ("digits", "8 - 5", True),
        ("pointer", "8 - 3 * 3", False),
    ],
)
def test_a_head_knows_which_programs_it_could_read(head: HeadKind, text: str, can: bool) -> None:
    assert untrained(SINGLE, head, "last").expresses(parse(text), [3, 8]) is can
