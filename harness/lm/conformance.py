"""Detectors for the mistakes that void a measurement: a loss shifted twice or not at all, a feature that holds padding.

    diagnose_label_alignment(my_loss, model).verdict   # "aligned"
    diagnose_pooling(my_feature)                       # "clean"

They test code from elsewhere as a black box, by what it does. What they do not see: a loss that is right on plain token
rows and wrong only on other inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import torch

from glassbox.harness.lm.model import OpenModel

Alignment = Literal["aligned", "double_shifted", "unshifted", "misplaced", "mixed"]
PoolingFault = Literal["clean", "padding_pooled", "positions_shifted"]

LossFunction = Callable[[Any, torch.Tensor, int], torch.Tensor]
"""(Hugging Face model, input_ids [1, position], answer_start) -> scalar loss with its graph."""

FeatureFunction = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""(input_ids, attention_mask), both [batch, position] -> features [batch, ...]."""


@dataclass(frozen=True)
class LabelAlignment:
    """What a loss teaches the model to predict.

    Attributes:
      verdict: `aligned`: logits at t are taught token t+1, for exactly the answer's tokens. `double_shifted`: token
        t+2. `unshifted`: token t, a copy of the input. `misplaced`: token t+1, but answer tokens are left out or others
        are scored. `mixed`: none of these throughout.
      taught: For each scored logit position of the row, the position of the token it is taught.
      left_out: Answer tokens that are taught nowhere.
      extra: Tokens outside the answer that are taught.
    """

    verdict: Alignment
    taught: dict[int, int | None]
    left_out: tuple[int, ...]
    extra: tuple[int, ...]


def diagnose_label_alignment(
    loss: LossFunction, model: OpenModel, *, tokens: int = 12, answer_start: int = 7
) -> LabelAlignment:
    """Say what `loss` teaches, read from its gradient.

    The gradient of a likelihood loss with respect to the logits is softmax minus target: at each scored position the
    token with the most negative entry is the one taught. The probe row holds no token twice, so it can be named.

    Args:
      loss: The loss under test; it calls the model itself.
      model: Any open model; its weights do not matter.
      tokens: Length of the probe row.
      answer_start: Where its answer starts.

    Raises:
      ValueError: The loss has no gradient at the model's logits.
    """
    head = model.model.get_output_embeddings()  # type: ignore[no-untyped-call]
    weight = model.model.get_input_embeddings().weight
    if head is None or not isinstance(weight, torch.Tensor):
        raise ValueError(f"{model.name} has no LM head to watch; use another model for the test")
    shuffled = torch.randperm(len(weight), generator=torch.Generator().manual_seed(0))
    row = shuffled[:tokens].to(model.device)
    seen: list[torch.Tensor] = []

    def watch(_module: object, _args: object, output: torch.Tensor) -> torch.Tensor:
        seen.append(output.detach().requires_grad_())
        return seen[-1]

    with model.lock, torch.enable_grad():
        hook = head.register_forward_hook(watch)
        try:
            value = loss(model.model, row.unsqueeze(0), answer_start)
        finally:
            hook.remove()
        grads = _gradients(value, seen)
    return _judge(_taught(grads, row), tokens, answer_start)


def _gradients(value: torch.Tensor, logits: list[torch.Tensor]) -> list[torch.Tensor]:
    found: tuple[torch.Tensor | None, ...] = ()
    if isinstance(value, torch.Tensor) and value.requires_grad and logits:
        found = torch.autograd.grad(value.sum(), logits, allow_unused=True)
    used = [grad for grad in found if grad is not None and bool(grad.any())]
    if not used:
        raise ValueError("the loss has no gradient at the model's logits; return the tensor itself, before .item()")
    return used


def _taught(grads: list[torch.Tensor], row: torch.Tensor) -> dict[int, int | None]:
    """Logit position to the position of the token it is taught, None if that token is not in the row."""
    where = {token: i for i, token in enumerate(row.tolist())}
    taught: dict[int, int | None] = {}
    for grad in grads:
        # The row stands at the end of the logits: soft prompts come before it, and some models give the last ones only.
        before = grad.shape[1] - len(row)
        for at in grad[0].abs().sum(dim=-1).nonzero().flatten().tolist():
            taught[at - before] = where.get(int(grad[0, at].argmin()))
    return taught


def _judge(taught: dict[int, int | None], tokens: int, answer_start: int) -> LabelAlignment:
    reached = {token for token in taught.values() if token is not None}
    answer = set(range(answer_start, tokens))
    left_out, extra = tuple(sorted(answer - reached)), tuple(sorted(reached - answer))
    offsets = {None if token is None else token - at for at, token in taught.items()}
    verdict: Alignment = "mixed"
    if offsets == {1}:
        verdict = "misplaced" if left_out or extra else "aligned"
    elif offsets == {2}:
        verdict = "double_shifted"
    elif offsets == {0}:
        verdict = "unshifted"
    return LabelAlignment(verdict, taught, left_out, extra)


def diagnose_pooling(
    feature: FeatureFunction, *, vocabulary: int, tokens: int = 6, padding: int = 4, tolerance: float = 1e-4
) -> PoolingFault:
    """Say whether padding reaches a feature.

    The same row is given alone and padded on either side with different contents. `padding_pooled`: the feature changes
    with what the padding holds, or with its amount on the right. `positions_shifted`: it changes with the amount on the
    left only, so the model counts padding in its position ids.

    Args:
      feature: The feature under test.
      vocabulary: Ids that its model can embed.
      tokens: Length of the row.
      padding: How much padding is added.
      tolerance: Largest change, relative to the feature's norm, that is rounding.
    """
    order = torch.randperm(vocabulary, generator=torch.Generator().manual_seed(0))
    row, one, other = order[:tokens], order[tokens], order[tokens + 1]
    plain = feature(row.unsqueeze(0), torch.ones(1, tokens, dtype=torch.long))

    def padded(left: bool, content: torch.Tensor) -> torch.Tensor:
        gap, nothing = content.repeat(padding), torch.zeros(padding, dtype=torch.long)
        real = torch.ones(tokens, dtype=torch.long)
        ids = torch.cat([gap, row] if left else [row, gap])
        mask = torch.cat([nothing, real] if left else [real, nothing])
        return feature(ids.unsqueeze(0), mask.unsqueeze(0))

    def same(a: torch.Tensor, b: torch.Tensor) -> bool:
        return float((a - b).float().norm()) <= tolerance * float(plain.float().norm())

    right, left = padded(False, one), padded(True, one)
    if not same(plain, right) or not same(right, padded(False, other)) or not same(left, padded(True, other)):
        return "padding_pooled"
    return "clean" if same(plain, left) else "positions_shifted"
