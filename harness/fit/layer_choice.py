"""`layer=auto`: choose the layer on held-back fit examples, never on test items.

A short fit on the states of every layer gives its validation accuracy; the
shallowest within one point of the best wins, because every block saved is latency saved.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import torch
from pydantic import JsonValue

from glassbox.harness.cli.progress import Tick
from glassbox.harness.data.problem import Problem
from glassbox.harness.fit.artefacts import ArtefactStore
from glassbox.harness.fit.config import SHAPES, HeadConfig
from glassbox.harness.fit.source import Layers
from glassbox.harness.fit.training import encode_layers, fit_examples
from glassbox.harness.lm.model import OpenModel

TRIAL_EXAMPLES = 2000
TRIAL_EPOCHS = 4
MARGIN = 0.01
MEMORY = 4 << 30
"""Bytes of states that are held at once."""

logger = logging.getLogger(__name__)


def choose_layer(
    model: OpenModel,
    prompts: Sequence[str],
    problems: Sequence[Problem],
    config: HeadConfig,
    store: ArtefactStore,
    data: str,
    tick: Tick,
) -> int:
    """The chosen layer's index; the trial's figures are kept as an artefact and reused."""

    def measure() -> tuple[dict[str, torch.Tensor], dict[str, float]]:
        figures = layer_figures(model, prompts[:TRIAL_EXAMPLES], problems[:TRIAL_EXAMPLES], config, tick)
        return {"accuracy": torch.tensor(list(figures.values()))}, {str(k): v for k, v in figures.items()}

    trial = config.model_copy(update={"layer": 0}).model_dump(mode="json")
    inputs: dict[str, JsonValue] = {"layer_choice": trial, "source": model.hash, "data": data}
    _, _, card = store.load_or_make(inputs, measure, logger.warning)
    figures = {int(layer): accuracy for layer, accuracy in card.metrics.items()}
    best = max(figures.values())
    return min(layer for layer, accuracy in figures.items() if accuracy >= best - MARGIN)


def layer_figures(
    model: OpenModel, prompts: Sequence[str], problems: Sequence[Problem], config: HeadConfig, tick: Tick
) -> dict[int, float]:
    """Validation accuracy of whole programs at every layer, from a short fit each."""
    figures: dict[int, float] = {}
    trial = config.model_copy(update={"epochs": TRIAL_EPOCHS, "reward_epochs": 0})
    layers = list(range(len(model.blocks) + 1))
    together = layers_at_once(model, prompts)
    for start in range(0, len(layers), together):
        part = Layers(model, layers[start : start + together])
        for layer, examples in encode_layers(part, prompts, problems, SHAPES[config.shape], tick).items():
            figures[layer] = fit_examples(model.hidden_size, examples, trial, _silent).metrics["validation_program"]
            tick("choosing the layer", layer + 1, len(layers))
    return figures


def layers_at_once(model: OpenModel, prompts: Sequence[str]) -> int:
    """Of how many layers the states of all prompts fit into memory, by the tokens of the first few."""
    some = model.encode(prompts[:64]).lengths
    tokens = len(prompts) * sum(some) / len(some)
    return max(1, int(MEMORY / (4 * tokens * model.hidden_size)))


def _silent(stage: str, done: int, total: int) -> None:
    """The stages inside one trial are not shown."""
