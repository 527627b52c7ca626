"""What a head is taught, against figures made by hand: the seed's loss, what costs nothing, targets and shapes."""

from __future__ import annotations

import math

import pytest
import torch
from untrained_heads import prompts, untrained

from glassbox.harness.fit.head import Scores
from glassbox.harness.fit.operands.digits import END
from glassbox.harness.fit.operands.regression import SPREAD
from glassbox.harness.fit.reading import IGNORED, Targets, label, targets
from glassbox.harness.fit.source import collate, unpad
from glassbox.harness.ir.program import Op, chain
from glassbox.harness.ir.shape import CHAIN, LOOP, SINGLE, Slots


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
