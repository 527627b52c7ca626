"""Read the length of a word from its hidden states: no text is generated.

inspect eval glassbox_example/longest_word --solver glassbox_example/word_probe -S layer=0.5
"""

import random
from functools import cache

import torch
from inspect_ai.model import get_model
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.harness.cli.arguments import AtLeastOne, checked
from glassbox.harness.lm import pool
from glassbox.harness.lm.identity import MODEL_HASH
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.opened import open_from
from glassbox.harness.lm.states import hidden_states
from glassbox.harness.plugins.card import Control, solver_card
from glassbox_example.words import LENGTHS, word

WORDS = "longest word"  # a kind of task of our own


@solver
@solver_card((WORDS,), model="open")
@checked
def word_probe(layer: int | float = 0.5, examples: AtLeastOne = 500) -> Solver:
    """Pick the word whose state at `layer` says that it is the longest.

    Args:
      layer: Depth as an index, or as a fraction of the model's layers.
      examples: Words of the train split to fit on.
    """
    return picking(layer, examples)


@solver
@solver_card((WORDS,), control=Control.LEXICAL, model="open")
@checked
def word_embeddings(examples: AtLeastOne = 500) -> Solver:
    """Control: the same probe on the last token's embedding, before any block has run.

    Args:
      examples: Words of the train split to fit on.
    """
    return picking(0, examples)


def picking(layer: int | float, examples: int) -> Solver:
    """Answer with the word that the probe takes for the longest, and leave on record how."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        model, words = open_from(get_model()), state.metadata["words"]
        lengths = states(model, words, model.layer(layer)) @ fitted(model, model.layer(layer), examples)
        state.output.completion = words[int(lengths.argmax())]
        state.output.metadata = {MODEL_HASH: model.hash}
        for name, value in {"layer": model.layer(layer), "examples": examples, "model_calls": 1}.items():
            state.store.set(name, value)
        return state

    return solve


@cache
def fitted(model: OpenModel, layer: int, examples: int) -> torch.Tensor:
    """Weights [hidden + 1] of a ridge regression from states to lengths, on words of the train split alone."""
    random_ = random.Random(0)
    words = [word(random_, random_.choice(LENGTHS), "train") for _ in range(examples)]
    seen = states(model, words, layer)
    wanted = torch.tensor([float(len(one)) for one in words])
    return torch.linalg.solve(seen.T @ seen + torch.eye(seen.shape[1]), seen.T @ wanted)


def states(model: OpenModel, words: list[str], layer: int) -> torch.Tensor:
    """State of each word's last token, and a one: [word, hidden + 1]."""
    batch = model.encode(words)
    last = pool.last(hidden_states(model, batch, [layer])[layer], batch.attention_mask)
    return torch.cat([last.float().cpu(), torch.ones(len(words), 1)], dim=1)
