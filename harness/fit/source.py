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
    """Shared ground of both sources: one tokenizer and its numbers."""

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
        rows = [ids[:n] for ids, n in zip(batch.input_ids.tolist(), batch.lengths, strict=True)]
        return View(self._states(batch), batch.lengths, tuple(tuple(self._numbers.runs(row)) for row in rows))


class LayerSource(TokenSource):
    """States of one layer; blocks above it do not run."""

    def __init__(self, model: OpenModel, layer: int) -> None:
        super().__init__(model)
        self.layer = layer
        self.address = f"{model.hash}/layer{layer}"
        self.width = model.hidden_size

    def _states(self, batch: Batch) -> torch.Tensor:
        return hidden_states(self.model, batch, [self.layer])[self.layer]


class BagSource(TokenSource):
    """Token ids as one-hot features, hashed to 1,024 where the vocabulary is larger: no model, no order."""

    def __init__(self, model: OpenModel) -> None:
        super().__init__(model)
        self.address = f"{model.hash}/bag"
        self.width = min(BAG_FEATURES, len(model.tokenizer))

    def _states(self, batch: Batch) -> torch.Tensor:
        return torch.nn.functional.one_hot(batch.input_ids % self.width, self.width).float()


def unpad(seen: View) -> list[Seen]:
    """The rows of a view, each with its own length."""
    rows = zip(seen.states, seen.lengths, seen.numbers, strict=True)
    return [Seen(states[:length].clone(), numbers) for states, length, numbers in rows]


def collate(rows: Sequence[Seen]) -> View:
    """Rows back into one padded view."""
    states = torch.nn.utils.rnn.pad_sequence([row.states for row in rows], batch_first=True)
    return View(states, tuple(len(row.states) for row in rows), tuple(row.runs for row in rows))
