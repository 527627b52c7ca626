"""Where a head's states come from: a layer of an open model, or, as a lexical floor, the bare token ids."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import torch

from glassbox.harness.fit.numbers import NumberFinder, Run
from glassbox.harness.fit.reading import View
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.states import hidden_states
from glassbox.harness.lm.tokens import Batch

BAG_FEATURES = 1024
FIRST = 1
"""The first position that is read."""


@dataclass(frozen=True, eq=False)
class Seen:
    """One prompt without padding: states [position, hidden] and its numbers."""

    states: torch.Tensor
    runs: tuple[Run, ...]


class Source(Protocol):
    """Gives states for prompts; `address` names it in artefacts, `width` is the size of a state."""

    address: str
    width: int

    def view(self, prompts: Sequence[str]) -> View:
        """A padded batch, ready for a head."""


class TokenSource(ABC):
    """Shared ground of both sources: one tokenizer and its numbers.

    A prompt's first position is left out by every source, for methods and controls alike. In models of real size it is
    where attention goes when it looks at nothing: its state is the same for every prompt and 150 times the length of
    the others (24,800 against 165 at layer 15 of SmolLM2-135M), and would govern every mean, spread and first step of
    a fit. It holds a mark of the tokenizer or a word that begins every prompt; a number there is not read.
    """

    def __init__(self, model: OpenModel) -> None:
        self.model = model

    @cached_property
    def _numbers(self) -> NumberFinder:
        return NumberFinder(self.model.tokenizer)

    @abstractmethod
    def _states(self, batch: Batch) -> torch.Tensor:
        """States [batch, position, width] of a token batch."""

    def view(self, prompts: Sequence[str]) -> View:
        """A padded batch, ready for a head."""
        batch = self.model.encode(prompts)
        return seen_by(self._states(batch), batch, self._numbers)


def seen_by(states: torch.Tensor, batch: Batch, numbers: NumberFinder) -> View:
    """A view of states [batch, position, width] from the second position on.

    Raises:
      ValueError: A prompt is a single token.
    """
    if min(batch.lengths) <= FIRST:
        raise ValueError("a prompt of one token holds nothing to read; give at least two")
    rows = [ids[FIRST:n] for ids, n in zip(batch.input_ids.tolist(), batch.lengths, strict=True)]
    found = tuple(tuple(numbers.runs(row)) for row in rows)
    return View(states[:, FIRST:], tuple(length - FIRST for length in batch.lengths), found)


class LayerSource(TokenSource):
    """States of one layer; blocks above it do not run."""

    def __init__(self, model: OpenModel, layer: int) -> None:
        super().__init__(model)
        self.layer = layer
        self.address = f"{model.hash}/layer{layer}/from{FIRST}"
        self.width = model.hidden_size

    def _states(self, batch: Batch) -> torch.Tensor:
        return hidden_states(self.model, batch, [self.layer])[self.layer]


class BagSource(TokenSource):
    """Token ids as one-hot features, hashed to 1,024 where the vocabulary is larger: no model, no order."""

    def __init__(self, model: OpenModel) -> None:
        super().__init__(model)
        self.address = f"{model.hash}/bag/from{FIRST}"
        self.width = min(BAG_FEATURES, len(model.tokenizer))

    def _states(self, batch: Batch) -> torch.Tensor:
        return torch.nn.functional.one_hot(batch.input_ids % self.width, self.width).float()


class Layers:
    """Several layers of the same prompts, from one pass over each."""

    def __init__(self, model: OpenModel, layers: Sequence[int]) -> None:
        self.model, self.layers = model, tuple(layers)
        self._numbers = NumberFinder(model.tokenizer)

    def views(self, prompts: Sequence[str]) -> dict[int, View]:
        """A padded batch for each layer."""
        batch = self.model.encode(prompts)
        found = hidden_states(self.model, batch, self.layers)
        return {layer: seen_by(states, batch, self._numbers) for layer, states in found.items()}


def unpad(seen: View) -> list[Seen]:
    """The rows of a view, each with its own length."""
    rows = zip(seen.states, seen.lengths, seen.numbers, strict=True)
    return [Seen(states[:length].clone(), numbers) for states, length, numbers in rows]


def collate(rows: Sequence[Seen]) -> View:
    """Rows back into one padded view."""
    states = torch.nn.utils.rnn.pad_sequence([row.states for row in rows], batch_first=True)
    return View(states, tuple(len(row.states) for row in rows), tuple(row.runs for row in rows))
