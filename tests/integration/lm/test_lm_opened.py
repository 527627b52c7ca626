"""Solvers that work inside a model get it from `open/` and from inspect's own `hf/`, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
import torch
from inspect_ai.model import get_model

from glassbox.harness.lm.errors import CannotOpen
from glassbox.harness.lm.opened import open_from
from glassbox.harness.lm.provider import OpenAPI
from glassbox.harness.lm.states import hidden_states
from glassbox.harness.plugins.card import ARITHMETIC

Shared = Callable[[str], Path]
torch.set_num_threads(1)


def test_the_open_provider_gives_its_own_model(shared_models: Shared) -> None:
    model = get_model(f"open/{shared_models('stories260K')}")
    assert isinstance(model.api, OpenAPI)
    assert open_from(model) is model.api.open


def test_the_hf_provider_gives_the_weights_it_has_loaded_with_the_same_states_and_address(
    shared_models: Shared,
) -> None:
    folder = str(shared_models("stories260K"))
    hf = get_model(f"hf/{folder}", device="cpu", memoize=False)
    theirs, mine = open_from(hf), open_from(get_model(f"open/{folder}", device="cpu"))
    assert theirs.model is getattr(hf.api, "model")  # noqa: B009 - not on the type
    assert open_from(hf) is theirs
    assert theirs.hash == mine.hash
    texts = ["Once upon a time", "Lily and her mom went"]
    for layer in range(6):
        a = hidden_states(theirs, theirs.encode(texts, side="left"), [layer])[layer]
        b = hidden_states(mine, mine.encode(texts, side="left"), [layer])[layer]
        assert torch.equal(a, b)


def test_reading_states_does_not_disturb_generation_by_the_hf_provider(shared_models: Shared) -> None:
    hf = get_model(f"hf/{shared_models('stories260K')}", device="cpu", do_sample=False, memoize=False)
    hf.config.max_tokens = 8
    before = anyio.run(hf.generate, "Lily").completion
    opened = open_from(hf)
    hidden_states(opened, opened.encode(["Lily", "Tom went home"]), [2])
    assert anyio.run(hf.generate, "Lily").completion == before


def test_a_model_that_gives_text_only_is_named_with_the_solvers_that_do_work() -> None:
    model = get_model("mockllm/model")
    with pytest.raises(CannotOpen) as caught:
        open_from(model, ARITHMETIC)
    assert str(caught.value) == (
        "mockllm/model gives text only, and this solver works inside the model: use open/ or hf/; "
        "solvers that work with it: direct, gold, null, regex_only, regex_pipeline"
    )


def test_a_closed_hf_model_cannot_be_opened(shared_models: Shared) -> None:
    hf = get_model(f"hf/{shared_models('stories260K')}", device="cpu", memoize=False)
    hf.api.close()
    with pytest.raises(CannotOpen, match="gives text only"):
        open_from(hf)
