"""A decode session: rows that are being written, from their prompts to their last token, with one KV cache.

    session = Session(model)
    session.prefill(prompts)                       # a beginning that the rows share is computed once
    session.step(session.logits.argmax(-1).tolist())
    session.force([[], [5, 6, 7]])                 # row 1 is made to say three tokens
    order = session.leave([0])                     # row 0 is done; the others stand in this order now
    session.prefill([waiting], places=...)         # and another one enters

After each call `logits` are those of every row's next token. A row's logits do not depend on the rows beside it, but
for the last bits of a sum. Rows may enter and leave at any time, so one long answer holds nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.kv_cache import kv_cache, layers_of
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.tokens import pad

LEAST_SHARED = 16
"""Tokens that rows must begin with alike for their beginning to be computed apart."""

Ids = Sequence[int]


class Session:
    """Rows under way.

    Attributes:
      logits: Of every row's next token, [row, vocabulary]; none before the first prefill.
      lengths: Tokens of every row, read and written.
      forward_passes: Calls of the model so far.
    """

    def __init__(self, model: OpenModel, *, asked: bool = False) -> None:
        """Begin without a row.

        Args:
          model: The open model.
          asked: Whether the model's family is being asked just now if rows of it can be written together.

        Raises:
          OpenModelError: They cannot: the model keeps another state than keys and values, for one.
        """
        if not asked and model.writing_refused:
            raise OpenModelError(model.writing_refused)
        self._model = model
        self._begin()
        self.logits = torch.zeros(0, 0, device=model.device)
        self.lengths: list[int] = []
        self.forward_passes = 0

    def _begin(self) -> None:
        self._cache = kv_cache(self._model.model)
        self._mask = torch.zeros(0, 0, dtype=torch.long, device=self._model.device)

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def columns(self) -> int:
        """Columns of keys and values that a step reads: those of the longest row, with what was left free in it."""
        return self._mask.shape[1]

    def prefill(self, prompts: Sequence[Ids]) -> None:
        """Read the prompts of new rows, which stand behind those that are there.

        Raises:
          ValueError: A prompt is empty or longer than the context.
        """
        if not all(prompts):
            raise ValueError("a prompt without tokens gives nothing to go on from; give at least one token")
        self._model.check_length([len(prompt) for prompt in prompts])
        if not len(self):
            self._begin()
        else:
            other = Session(self._model, asked=True)
            other.prefill(prompts)
            self._join(other)
            return
        shared = _shared(prompts)
        if shared >= LEAST_SHARED:
            self._read([prompts[0][:shared]])
            self.fork([0] * len(prompts))
        self._read([prompt[shared if shared >= LEAST_SHARED else 0 :] for prompt in prompts])

    def step(self, tokens: Ids) -> None:
        """Append one token to every row."""
        self._read([(token,) for token in tokens])

    @torch.inference_mode()
    def force(self, tokens: Sequence[Ids]) -> None:
        """Append tokens to rows, as many as are given for each, none for some; what is not said keeps its logits."""
        before = self.logits
        self._read(tokens)
        silent = [row for row, said in enumerate(tokens) if not said]
        if silent:
            self.logits[silent] = before[silent]

    @torch.inference_mode()
    def fork(self, rows: Sequence[int]) -> None:
        """Keep these rows, in this order; one that is named several times goes on as several."""
        for layer in layers_of(self._cache):
            layer.take(rows)
        self._mask, self.logits = self._mask[list(rows)], self.logits[list(rows)]
        self.lengths = [self.lengths[row] for row in rows]

    @torch.inference_mode()
    def leave(self, rows: Sequence[int]) -> list[int]:
        """Let rows go; the last ones take their places, so that nothing else is copied.

        Returns:
          What were the numbers of the rows that stay, in their order now.
        """
        gone, order = set(rows), list(range(len(self)))
        left = len(self) - len(gone)
        movers = [row for row in range(left, len(self)) if row not in gone]
        for place in sorted(row for row in gone if row < left):
            order[place] = movers.pop()
            for layer in layers_of(self._cache):
                layer.move(order[place], place)
        order = order[:left]
        for layer in layers_of(self._cache):
            layer.rows = left
        self._mask, self.logits = self._mask[order], self.logits[order]
        self.lengths = [self.lengths[row] for row in order]
        self._trim()
        return order

    def _join(self, other: Session) -> None:
        """Take the rows of another session in."""
        with torch.inference_mode():
            places = list(range(len(self), len(self) + len(other)))
            for mine, theirs in zip(layers_of(self._cache), layers_of(other._cache), strict=True):
                mine.put(theirs, places)
            width = max(self._mask.shape[1], other._mask.shape[1])
            self._mask = torch.cat([_aligned(mask, width) for mask in (self._mask, other._mask)])
            self.logits = torch.cat([self.logits, other.logits])
        self.lengths += other.lengths
        self.forward_passes += other.forward_passes

    def _trim(self) -> None:
        """Drop the columns before the first token of any row."""
        first = int(self._mask.any(dim=0).int().argmax()) if len(self) else 0
        if first:
            self._mask = self._mask[:, first:]
            for layer in layers_of(self._cache):
                layer.start += first

    def _followed(self, seen: torch.Tensor, gaps: Sequence[int]) -> torch.Tensor:
        """The mask with the columns of a read behind it; rows that are given less move up to their own new tokens.

        Windows and distances are counted in columns, so no padding may stand within a row.
        """
        mask, before = torch.cat([self._mask, seen], dim=-1), self.columns
        if any(gaps):
            for row, gap in enumerate(gaps):
                mask[row, gap : gap + before] = self._mask[row]
                mask[row, :gap] = 0
            for layer in layers_of(self._cache):
                layer.lead(gaps, seen.shape[1])
        return mask

    @torch.inference_mode()
    def _read(self, rows: Sequence[Ids]) -> None:
        """One forward over the rows' next tokens, those of shorter rows behind padding."""
        new = len(self.lengths) == 0
        lengths = [0] * len(rows) if new else self.lengths
        if not new and all(len(row) == 1 for row in rows):
            ids = torch.tensor(rows, device=self._model.device)
            seen = torch.ones_like(ids)
            positions = torch.tensor(lengths, device=ids.device).unsqueeze(-1)
        else:
            filler = (self._model.codec.pad_id,)
            batch = pad([row or filler for row in rows], self._model.codec.pad_id, side="left").to(self._model.device)
            ids, seen = batch.input_ids, batch.attention_mask
            seen[[at for at, row in enumerate(rows) if not row]] = 0
            positions = batch.position_ids + torch.tensor(lengths, device=ids.device).unsqueeze(-1)
        self._mask = seen if new else self._followed(seen, [ids.shape[1] - len(row) for row in rows])
        with self._model.lock:
            called: Any = self._model.model
            found = called(
                input_ids=ids,
                attention_mask=self._mask,
                position_ids=positions,
                past_key_values=self._cache,
                use_cache=True,
                logits_to_keep=1,
            )
            self.logits = found.logits[:, -1]
        kept = [layer.get_seq_length() for layer in layers_of(self._cache)]
        if set(kept) != {self.columns}:
            raise OpenModelError(
                f"{type(self._model.model).__name__} does not keep keys and values where it is told to; "
                "it can be read, but not written with"
            )
        self.lengths = [length + len(row) for length, row in zip(lengths, rows, strict=True)]
        self.forward_passes += 1


def _shared(prompts: Sequence[Ids]) -> int:
    """Tokens that all prompts begin with, without the last one of the shortest, which gives the logits."""
    if len(prompts) < 2:
        return 0
    first, most = prompts[0], min(map(len, prompts)) - 1
    return next((at for at in range(most) if any(prompt[at] != first[at] for prompt in prompts)), most)


def _aligned(mask: torch.Tensor, width: int) -> torch.Tensor:
    """A mask with as many columns, those that are new before the first."""
    return torch.cat([mask.new_zeros(len(mask), width - mask.shape[1]), mask], dim=-1)
