"""Hidden states: the same as Hugging Face's, no deeper than asked, untouched by padding."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from open_models import ALL, CONTEXT, RANDOM, named, random_model, rows_of
from torch import nn

from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.states import hidden_states
from glassbox.harness.lm.tokens import Batch, Side, pad

Shared = Callable[[str], Path]
LENGTHS = ((1, 9), (3, 4, 5), (17, 2, 11, 17), (6,))


@contextmanager
def count_runs(modules: Sequence[nn.Module]) -> Iterator[dict[nn.Module, int]]:
    """How often each module's forward is completed."""
    runs = dict.fromkeys(modules, 0)

    def count(module: nn.Module, _args: object, _output: object) -> None:
        runs[module] += 1

    hooks = [module.register_forward_hook(count) for module in modules]
    yield runs
    for hook in hooks:
        hook.remove()


def all_layers(model: OpenModel) -> range:
    return range(len(model.blocks) + 1)


def reference(model: OpenModel, batch: Batch) -> tuple[torch.Tensor, ...]:
    with torch.no_grad():
        output = model.model(
            input_ids=batch.input_ids,
            attention_mask=batch.attention_mask,
            position_ids=batch.position_ids,
            output_hidden_states=True,
            use_cache=False,
        )
    states: tuple[torch.Tensor, ...] = output.hidden_states
    return states


def real_states(states: torch.Tensor, batch: Batch) -> list[torch.Tensor]:
    return [row[mask.bool()] for row, mask in zip(states, batch.attention_mask, strict=True)]


