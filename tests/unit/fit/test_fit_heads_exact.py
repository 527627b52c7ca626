"""What a head computes, against figures made by hand: the seed's loss, padding that never counts, valid structure."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from synthetic_states import HEADS, POOLINGS

from harness.fit.head import IRHead, Scores
from harness.fit.numbers import Run
from harness.fit.operands import HeadKind
from harness.fit.operands.digits import END
from harness.fit.operands.regression import SPREAD
from harness.fit.pooling import Pooling
from harness.fit.reading import IGNORED, Standard, Targets, label, targets
from harness.fit.source import Seen, collate, unpad
from harness.ir.program import Loop, Op, chain, single
from harness.ir.shape import CHAIN, LOOP, SINGLE, Shape, Slots
from harness.ir.validate import validate

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


def by_hand(scores: list[float], truth: int) -> float:
    """Cross-entropy in plain Python."""
    return math.log(sum(math.exp(score) for score in scores)) - scores[truth]


def test_the_loss_of_one_operation_is_four_tenths_operation_and_three_tenths_each_operand() -> None:
    head = untrained(SINGLE, "binned", "last")
    seen = collate(prompts((4, 6)))
    truth = targets([label(Slots((0,), (3, 5)), ()), label(Slots((2,), (1, 0)), ())], seen, SINGLE)
    scores = head(seen, truth)
    kinds, operands = scores.kinds.tolist(), scores.operands.tolist()
    operation = (by_hand(kinds[0][0], 0) + by_hand(kinds[1][0], 2)) / 2
    first = (by_hand(operands[0][0], 3) + by_hand(operands[1][0], 1)) / 2
    second = (by_hand(operands[0][1], 5) + by_hand(operands[1][1], 0)) / 2
    assert head.loss(scores, truth).item() == pytest.approx(0.4 * operation + 0.3 * first + 0.3 * second, rel=1e-5)


def test_the_loss_of_a_chain_adds_the_count_to_the_operation_and_passes_over_slots_that_are_not_there() -> None:
    head = untrained(CHAIN, "regression", "mean")
    seen = collate(prompts((5, 5)))
    short, long = Slots((1,), (30, 2)), Slots((0, 3, 2), (1, 2, 4, 8))
    truth = targets([label(short, ()), label(long, ())], seen, CHAIN)
    scores = head(seen, truth)
    kinds, count, raw = scores.kinds.tolist(), scores.count.tolist(), scores.operands.tolist()
    operation = (by_hand(kinds[0][0], 1) + sum(by_hand(kinds[1][i], k) for i, k in enumerate((0, 3, 2)))) / 4
    counted = (by_hand(count[0], 0) + by_hand(count[1], 2)) / 2

    def squared(row: int, slot: int, value: int) -> float:
        return float((raw[row][slot] - value / SPREAD) ** 2)

    first = (squared(0, 0, 30) + squared(1, 0, 1)) / 2
    others = (squared(0, 1, 2) + squared(1, 1, 2) + squared(1, 2, 4) + squared(1, 3, 8)) / 4
    expected = 0.4 * (operation + counted) + 0.3 * first + 0.3 * others
    assert head.loss(scores, truth).item() == pytest.approx(expected, rel=1e-5)


def test_a_pointer_is_paid_for_every_place_where_the_operand_stands_and_not_at_all_where_it_stands_nowhere() -> None:
    reader = untrained(SINGLE, "pointer", "last").operands
    raw = torch.tensor([[[1.0, 2.0, 0.5], [0.3, -1.0, 2.0]]])
    points = torch.tensor([[[True, False, True], [False, False, False]]])
    nothing = torch.zeros(1, 1, dtype=torch.int64)
    truth = Targets(nothing[0], nothing, torch.tensor([[7, 9]]), torch.ones(1, 2, dtype=torch.bool), points)
    total = sum(math.exp(score) for score in (1.0, 2.0, 0.5))
    found = reader.losses(raw, truth)[0].tolist()
    assert found == pytest.approx([-math.log((math.exp(1.0) + math.exp(0.5)) / total), 0.0], abs=1e-6)


def test_a_pointer_whose_operand_stands_nowhere_gives_finite_gradients() -> None:
    head = untrained(SINGLE, "pointer", "attention")
    seen = collate(prompts((4, 6)))
    nowhere = [label(Slots((0,), (12345, 54321)), run.runs) for run in prompts((4, 6))]
    truth = targets(nowhere, seen, SINGLE)
    head.loss(head(seen, truth), truth).backward()  # type: ignore[no-untyped-call]
    gradients = [weight.grad for weight in head.parameters() if weight.grad is not None]
    assert len(gradients) > 4
    assert all(torch.isfinite(gradient).all() for gradient in gradients)


def test_bins_beyond_the_last_cost_nothing_and_are_never_read() -> None:
    head = untrained(SINGLE, "binned", "last")
    seen = collate(prompts((4,)))
    truth = targets([label(Slots((0,), (255, 256)), ())], seen, SINGLE)
    losses = head.operands.losses(head(seen, truth).operands, truth)[0].tolist()
    assert losses[0] > 1
    assert losses[1] == 0
    for slots in head.read(collate(prompts((4, 5, 6, 7)))):
        assert slots is not None
        assert max(slots.operands) <= 255


def test_digits_spell_a_number_with_an_end_mark_and_say_it_again() -> None:
    head = untrained(SINGLE, "digits", "last")
    reader = head.operands
    places = 5
    for value, classes in ((69, [6, 9, END]), (0, [0, END]), (-305, [3, 0, 5, END]), (12345, [1, 2, 3, 4, 5])):
        raw = torch.zeros(1, 1, 1 + places, 11)
        raw[0, 0, 0, int(value < 0)] = 5
        for place, digit in enumerate(classes):
            raw[0, 0, 1 + place, digit] = 5
        assert reader.greedy(raw, collate(prompts((4,)))) == [(value,)]
        said = [by_hand(raw[0, 0, 1 + p].tolist(), digit) for p, digit in enumerate(classes)]
        sign = by_hand(raw[0, 0, 0, :2].tolist(), int(value < 0))
        truth = Targets(
            *(torch.zeros(1, 1, dtype=torch.int64),) * 2,
            torch.tensor([[value]]),
            torch.ones(1, 1, dtype=torch.bool),
            torch.zeros(1, 1, 1, dtype=torch.bool),
        )
        assert reader.losses(raw, truth).item() == pytest.approx(sum(said) / len(said) + sign, rel=1e-5)


def test_digits_that_end_before_they_begin_are_no_number_and_no_program() -> None:
    head = untrained(SINGLE, "digits", "last")
    raw = torch.zeros(1, 2, 6, 11)
    raw[:, :, 1, END] = 5
    seen = collate(prompts((4,)))
    values = head.operands.greedy(raw, seen)
    assert values == [(None, None)]
    assert head.assemble(0, [[1.0, 0.0, 0.0, 0.0]], values[0]) is None


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


def test_scores_have_the_shapes_that_their_documentation_names() -> None:
    seen = collate(prompts((4, 6, 5)))
    scores = untrained(CHAIN, "binned", "attention")(seen)
    assert isinstance(scores, Scores)
    assert scores.count.shape == (3, 3)
    assert scores.kinds.shape == (3, 3, 4)
    assert scores.operands.shape == (3, 4, 256)
    assert untrained(CHAIN, "digits", "last")(seen).operands.shape == (3, 4, 6, 11)
    assert untrained(LOOP, "pointer", "mean")(seen).operands.shape == (3, 2, 3)


def test_targets_mark_what_a_shorter_chain_does_not_have() -> None:
    seen = collate(prompts((6, 6)))
    rows = [row.runs for row in prompts((6, 6))]
    labels = [label(CHAIN.encode(chain(46, (Op.ADD, 7))), rows[0])]
    labels.append(label(CHAIN.encode(chain(7, (Op.ADD, 900), (Op.DIVIDE, 5), (Op.MULTIPLY, 7))), rows[1]))
    truth = targets(labels, seen, CHAIN)
    assert truth.count.tolist() == [0, 2]
    assert truth.kinds.tolist() == [[0, IGNORED, IGNORED], [0, 3, 2]]
    assert truth.operands.tolist() == [[46, 7, 0, 0], [7, 900, 5, 7]]
    assert truth.active.tolist() == [[True, True, False, False], [True] * 4]
    assert truth.points[0].tolist() == [[True, False, False], [False, True, False], [False] * 3, [False] * 3]
    assert truth.points[1].any(-1).tolist() == [True, True, False, True]


def test_numbers_are_averaged_over_their_tokens_and_survive_unpadding() -> None:
    rows = prompts((3, 7))
    batch = collate(rows)
    assert batch.values == ((43, 7), (47, 7, 900))
    assert batch.runs[0, 0].tolist() == [0.5, 0.5, 0, 0, 0, 0, 0]
    assert batch.present.tolist() == [[True, True, False], [True, True, True]]
    again = unpad(batch)
    assert [row.runs for row in again] == [row.runs for row in rows]
    assert all(torch.equal(a.states, b.states) for a, b in zip(again, rows, strict=True))


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
