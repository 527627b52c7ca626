"""The detectors catch a double-shifted loss, an unshifted loss and a pad-pooled feature, and pass the right ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from open_models import ALL, RANDOM, named, random_model
from torch.nn.functional import cross_entropy

from glassbox.harness.lm import pool
from glassbox.harness.lm.conformance import (
    FeatureFunction,
    LossFunction,
    diagnose_label_alignment,
    diagnose_pooling,
)
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.positions import IGNORED, causal_loss, labels_for
from glassbox.harness.lm.states import hidden_states
from glassbox.harness.lm.tokens import Batch

Shared = Callable[[str], Path]


def labels_shifted_inside(model: Any, ids: torch.Tensor, start: int) -> torch.Tensor:
    loss: torch.Tensor = model(input_ids=ids, labels=labels_for(ids, start)).loss
    return loss


def own_shift(model: Any, ids: torch.Tensor, start: int) -> torch.Tensor:
    return causal_loss(model(input_ids=ids).logits, labels_for(ids, start))


def by_embeddings_after_soft_prompts(model: Any, ids: torch.Tensor, start: int) -> torch.Tensor:
    """Soft prompts in front, as in seed 001: labels from the end of the prompt, shifted inside."""
    target = model.get_input_embeddings()(ids)
    soft = torch.zeros(1, 3, target.shape[-1])
    labels = torch.cat([torch.full((1, 3), IGNORED), labels_for(ids, start)], dim=1)
    loss: torch.Tensor = model(inputs_embeds=torch.cat([soft, target], dim=1), labels=labels).loss
    return loss


def summed_with_smoothing(model: Any, ids: torch.Tensor, start: int) -> torch.Tensor:
    logits = model(input_ids=ids).logits[:, start - 1 : -1]
    return cross_entropy(logits.flatten(0, 1), ids[:, start:].flatten(), reduction="sum", label_smoothing=0.1)


def labels_begin_one_early_and_shift_inside(model: Any, ids: torch.Tensor, start: int) -> torch.Tensor:
    """The decisive bug of FACTS 001."""
    labels = torch.full_like(ids, IGNORED)
    labels[:, start - 1 : -1] = ids[:, start:]
    loss: torch.Tensor = model(input_ids=ids, labels=labels).loss
    return loss


def shifted_by_hand_and_inside(model: Any, ids: torch.Tensor, start: int) -> torch.Tensor:
    labels = labels_for(ids, start)
    rolled = torch.cat([labels[:, 1:], torch.full((1, 1), IGNORED)], dim=1)
    loss: torch.Tensor = model(input_ids=ids, labels=rolled).loss
    return loss


def never_shifted(model: Any, ids: torch.Tensor, start: int) -> torch.Tensor:
    """The bug of FACTS 003: the loss rewards copying the input."""
    labels = labels_for(ids, start)
    return cross_entropy(model(input_ids=ids).logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED)


def first_answer_token_dropped(model: Any, ids: torch.Tensor, start: int) -> torch.Tensor:
    return own_shift(model, ids, start + 1)


def stop_token_dropped(model: Any, ids: torch.Tensor, start: int) -> torch.Tensor:
    return own_shift(model, ids[:, :-1], start)


def prompt_scored_too(model: Any, ids: torch.Tensor, start: int) -> torch.Tensor:
    return own_shift(model, ids, 1)


RIGHT: list[LossFunction] = [
    labels_shifted_inside,
    own_shift,
    by_embeddings_after_soft_prompts,
    summed_with_smoothing,
]
TWICE: list[LossFunction] = [labels_begin_one_early_and_shift_inside, shifted_by_hand_and_inside]


@pytest.mark.parametrize("loss", RIGHT)
@pytest.mark.parametrize("architecture", ALL)
def test_a_right_loss_passes(architecture: str, loss: LossFunction, shared_models: Shared) -> None:
    found = diagnose_label_alignment(loss, named(architecture, shared_models), tokens=12, answer_start=7)
    assert found.verdict == "aligned"
    assert found.taught == {6: 7, 7: 8, 8: 9, 9: 10, 10: 11}
    assert (found.left_out, found.extra) == ((), ())


@pytest.mark.parametrize("loss", TWICE)
@pytest.mark.parametrize("architecture", ALL)
def test_a_double_shifted_loss_is_detected(architecture: str, loss: LossFunction, shared_models: Shared) -> None:
    found = diagnose_label_alignment(loss, named(architecture, shared_models), tokens=12, answer_start=7)
    assert found.verdict == "double_shifted"
    assert found.taught == {5: 7, 6: 8, 7: 9, 8: 10, 9: 11}


@pytest.mark.parametrize("architecture", ALL)
def test_an_unshifted_loss_is_detected(architecture: str, shared_models: Shared) -> None:
    found = diagnose_label_alignment(never_shifted, named(architecture, shared_models), tokens=12, answer_start=7)
    assert found.verdict == "unshifted"
    assert found.taught == {7: 7, 8: 8, 9: 9, 10: 10, 11: 11}


@pytest.mark.parametrize(
    ("loss", "left_out", "extra"),
    [
        (first_answer_token_dropped, (7,), ()),
        (prompt_scored_too, (), (1, 2, 3, 4, 5, 6)),
    ],
)
def test_a_loss_over_the_wrong_tokens_is_detected(
    loss: LossFunction, left_out: tuple[int, ...], extra: tuple[int, ...]
) -> None:
    found = diagnose_label_alignment(loss, random_model("llama"), tokens=12, answer_start=7)
    assert (found.verdict, found.left_out, found.extra) == ("misplaced", left_out, extra)


def test_a_loss_that_drops_the_stop_token_is_not_called_aligned() -> None:
    assert diagnose_label_alignment(stop_token_dropped, random_model("gpt2")).verdict != "aligned"


def test_the_verdict_is_not_moved_by_weights_or_length() -> None:
    for architecture in RANDOM:
        for tokens, start in ((5, 1), (5, 4), (30, 20)):
            model = random_model(architecture)
            assert diagnose_label_alignment(own_shift, model, tokens=tokens, answer_start=start).verdict == "aligned"


def test_a_loss_without_its_graph_is_refused() -> None:
    def detached(model: Any, ids: torch.Tensor, start: int) -> torch.Tensor:
        return own_shift(model, ids, start).detach()

    with pytest.raises(ValueError, match=r"return the tensor itself, before \.item\(\)"):
        diagnose_label_alignment(detached, random_model("llama"))


def feature_of(
    model: OpenModel, pooled: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], layer: int = 3
) -> FeatureFunction:
    def feature(ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        batch = Batch(ids, mask, tuple(mask.sum(dim=1).tolist()))
        return pooled(hidden_states(model, batch, [layer])[layer], mask)

    return feature


def last_column(states: torch.Tensor, _mask: torch.Tensor) -> torch.Tensor:
    """The bug of FACTS 000: position -1 of right-padded rows."""
    return states[:, -1]


def mean_of_everything(states: torch.Tensor, _mask: torch.Tensor) -> torch.Tensor:
    return states.mean(dim=1)


def mean_over_the_padded_width(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return (states * mask.unsqueeze(-1)).sum(dim=1) / mask.shape[1]


def max_of_everything(states: torch.Tensor, _mask: torch.Tensor) -> torch.Tensor:
    return states.amax(dim=1)


def first_three_tokens(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return torch.cat([pool.position(states, mask, [at] * len(states)) for at in range(3)], dim=1)


@pytest.mark.parametrize("pooled", [pool.last, pool.mean, first_three_tokens])
@pytest.mark.parametrize("architecture", ALL)
def test_a_feature_of_real_tokens_passes(
    architecture: str, pooled: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], shared_models: Shared
) -> None:
    model = named(architecture, shared_models)
    assert diagnose_pooling(feature_of(model, pooled), vocabulary=model.model.config.vocab_size) == "clean"


@pytest.mark.parametrize("pooled", [last_column, mean_of_everything, mean_over_the_padded_width, max_of_everything])
@pytest.mark.parametrize("architecture", ALL)
def test_a_feature_that_holds_padding_is_detected(
    architecture: str, pooled: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], shared_models: Shared
) -> None:
    model = named(architecture, shared_models)
    found = diagnose_pooling(feature_of(model, pooled), vocabulary=model.model.config.vocab_size)
    assert found == "padding_pooled"


def test_a_model_that_attends_to_padding_is_detected() -> None:
    model = random_model("llama")

    def maskless(ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            return pool.last(model.decoder(input_ids=ids)[0], mask)

    assert diagnose_pooling(maskless, vocabulary=97) == "padding_pooled"


def test_positions_that_count_padding_are_told_from_pooled_padding() -> None:
    model = random_model("gpt2")

    def no_position_ids(ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            return pool.last(model.decoder(input_ids=ids, attention_mask=mask)[0], mask)

    assert diagnose_pooling(no_position_ids, vocabulary=97) == "positions_shifted"
