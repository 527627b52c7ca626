"""When a row ends: at a stop id, at a stop string, or when its own budget is spent."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from transformers import StoppingCriteria

from glassbox.harness.lm.tokens import TextCodec


class RowStopping(StoppingCriteria):
    """Watches each row by itself and remembers how long it is and why it ended."""

    def __init__(
        self, codec: TextCodec, stop_ids: Sequence[int], stop: Sequence[str], budgets: Sequence[int], prompt_width: int
    ) -> None:
        self._codec, self._stop = codec, tuple(stop)
        self._budgets, self._prompt_width = budgets, prompt_width
        # The decoder fills ended rows with the pad id only if one of its criteria carries this name.
        self.eos_token_id = frozenset(stop_ids)
        # A stop string of n bytes lies within n tokens; some more keep its first token off the edge when decoding.
        self._window = max((len(text.encode()) for text in stop), default=0) + 4
        self.lengths: list[int | None] = [None] * len(budgets)
        self.stopped = [False] * len(budgets)
        self.forward_passes = 0

    def __call__(self, input_ids: torch.Tensor, scores: object, **_: object) -> torch.Tensor:
        """Which rows [batch] have ended, after one more token each."""
        self.forward_passes += 1
        generated = input_ids.shape[1] - self._prompt_width
        recent = input_ids[:, -min(self._window, generated) :].tolist()
        for row, tokens in enumerate(recent):
            if self.lengths[row] is None:
                self.stopped[row] = tokens[-1] in self.eos_token_id or self._says_stop(tokens)
                if self.stopped[row] or generated >= self._budgets[row]:
                    self.lengths[row] = generated
        return torch.tensor([length is not None for length in self.lengths], device=input_ids.device)

    def _says_stop(self, tokens: Sequence[int]) -> bool:
        if not self._stop:
            return False
        text = self._codec.decode(tokens)
        return any(stop in text for stop in self._stop)