@pytest.mark.parametrize("architecture", ALL)
def test_every_layer_equals_what_hugging_face_reports(architecture: str, shared_models: Shared) -> None:
    model = named(architecture, shared_models)
    batch = pad(rows_of(model, (9, 9)), 0)
    expected = reference(model, batch)
    assert len(expected) == len(model.blocks) + 1
    for layer in all_layers(model):
        alone = hidden_states(model, batch, [layer])
        assert list(alone) == [layer]
        torch.testing.assert_close(alone[layer], expected[layer], atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("architecture", RANDOM)
def test_several_layers_come_from_one_forward(architecture: str) -> None:
    model = random_model(architecture)
    batch = pad(rows_of(model, (7, 5)), 0)
    together = hidden_states(model, batch, [4, 0, 2, 0.5])
    assert list(together) == [0, 2, 4]
    for layer, states in together.items():
        assert torch.equal(states, hidden_states(model, batch, [layer])[layer])


@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("architecture", ALL)
def test_batched_equals_unbatched_under_padding(
    architecture: str, side: Side, lengths: tuple[int, ...], shared_models: Shared
) -> None:
    model = named(architecture, shared_models)
    rows = rows_of(model, lengths)
    batch = pad(rows, 0, side)
    together = hidden_states(model, batch, all_layers(model))
    for layer, states in together.items():
        padded = real_states(states, batch)
        for row, mine in zip(rows, padded, strict=True):
            alone = hidden_states(model, pad([row], 0), [layer])[layer][0]
            torch.testing.assert_close(mine, alone, atol=5e-5, rtol=1e-5)  # float32 rounding of other shapes


@pytest.mark.parametrize("architecture", RANDOM)
def test_the_content_of_padding_reaches_no_real_token(architecture: str) -> None:
    model = random_model(architecture)
    rows = rows_of(model, (3, 12))
    for side in ("left", "right"):
        one, other = pad(rows, 0, side), pad(rows, 50, side)
        a, b = (hidden_states(model, batch, [3])[3] for batch in (one, other))
        assert not torch.equal(one.input_ids, other.input_ids)
        for mine, theirs in zip(real_states(a, one), real_states(b, other), strict=True):
            torch.testing.assert_close(mine, theirs, atol=1e-5, rtol=1e-5)


def test_without_position_ids_left_padding_would_change_a_model_of_learned_positions() -> None:
    """The test above can fail: what it guards against moves these states a thousand times further than 1e-5."""
    model = random_model("gpt2")
    row = rows_of(model, (5,))[0]
    batch = pad([row, row * 3], 0, "left")
    with torch.no_grad():
        careless = model.decoder(input_ids=batch.input_ids, attention_mask=batch.attention_mask)[0]
    alone = hidden_states(model, pad([row], 0), [4])[4][0]
    assert (careless[0][-5:] - alone).abs().max() > 1e-2


@pytest.mark.parametrize("architecture", RANDOM)
@pytest.mark.parametrize("layer", [0, 1, 3, 4])
def test_no_block_after_the_layer_runs_nor_norm_nor_head(architecture: str, layer: int) -> None:
    model = random_model(architecture)
    head = model.model.get_output_embeddings()  # type: ignore[no-untyped-call]
    last_block = model.blocks[-1]
    modules = list(model.decoder.children())
    norm = modules[[last_block in list(module.modules()) for module in modules].index(True) + 1]
    with count_runs([*model.blocks, norm, head]) as runs:
        hidden_states(model, pad(rows_of(model, (4, 6)), 0), [layer])
    *blocks, norm_runs, head_runs = runs.values()
    assert blocks == [1] * layer + [0] * (4 - layer)
    assert norm_runs == (1 if layer == 4 else 0)
    assert head_runs == 0


@pytest.mark.parametrize("architecture", RANDOM)
def test_an_early_exit_leaves_the_model_as_it_was(architecture: str) -> None:
    model = random_model(architecture)
    batch = pad(rows_of(model, (8,)), 0)
    before = reference(model, batch)
    hooks = [len(block._forward_pre_hooks) for block in model.blocks]
    config = model.model.config.to_dict()
    hidden_states(model, batch, [2])
    assert [len(block._forward_pre_hooks) for block in model.blocks] == hooks
    assert model.model.config.to_dict() == config
    for mine, theirs in zip(reference(model, batch), before, strict=True):
        assert torch.equal(mine, theirs)


def test_a_forward_that_fails_leaves_no_hook_behind() -> None:
    model = random_model("gpt2")
    with pytest.raises(IndexError):
        hidden_states(model, pad([[5, 10_000]], 0), [2])
    assert [len(block._forward_pre_hooks) for block in model.blocks] == [0, 0, 0, 0]


def test_a_full_forward_in_another_thread_is_not_cut_short() -> None:
    """Another thread, which does not take the lock, runs the model while this one is between its blocks."""
    model = random_model("qwen2")
    batch = pad(rows_of(model, (6, 9)), 0)
    expected = reference(model, batch)
    found: list[tuple[torch.Tensor, ...]] = []
    main = threading.get_ident()

    def interrupt(_block: nn.Module, _args: object, _output: object) -> None:
        if threading.get_ident() == main:
            other = threading.Thread(target=lambda: found.append(reference(model, batch)))
            other.start()
            other.join()

    hook = model.blocks[0].register_forward_hook(interrupt)
    states = hidden_states(model, batch, [1, 2])
    hook.remove()
    assert len(found) == 1, "the other forward ran to its end"
    for mine, theirs in zip(found[0], expected, strict=True):
        assert torch.equal(mine, theirs)
    torch.testing.assert_close(states[2], expected[2])


def test_threads_that_ask_for_different_layers_get_their_own() -> None:
    model = random_model("llama")
    batch = pad(rows_of(model, (6, 9)), 0)
    expected = reference(model, batch)
    right: list[bool] = []

    def read(layer: int) -> None:
        for _ in range(20):
            right.append(torch.allclose(hidden_states(model, batch, [layer])[layer], expected[layer], atol=1e-5))

    threads = [threading.Thread(target=read, args=(layer,)) for layer in (0, 1, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert right == [True] * 80


def test_states_can_be_trained_on() -> None:
    model = random_model("llama")
    states = hidden_states(model, pad(rows_of(model, (5, 5)), 0), [2, 4])
    head = nn.Linear(32, 1)
    (head(states[2]).sum() + head(states[4]).sum()).backward()
    assert head.weight.grad is not None
    assert head.weight.grad.abs().sum() > 0
    assert not states[2].requires_grad


def test_a_row_longer_than_the_context_is_refused() -> None:
    model = random_model("gpt2")
    with pytest.raises(ValueError, match=rf"^{CONTEXT + 1} tokens are more than the context of gpt2 \({CONTEXT}\)"):
        hidden_states(model, pad(rows_of(model, (CONTEXT + 1,)), 0), [1])


@pytest.mark.parametrize(("layers", "message"), [([5], r"layer 5 is outside"), ([], r"no layer is asked for")])
def test_layers_that_do_not_exist_are_refused(layers: list[int], message: str) -> None:
    model = random_model("llama")
    with pytest.raises(ValueError, match=message):
        hidden_states(model, pad([[4]], 0), layers)


def test_bfloat16_weights_give_bfloat16_states(shared_models: Shared) -> None:
    from glassbox.harness.lm.load import open_model

    folder = str(shared_models("stories260K"))
    low, full = open_model(folder, device="cpu", dtype="bfloat16"), open_model(folder, device="cpu")
    batch = full.encode(["Once upon a time there was"])
    mine, exact = hidden_states(low, batch, [3])[3], hidden_states(full, batch, [3])[3]
    assert mine.dtype == torch.bfloat16
    cosine = torch.cosine_similarity(mine.float().flatten(), exact.flatten(), dim=0)
    assert cosine > 0.999
