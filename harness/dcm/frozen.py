"""The frozen model as the search sees it: input embeddings in, logits of the last positions out, no weight gradient."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.positions import IGNORED, shifted_logits_and_targets

LOOK = 1024
"""Tokens embedded at once."""


class Frozen:
    """One open model, its weights out of reach of any gradient."""

    def __init__(self, model: OpenModel) -> None:
        """Freeze `model`.

        Raises:
          OpenModelError: The model reads more of a token than its embedding.
        """
        if model.embeddings_refused:
            raise OpenModelError(model.embeddings_refused)
        self.model = model
        model.model.requires_grad_(False)

    @cached_property
    def spread(self) -> torch.Tensor:
        """Mean and standard deviation over all entries of the embedding, as two numbers."""
        table = self.table.float()
        return torch.stack([table.mean(), table.std()])

    @cached_property
    def table(self) -> torch.Tensor:
        """Embedding of every token [vocabulary, hidden], as the model reads it.

        Some families scale what their table holds inside the embedding module (Gemma 3, XGLM, BioGPT): what a vector
        stands beside is the module's output, not the weight.
        """
        module: Any = self.model.model.get_input_embeddings()
        weight: torch.Tensor = module.weight.detach()
        ids = torch.arange(len(weight), device=weight.device)
        with torch.no_grad():
            if torch.equal(module(ids[:LOOK]), weight[:LOOK]):
                return weight
            return torch.cat([module(part) for part in torch.split(ids, LOOK)])

    @property
    def hidden(self) -> int:
        """Width of an input embedding."""
        return int(self.table.shape[1])

    def logits(self, inputs: torch.Tensor, keep: int) -> torch.Tensor:
        """Logits [row, keep, vocabulary] of the last `keep` positions of `inputs` [row, position, hidden].

        Rows start at position 0 and may be padded on the right, where causal attention never looks back from.
        """
        with self.model.lock:
            output = self.model.model(inputs_embeds=inputs.to(self.model.dtype), use_cache=False, logits_to_keep=keep)
            logits: torch.Tensor = output.logits[:, -keep:]
            return logits


def padded(rows: Sequence[Sequence[int]], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Target ids [row, position] padded on the right, and labels [row, 1 + position] with the prompt's last place.

    The labels stand at the tokens' own positions, as `glassbox.harness.lm.positions` wants them.
    """
    width = max(map(len, rows))
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    labels = torch.full((len(rows), width + 1), IGNORED)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = labels[index, 1 : 1 + len(row)] = torch.tensor(row)
    return ids.to(device), labels.to(device)


def token_losses(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of each labelled token, nats, 0 elsewhere: [row, position]; shifted once, by the one utility."""
    predicted, wanted = shifted_logits_and_targets(logits, labels)
    losses = cross_entropy(predicted.flatten(0, 1).float(), wanted.flatten(), ignore_index=IGNORED, reduction="none")
    return losses.view(wanted.shape)


def hits(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Where the argmax is the labelled token, or no token is labelled: bool [row, position]."""
    predicted, wanted = shifted_logits_and_targets(logits, labels)
    return (predicted.argmax(-1) == wanted) | (wanted == IGNORED)


def leads(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """By how much each labelled token's logit leads the best other one; infinite where none is labelled."""
    predicted, wanted = shifted_logits_and_targets(logits, labels)
    place = wanted.clamp(min=0).unsqueeze(-1)
    own = predicted.gather(-1, place).squeeze(-1)
    best_other = predicted.scatter(-1, place, float("-inf")).amax(-1)
    return (own - best_other).float().masked_fill(wanted == IGNORED, float("inf"))
