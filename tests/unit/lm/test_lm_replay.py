"""Replaying what a decoder gives its blocks: bit for bit the decoder's own states, and never where it could differ."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from open_models import RANDOM, random_model

from glassbox.harness.lm.replay import LONGEST, MOST_LENGTHS, Replay
from glassbox.harness.lm.states import hidden_states
from glassbox.harness.lm.tokens import Batch, pad


def reference(model: Any, ids: list[int], layer: int) -> torch.Tensor:
    """The decoder's own states."""
    with torch.inference_mode():
        output = model.model(torch.tensor([ids]), output_hidden_states=True)
    states: torch.Tensor = output.hidden_states[layer]
    return states


@pytest.mark.parametrize("architecture", RANDOM)
def test_rows_of_one_length_keep_their_own_states_however_often_they_come(architecture: str) -> None:
    model = random_model(architecture)
    draw = torch.Generator().manual_seed(0)
    for length in (5, 9, 5):
        for _ in range(4):
            ids = torch.randint(3, 90, (length,), generator=draw).tolist()
            states = hidden_states(model, pad([ids], 0), [2])[2]
            torch.testing.assert_close(states, reference(model, ids, 2), rtol=1e-5, atol=1e-5)


def counted(replay: Replay, model: Any, ids: list[int], layer: int = 2) -> int:
    """How often the decoder itself ran for this row."""
    ran = 0

    def capture(row: torch.Tensor, arguments: list[dict[str, Any]]) -> torch.Tensor:
        nonlocal ran
        ran += 1
        hooks = [
            block.register_forward_pre_hook(lambda _b, _a, given: arguments.append(dict(given)), with_kwargs=True)
            for block in model.blocks[:layer]
        ]
        states: torch.Tensor = model.model(row, output_hidden_states=True, use_cache=False).hidden_states[layer]
        for hook in hooks:
            hook.remove()
        return states

    with torch.inference_mode():
        replay.states(torch.tensor([ids]), layer, model.dtype, capture)
    return ran


def test_a_length_is_replayed_from_its_second_row_once_the_first_reversed_agreed() -> None:
    model = random_model("llama")
    replay = Replay(model.model.get_input_embeddings(), model.blocks)
    assert counted(replay, model, [5, 6, 5]) == 1, "a row that reads the same reversed confirms nothing"
    assert counted(replay, model, [5, 6, 7]) == 2, "the row, and the row reversed"
    assert counted(replay, model, [9, 6, 7]) == 0
    assert counted(replay, model, [5, 6, 5]) == 0
    assert counted(replay, model, [9, 6, 7, 8]) == 2, "another length knows nothing yet"


def test_a_decoder_that_does_more_than_embed_before_its_first_block_is_never_replayed() -> None:
    model = random_model("gpt2")
    replay = Replay(model.model.get_input_embeddings(), model.blocks)
    assert [counted(replay, model, [first, 6, 7]) for first in (5, 8, 9, 10)] == [2, 1, 1, 1]


def test_long_rows_are_left_to_the_decoder_and_few_lengths_are_kept() -> None:
    replay = Replay(torch.nn.Embedding(4, 2), [torch.nn.Identity()])
    ran: list[int] = []

    def capture(row: torch.Tensor, arguments: list[dict[str, Any]]) -> torch.Tensor:
        ran.append(row.shape[1])
        arguments.append({})
        return replay._embed(row)  # type: ignore[no-any-return]

    for _ in range(3):
        replay.states(torch.zeros(1, LONGEST + 1, dtype=torch.int64), 1, torch.float32, capture)
    assert ran == [LONGEST + 1] * 3
    for length in range(2, MOST_LENGTHS + 51):
        row = torch.zeros(1, length, dtype=torch.int64)
        row[0, 0] = 1
        replay.states(row, 1, torch.float32, capture)
    assert len(replay._known) == MOST_LENGTHS


def test_a_single_row_with_padding_is_not_taken_for_a_row_without() -> None:
    model = random_model("llama")
    for ids in ([5, 6, 7, 8], [9, 6, 7, 3]):  # lets the length be replayed
        hidden_states(model, pad([ids], 0), [2])
    padded = Batch(torch.tensor([[0, 5, 6, 7]]), torch.tensor([[0, 1, 1, 1]]), (3,))
    states = hidden_states(model, padded, [2])[2][:, 1:]
    torch.testing.assert_close(states, reference(model, [5, 6, 7], 2), rtol=1e-5, atol=1e-5)
