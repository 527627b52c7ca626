"""From the starts in flight to rectangles for the model: rows sorted by length, cut where the token budget is full.

A row is one target under one mode: the question's and the answer's rows of all starts go through the same forwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from glassbox.harness.dcm.frozen import Frozen, padded


@dataclass(frozen=True)
class Row:
    """One target of a pair.

    Attributes:
      mode: Index of its mode vector; None stands for no mode vector.
      ids: Its tokens, the stop token at the end.
      weight: Of its mean loss in the pair's.
      counted: Whether the pair must meet it; a paraphrase only lends its gradient.
    """

    mode: int | None
    ids: tuple[int, ...]
    weight: float = 1.0
    counted: bool = True


@dataclass(frozen=True, eq=False)
class Chunk:
    """Rows of like length, ready for the model.

    Attributes:
      places: For each row, its slot and its place among that slot's rows.
      slots: The same slots, as a tensor.
      vectors: Which of a slot's vectors each row reads, in order: int64 [row, prefix].
      embedded: Embeddings of the targets' tokens: [row, position, hidden].
      labels: [row, 1 + position]; see `glassbox.harness.dcm.frozen.padded`.
      scale: Weight of each row's *summed* loss: [row].
    """

    places: tuple[tuple[int, int], ...]
    slots: torch.Tensor
    vectors: torch.Tensor
    embedded: torch.Tensor
    labels: torch.Tensor
    scale: torch.Tensor


def chunks_of(
    frozen: Frozen, taken: Sequence[tuple[int, Sequence[Row]]], modes: int, k: int, budget: int
) -> list[Chunk]:
    """Rectangles of at most `budget` positions each, one row at least.

    Args:
      frozen: The model.
      taken: Slots in use, with the rows of the start in each.
      modes: How many of a slot's vectors are mode vectors; they come first.
      k: Content vectors.
      budget: Positions, padding included.
    """
    places = [(slot, at, row) for slot, rows in taken for at, row in enumerate(rows)]
    places.sort(key=lambda place: len(place[2].ids))
    prefix = k + (1 if modes else 0)
    made: list[Chunk] = []
    start = 0
    for end in range(1, len(places) + 1):
        # Sorted: the last row is the widest.
        if end == len(places) or (end - start + 1) * (prefix + len(places[end][2].ids)) > budget:
            made.append(_chunk(frozen, places[start:end], modes, k))
            start = end
    return made


def _chunk(frozen: Frozen, places: Sequence[tuple[int, int, Row]], modes: int, k: int) -> Chunk:
    device = frozen.table.device
    rows = [row for _, _, row in places]
    ids, labels = padded([row.ids for row in rows], device)
    content = list(range(modes, modes + k))
    vectors = [content if row.mode is None else [row.mode, *content] for row in rows]
    return Chunk(
        places=tuple((slot, at) for slot, at, _ in places),
        slots=torch.tensor([slot for slot, _, _ in places], device=device),
        vectors=torch.tensor(vectors, device=device),
        embedded=frozen.table[ids].float(),
        labels=labels,
        scale=torch.tensor([row.weight / len(row.ids) for row in rows], device=device),
    )
