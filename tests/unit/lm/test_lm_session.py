"""The decode session: whatever is asked of it, logits are those of one full forward over the same tokens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from open_models import ALL, CONTEXT, RANDOM, named, random_model, rows_of
from transformers import MistralConfig, MistralForCausalLM, Qwen3NextConfig, Qwen3NextForCausalLM

from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.kv_cache import LEAST, layers_of
from glassbox.harness.lm.load import wrap_loaded
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.session import LEAST_SHARED, Session

Shared = Callable[[str], Path]


def agrees(session: Session, model: OpenModel, rows: list[list[int]]) -> None:
    """The session's logits against full recomputation, within 1e-4 of their scale."""
    assert session.lengths == [len(row) for row in rows]
    for logits, row in zip(session.logits, rows, strict=True):
        with torch.no_grad():
            whole = model.model(input_ids=torch.tensor([row]), use_cache=False).logits[0, -1]
        assert float((logits - whole).abs().max()) < 1e-4 * max(1.0, float(whole.abs().max()))


def stepped(session: Session, rows: list[list[int]], steps: int = 3) -> None:
    for _ in range(steps):
        tokens = session.logits.argmax(-1).tolist()
        session.step(tokens)
        for row, token in zip(rows, tokens, strict=True):
            row.append(token)


@pytest.mark.parametrize("architecture", ALL)
def test_every_move_of_a_session_gives_the_logits_of_a_full_forward(architecture: str, shared_models: Shared) -> None:
    model = named(architecture, shared_models)
    session, rows = Session(model), rows_of(model, (3, 9, 1))
    session.prefill(rows)
    agrees(session, model, rows)
    stepped(session, rows)
    agrees(session, model, rows)
    # Some are made to say something, one of them nothing.
    said = rows_of(model, (2, 1, 4), seed=7)
    said[1] = []
    session.force(said)
    rows = [[*row, *more] for row, more in zip(rows, said, strict=True)]
    agrees(session, model, rows)
    # A longer one enters than any that is there, and a short one with it.
    entering = rows_of(model, (20, 2), seed=3)
    session.prefill(entering)
    rows += entering
    agrees(session, model, rows)
    stepped(session, rows)
    # The longest and the first leave; the order is told.
    rows = [rows[row] for row in session.leave([0, 3])]
    agrees(session, model, rows)
    stepped(session, rows)
    agrees(session, model, rows)
    # One goes on as three.
    session.fork([1, 1, 0, 1])
    rows = [list(rows[row]) for row in (1, 1, 0, 1)]
    session.step(list(range(2, 6)))
    rows = [[*row, token] for row, token in zip(rows, range(2, 6), strict=True)]
    agrees(session, model, rows)
    # All leave, and others begin.
    assert session.leave([0, 1, 2, 3]) == []
    rows = rows_of(model, (5, 6), seed=9)
    session.prefill(rows)
    agrees(session, model, rows)


@pytest.mark.parametrize("architecture", RANDOM)
def test_a_beginning_that_rows_share_is_read_once(architecture: str) -> None:
    model = random_model(architecture)
    ((beginning,), tails) = rows_of(model, (LEAST_SHARED + 4,)), rows_of(model, (1, 5, 3), seed=2)
    rows = [[*beginning, *tail] for tail in tails]
    read: list[int] = []
    hook = model.model.get_input_embeddings().register_forward_hook(lambda _, args, out: read.append(args[0].numel()))
    session = Session(model)
    session.prefill(rows)
    hook.remove()
    assert read == [len(beginning), 3 * 5]
    agrees(session, model, rows)
    stepped(session, rows)
    agrees(session, model, rows)
    session = Session(model)
    session.prefill([list(beginning)] * 3)
    agrees(session, model, [list(beginning)] * 3)


def test_a_window_that_slides_over_rows_of_other_lengths_is_each_rows_own() -> None:
    config = MistralConfig(
        vocab_size=97,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        sliding_window=6,
        max_position_embeddings=CONTEXT,
        initializer_range=0.3,
    )
    torch.manual_seed(0)
    windowed = MistralForCausalLM(config)
    windowed.train(False)
    model = wrap_loaded("mistral", windowed, random_model("llama").tokenizer)
    session, rows = Session(model), rows_of(model, (3, 14, 8))
    session.prefill(rows)
    stepped(session, rows, 10)
    agrees(session, model, rows)
    rows = [rows[row] for row in session.leave([1])]
    stepped(session, rows, 4)
    agrees(session, model, rows)


def test_columns_that_no_row_needs_any_more_are_dropped() -> None:
    model = random_model("llama")
    session, rows = Session(model), rows_of(model, (30, 4))
    session.prefill(rows)
    assert session.columns == 30
    session.leave([0])
    assert session.columns == 4


def test_a_long_queue_takes_no_more_room_than_the_rows_that_are_under_way() -> None:
    """Two rows at a time, one leaves and one enters every few steps: columns that were left are used again."""
    model = random_model("llama")
    session, rows = Session(model), rows_of(model, (5, 9))
    session.prefill(rows)
    widest = 0
    for number in range(80):
        stepped(session, rows, 6)
        rows = [rows[row] for row in session.leave([0])]
        entering = rows_of(model, (4 + number % 7,), seed=number)
        session.prefill(entering)
        rows = [*rows, *entering]
        agrees(session, model, rows)
        widest = max(widest, *(layer.room for layer in layers_of(session._cache)))
    assert widest <= 3 * LEAST


def test_a_model_that_keeps_another_state_is_refused_by_its_name() -> None:
    config = Qwen3NextConfig(
        vocab_size=97,
        hidden_size=32,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        linear_num_value_heads=2,
        linear_num_key_heads=1,
        linear_key_head_dim=16,
        linear_value_head_dim=16,
        num_experts=2,
        num_experts_per_tok=1,
        moe_intermediate_size=16,
        shared_expert_intermediate_size=16,
        layer_types=["linear_attention", "full_attention"],
    )
    model = wrap_loaded("hybrid", Qwen3NextForCausalLM(config), random_model("llama").tokenizer)
    with pytest.raises(OpenModelError, match=r"^Qwen3NextForCausalLM keeps another state than keys and values"):
        Session(model)


def test_a_prompt_that_is_empty_or_too_long_is_refused() -> None:
    model = random_model("llama")
    with pytest.raises(ValueError, match="a prompt without tokens gives nothing to go on from"):
        Session(model).prefill([[3], []])
    with pytest.raises(ValueError, match="are more than the context of llama"):
        Session(model).prefill([[3] * (CONTEXT + 1)])
