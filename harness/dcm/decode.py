"""Greedy decoding from vectors, through the library's own forward and cache: a second road to what the search saw.

Every row has the same prefix length, so nothing is padded, and a row's text does not depend on its batch.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from glassbox.harness.dcm.frozen import Frozen


def greedy(
    frozen: Frozen, prefixes: torch.Tensor, budgets: Sequence[int], stop: int, rows: int = 64
) -> list[tuple[int, ...]]:
    """Tokens written after each of `prefixes` [row, prefix, hidden], the stop token included where it came.

    Args:
      frozen: The model.
      prefixes: Mode vector and content of each row.
      budgets: Most tokens of each row; the context's end may come before.
      stop: The token that ends a row.
      rows: Most rows in one batch.
    """
    order = sorted(range(len(budgets)), key=lambda row: budgets[row])
    written: dict[int, tuple[int, ...]] = {}
    for start in range(0, len(order), rows):
        batch = order[start : start + rows]
        for row, tokens in zip(
            batch, _batch(frozen, prefixes[batch], max(budgets[i] for i in batch), stop), strict=True
        ):
            written[row] = tokens[: budgets[row]]
    return [written[row] for row in range(len(budgets))]


def _batch(frozen: Frozen, prefixes: torch.Tensor, budget: int, stop: int) -> list[tuple[int, ...]]:
    limit = frozen.model.context
    if limit is not None:
        budget = min(budget, limit - prefixes.shape[1])
    model, inputs, cache = frozen.model.model, prefixes.to(frozen.model.dtype), None
    rows: list[list[int]] = [[] for _ in range(len(prefixes))]
    with frozen.model.lock, torch.inference_mode():
        for _ in range(budget):
            output = model(inputs_embeds=inputs, past_key_values=cache, use_cache=True, logits_to_keep=1)
            cache, chosen = output.past_key_values, output.logits[:, -1].argmax(-1)
            for row, token in zip(rows, chosen.tolist(), strict=True):
                if not row or row[-1] != stop:
                    row.append(token)
            if all(row[-1] == stop for row in rows):
                break
            inputs = frozen.model.embed(chosen).unsqueeze(1)
    return [tuple(row) for row in rows]


def horizon(written: Sequence[int], target: Sequence[int]) -> int:
    """How many tokens of the target are written before the first mistake."""
    return next((at for at, token in enumerate(target) if at >= len(written) or written[at] != token), len(target))
