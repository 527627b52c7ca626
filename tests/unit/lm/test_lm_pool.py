"""Pooling reads real tokens only, on whichever side the padding is."""

from __future__ import annotations

import pytest
import torch

from glassbox.harness.lm import pool

STATES = torch.arange(2 * 5 * 3, dtype=torch.float32).reshape(2, 5, 3)
RIGHT = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])
LEFT = torch.tensor([[0, 0, 1, 1, 1], [1, 1, 1, 1, 1]])


def test_last_is_the_last_real_token() -> None:
    assert torch.equal(pool.last(STATES, RIGHT), torch.stack([STATES[0, 2], STATES[1, 4]]))
    assert torch.equal(pool.last(STATES, LEFT), torch.stack([STATES[0, 4], STATES[1, 4]]))


def test_mean_divides_by_the_number_of_real_tokens() -> None:
    assert torch.equal(pool.mean(STATES, RIGHT), torch.stack([STATES[0, :3].mean(0), STATES[1].mean(0)]))
    assert torch.equal(pool.mean(STATES, LEFT), torch.stack([STATES[0, 2:].mean(0), STATES[1].mean(0)]))


def test_mean_of_half_precision_is_summed_in_float32() -> None:
    """4,096 added to 2,000 ones in bfloat16 would stay 4,096."""
    states = torch.ones(1, 2001, 1, dtype=torch.bfloat16)
    states[0, 0] = 4096.0
    pooled = pool.mean(states, torch.ones(1, 2001, dtype=torch.long))
    assert pooled.dtype == torch.bfloat16
    assert pooled.item() == pytest.approx(6096 / 2001, rel=0.01)


@pytest.mark.parametrize("mask", [RIGHT, LEFT], ids=["right", "left"])
def test_a_position_counts_real_tokens_from_either_end(mask: torch.Tensor) -> None:
    first = int(mask[0].argmax())
    assert torch.equal(
        pool.position(STATES, mask, [1, 3]),
        torch.stack([STATES[0, first + 1], STATES[1, 3]]),
    )
    assert torch.equal(
        pool.position(STATES, mask, [-3, -1]),
        torch.stack([STATES[0, first], STATES[1, 4]]),
    )


@pytest.mark.parametrize(("positions", "row"), [([3, 0], 0), ([-4, 0], 0), ([0, 5], 1)])
def test_a_position_outside_its_row_is_refused(positions: list[int], row: int) -> None:
    with pytest.raises(ValueError, match=f"position {positions[row]} is outside row {row}"):
        pool.position(STATES, RIGHT, positions)


def test_there_must_be_one_position_a_row() -> None:
    with pytest.raises(ValueError, match="1 positions are given for 2 rows"):
        pool.position(STATES, RIGHT, [1])


def test_a_sequence_has_its_padding_zeroed_even_where_it_is_not_a_number() -> None:
    states = STATES.clone()
    states[0, 3:] = float("nan")
    kept, mask = pool.sequence(states, RIGHT)
    assert torch.equal(mask, RIGHT.bool())
    assert torch.equal(kept[0, 3:], torch.zeros(2, 3))
    assert torch.equal(kept[mask], STATES[mask])
    assert torch.equal(pool.mean(states, RIGHT), pool.mean(STATES, RIGHT))
