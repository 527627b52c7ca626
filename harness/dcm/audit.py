"""The run's own audit of its loss: what it teaches is read from its gradient before any vector is searched.

A loss whose labels are shifted twice falls like any other and decodes to nothing; see seed 001 and its origin.
"""

from __future__ import annotations

from typing import Any

import torch

from glassbox.harness.dcm.frozen import Frozen, token_losses
from glassbox.harness.dcm.search import LossRule
from glassbox.harness.lm.conformance import LabelAlignment, diagnose_label_alignment


class MisalignedLoss(ValueError):
    """The loss teaches other tokens than the targets'; the message holds the diagnosis."""


def audit(frozen: Frozen, loss: LossRule = token_losses) -> LabelAlignment:
    """Check that `loss` teaches each target token at the position before it, first token and stop token included.

    Raises:
      MisalignedLoss: It does not.
    """
    model = frozen.model
    width = min(12, model.context or 12)
    prompt = width // 2

    def as_searched(hugging_face: Any, ids: torch.Tensor, answer_start: int) -> torch.Tensor:
        inputs = model.embed(ids)
        keep = ids.shape[1] - answer_start + 1
        logits = hugging_face(inputs_embeds=inputs, use_cache=False, logits_to_keep=keep).logits
        labels = ids[:, -keep:].clone()
        labels[:, 0] = -100
        return loss(logits, labels).sum()

    found = diagnose_label_alignment(as_searched, model, tokens=width, answer_start=prompt)
    if found.verdict != "aligned":
        at, taught = next(iter(found.taught.items()), (None, None))
        raise MisalignedLoss(
            f"the loss is {found.verdict}: position {at} is taught token {taught}; "
            "shift once, with glassbox.harness.lm.positions.shifted_logits_and_targets"
        )
    return found
