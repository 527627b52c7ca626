"""Keys and values of rows that are being written, in buffers with room: a step writes in place and copies nothing.

    cache = kv_cache(model)
    model(..., past_key_values=cache)         # fills it, or goes on from it
    for mine, other in zip(layers_of(cache), layers_of(another), strict=True):
        mine.put(other, [2])                  # the only row of another cache takes the place of row 2 here

Rows end together: the last token of each stands in the last column, so one step is one column for all. What a row
does not fill before its first token is masked, whatever it holds. Every layer keeps all columns; a sliding window is
the mask's work.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from transformers import Cache, DynamicCache
from transformers.cache_utils import DummyLayer, DynamicLayer, DynamicSlidingWindowLayer

from glassbox.harness.lm.errors import OpenModelError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

GROWTH = 1.5
LEAST = 64
"""Columns made at once, at least."""


class RoomyLayer(DynamicLayer):  # type: ignore[no-untyped-call]  # its base registers it
    """One layer: buffers [row, head, column, width], of which rows `:rows` and columns `start:end` are in use."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.rows = self.start = self.end = 0
        self._ahead: Sequence[int] = ()
        self._buffers: tuple[torch.Tensor, ...] = ()

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write the new columns and give all of them, without copying those that were there."""
        if not self.is_initialized:
            self.rows, self.is_initialized = key_states.shape[0], True
            self._buffers = key_states[:, :, :0], value_states[:, :, :0]
        self._make_room(key_states.shape[2])
        after = self.end + key_states.shape[2]
        for buffer, states in zip(self._buffers, (key_states, value_states), strict=True):
            if not self._ahead:
                buffer[: self.rows, :, self.end : after] = states
            for row, by in enumerate(self._ahead):
                buffer[row, :, self.end + by : after] = states[row, :, by:]
        self.end, self._ahead = after, ()
        return self._in_use()

    def get_seq_length(self) -> int:
        """Columns in use."""
        return self.end - self.start

    @property
    def room(self) -> int:
        """Columns that there is memory for."""
        return self._buffers[0].shape[2]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Columns after a query of that length, and those before the first."""
        return self.get_seq_length() + query_length, 0

    def put(self, other: RoomyLayer, places: Sequence[int]) -> None:
        """Copy all rows of another layer into these rows here, their last columns in the last column."""
        width = other.get_seq_length()
        if width > self.end:
            self._shift(width - self.end)
        self.start = min(self.start, self.end - width)
        self.rows = max(self.rows, *(place + 1 for place in places))
        index = torch.tensor(places, device=other._in_use()[0].device)
        self._buffers = tuple(_taller(buffer, self.rows) for buffer in self._buffers)
        for buffer, theirs in zip(self._buffers, other._in_use(), strict=True):
            buffer[index, :, self.end - width : self.end] = theirs

    def lead(self, by: Sequence[int], columns: int) -> None:
        """Move each row so far into the columns that the next update writes, which leaves these as they are then.

        What a row is given next follows its last token at once, though others are given more.
        """
        self._make_room(columns)
        for row, step in enumerate(by):
            for buffer in self._buffers if step else ():
                buffer[row, :, self.start + step : self.end + step] = buffer[row, :, self.start : self.end].clone()
        self._ahead = by

    def take(self, rows: Sequence[int]) -> None:
        """Keep these rows, in this order; a row may be named more than once."""
        self.rows = len(rows)
        if list(rows) != list(range(len(rows))):
            self._buffers = tuple(buffer[list(rows)] for buffer in self._buffers)

    def move(self, of: int, to: int) -> None:
        """Copy one row over another."""
        for buffer in self._buffers:
            buffer[to, :, self.start : self.end] = buffer[of, :, self.start : self.end]

    def _in_use(self) -> tuple[torch.Tensor, torch.Tensor]:
        keys, values = (buffer[: self.rows, :, self.start : self.end] for buffer in self._buffers)
        return keys, values

    def _make_room(self, more: int) -> None:
        """Have so many columns behind the last one: those that rows have left are used again before there are more."""
        there, used = self.room, self.end - self.start
        if self.end + more <= there:
            return
        if 2 * self.start >= there and used + more <= there:
            for buffer in self._buffers:
                buffer[:, :, :used] = buffer[:, :, self.start : self.end].clone()
            self.start, self.end = 0, used
        else:
            columns = max(int((self.end + more) * GROWTH), LEAST)
            self._buffers = tuple(_wider(buffer, columns) for buffer in self._buffers)

    def _shift(self, by: int) -> None:
        """Move everything to the right."""
        self._make_room(by)
        for buffer in self._buffers:
            buffer[:, :, self.start + by : self.end + by] = buffer[:, :, self.start : self.end].clone()
        self.start, self.end = self.start + by, self.end + by


def kv_cache(model: PreTrainedModel) -> Cache:
    """An empty cache for a model.

    Raises:
      OpenModelError: Some of its layers keep another state than keys and values.
    """
    layers = DynamicCache(config=model.config.get_text_config(decoder=True)).layers
    kept = {DynamicLayer, DynamicSlidingWindowLayer, DummyLayer}
    odd = sorted({type(layer).__name__ for layer in layers if type(layer) not in kept})
    if odd:
        raise OpenModelError(
            f"{type(model).__name__} keeps another state than keys and values ({', '.join(odd)}); "
            "only models of plain attention write here"
        )
    # A layer that attends to what another keeps (Gemma 3n) has nothing of its own.
    return Cache(layers=[layer if type(layer) is DummyLayer else RoomyLayer() for layer in layers])


def layers_of(cache: Cache) -> list[RoomyLayer]:
    """The layers of a cache that `kv_cache` made, as far as they hold something."""
    return [layer for layer in cache.layers if isinstance(layer, RoomyLayer) and layer.is_initialized]


def _taller(buffer: torch.Tensor, rows: int) -> torch.Tensor:
    more = rows - buffer.shape[0]
    return buffer if more <= 0 else torch.cat([buffer, buffer.new_zeros(more, *buffer.shape[1:])])


def _wider(buffer: torch.Tensor, columns: int) -> torch.Tensor:
    rows, heads, before, width = buffer.shape
    wide = buffer.new_zeros(rows, heads, columns, width)
    wide[:, :, :before] = buffer
    return wide
