"""Sampling: the right distribution, each row its own stream, no global generator touched."""

from __future__ import annotations

import pytest
import torch

from glassbox.harness.lm.sampling import Sampling, drawn, generator_of, nucleus
from glassbox.harness.lm.seeds import row_seeds

CPU = torch.device("cpu")
LOGITS = torch.tensor([2.0, 1.0, 0.0, -1.0, -3.0])


def frequencies(sampling: Sampling, draws: int = 20_000) -> torch.Tensor:
    generators = [generator_of(seed, CPU) for seed in row_seeds(5, draws)]
    found = drawn(LOGITS.repeat(draws, 1), sampling, generators).argmax(dim=-1)
    return torch.bincount(found, minlength=5) / draws


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_draws_follow_the_softmax_at_the_temperature(temperature: float) -> None:
    """20,000 draws: four standard errors are below 0.015."""
    expected = (LOGITS / temperature).softmax(dim=-1)
    assert (frequencies(Sampling(temperature)) - expected).abs().max() < 0.015


def test_draws_follow_the_softmax_along_one_row_too() -> None:
    own = [generator_of(9, CPU)]
    found = torch.stack([drawn(LOGITS.unsqueeze(0), Sampling(1.0), own).argmax() for _ in range(5_000)])
    assert (torch.bincount(found, minlength=5) / 5_000 - LOGITS.softmax(dim=-1)).abs().max() < 0.03


def test_the_nucleus_is_the_smallest_set_of_that_mass() -> None:
    kept = [int(nucleus(LOGITS.unsqueeze(0), top_p).isfinite().sum()) for top_p in (0.01, 0.6, 0.7, 0.88, 0.999, 1.0)]
    assert kept == [1, 1, 2, 3, 5, 5]


def test_nothing_outside_the_nucleus_is_drawn() -> None:
    found = frequencies(Sampling(1.0, top_p=0.7), draws=4_000)
    assert found[2:].sum() == 0
    assert found[0] == pytest.approx(float(LOGITS[:2].softmax(dim=-1)[0]), abs=0.03)


def test_one_seed_for_all_gives_every_row_its_own() -> None:
    assert row_seeds(7, 3)[0] == 7
    assert len(set(row_seeds(7, 500)) | set(row_seeds(8, 500))) == 1_000
    assert row_seeds([4, 4], 2) == [4, 4]
    assert row_seeds(None, 2) != row_seeds(None, 2)


def test_seeds_must_be_one_a_prompt() -> None:
    with pytest.raises(ValueError, match="2 seeds are given for 3 prompts"):
        row_seeds([1, 2], 3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"temperature": -1.0}, "temperature -1.0 is negative"),
        ({"temperature": 1.0, "top_p": 0.0}, "top_p 0.0 is not in"),
        ({"temperature": 1.0, "top_p": 1.2}, "top_p 1.2 is not in"),
        ({"temperature": 0.0, "top_p": 0.9}, "has no effect at temperature 0"),
    ],
)
def test_settings_out_of_range_or_without_effect_are_refused(settings: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Sampling(**settings)
