"""Text to padded token batches and back, with the same special tokens for fitting and for reading.

The tokenizer's Rust backend is called directly: the Hugging Face call around it costs more than the work itself at
batch 1, and yields the same ids. Padding is done here, so that its side never depends on hidden tokenizer state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, cast

import torch
from tokenizers import Tokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Side = Literal["left", "right"]
Span = tuple[int, int]
"""Characters start..end (end excluded)."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Token rows of unequal length in one rectangle.

    Attributes:
      input_ids: int64 [batch, position].
      attention_mask: int64 [batch, position]; 1 on real tokens, 0 on padding.
      lengths: Real tokens of each row.
      offsets: Character span of each real token, row by row; special tokens have an empty span. None if not asked for.
    """

    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    lengths: tuple[int, ...]
    offsets: tuple[tuple[Span, ...], ...] | None = None

    @property
    def position_ids(self) -> torch.Tensor:
        """Position of each token within its own row, whatever the padding: int64 [batch, position].

        Padding is given position 0 before its row's first token, and the last token's position after it.
        """
        rows, width = self.input_ids.shape
        if min(self.lengths) == width:
            return torch.arange(width, device=self.input_ids.device).expand(rows, width)
        return (self.attention_mask.cumsum(-1) - 1).clamp_(min=0)

    def to(self, device: torch.device) -> Batch:
        """The same batch on `device`."""
        if self.input_ids.device == device:
            return self
        return replace(self, input_ids=self.input_ids.to(device), attention_mask=self.attention_mask.to(device))


def pad(rows: Sequence[Sequence[int]], pad_id: int, side: Side = "right") -> Batch:
    """Put token rows into one rectangle.

    Raises:
      ValueError: There is no row, or a row is empty.
    """
    lengths = tuple(map(len, rows))
    if not lengths or not all(lengths):
        what = f"text {lengths.index(0)} gives no tokens" if lengths else "no texts are given"
        raise ValueError(f"{what}; a batch needs at least one token a row")
    width = max(lengths)
    if min(lengths) == width:
        input_ids = torch.tensor(rows)
        return Batch(input_ids, torch.ones_like(input_ids), lengths)
    ids: list[list[int]] = []
    mask: list[list[int]] = []
    for row, length in zip(rows, lengths, strict=True):
        gap = width - length
        if side == "right":
            ids.append([*row, *[pad_id] * gap])
            mask.append([1] * length + [0] * gap)
        else:
            ids.append([*[pad_id] * gap, *row])
            mask.append([0] * gap + [1] * length)
    return Batch(torch.tensor(ids), torch.tensor(mask), lengths)


class TextCodec:
    """One tokenizer, called directly; `vocabulary` is the number of ids that its model can embed.

    Text is text: where it spells a special token, that is read as its letters, unless the text is said to hold special
    tokens (`special=False`), as what a chat template wrote does. Nothing stands behind a text, also where a tokenizer
    would end every text with a token of its own: a prompt is there to be continued.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, vocabulary: int) -> None:
        self._tokenizer, self._vocabulary = tokenizer, vocabulary
        backend = getattr(tokenizer, "backend_tokenizer", None)
        # Copies: the Hugging Face wrapper switches padding and truncation of its backend on and off as it is called.
        self._marked = _copy(backend) if backend is not None else None
        self._plain = _copy(backend) if backend is not None else None
        if self._plain is not None:
            self._plain.encode_special_tokens = True
        self.pad_id = _pad_id(tokenizer, vocabulary)
        self.special_names: tuple[str, ...] = tuple(map(str, tokenizer.all_special_tokens))
        self._behind = self._tokens_behind()

    def __len__(self) -> int:
        return self._vocabulary

    def encode(
        self, texts: Sequence[str], *, side: Side = "right", offsets: bool = False, special: bool = True
    ) -> Batch:
        """Tokens of `texts` as a padded batch.

        Args:
          texts: One row each.
          side: Where padding goes.
          offsets: Whether character spans are kept.
          special: Whether the tokenizer's own special tokens (such as BOS) are added; off for text that has them.

        Raises:
          ValueError: A text gives no tokens, or offsets are asked of a tokenizer that has none.
        """
        backend = self._plain if special else self._marked
        if backend is None:
            if offsets:
                raise ValueError(f"{type(self._tokenizer).__name__} gives no character offsets; use a fast tokenizer")
            return pad([self.ids(text, special=special) for text in texts], self.pad_id, side)
        keep = slice(None, -self._behind if special and self._behind else None)
        if not offsets:
            found = backend.encode_batch_fast(list(texts), add_special_tokens=special)
            return pad([encoding.ids[keep] for encoding in found], self.pad_id, side)
        found = backend.encode_batch(list(texts), add_special_tokens=special)
        batch = pad([encoding.ids[keep] for encoding in found], self.pad_id, side)
        return replace(batch, offsets=tuple(tuple(encoding.offsets[keep]) for encoding in found))

    def ids(self, text: str, *, special: bool = True) -> list[int]:
        """Token ids of one text; `special` as in `encode`."""
        found = self._all_ids(text, special)
        return found[: len(found) - self._behind] if special else found

    def letters(self, text: str) -> list[int]:
        """Token ids of a text within another: no special token is added, and what spells one is its letters."""
        if self._plain is not None:
            return self._plain.encode(text, add_special_tokens=False).ids
        given = self._tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True)
        return cast("list[int]", given)

    def decode(self, ids: Sequence[int], *, special: bool = False) -> str:
        """Text of `ids`, with special tokens where asked for."""
        if self._marked is None:
            return cast("str", self._tokenizer.decode(list(ids), skip_special_tokens=not special))
        return self._marked.decode(list(ids), skip_special_tokens=not special)

    def continuation(self, prompt: Sequence[int], generated: Sequence[int], *, special: bool = False) -> str:
        """Text that `generated` adds after `prompt`, with the leading space that decoding it alone would lose."""
        # Four tokens hold any one character (UTF-8), so what joins the boundary is in sight.
        tail = list(prompt[-4:])
        before, both = self.decode(tail, special=special), self.decode([*tail, *generated], special=special)
        return both[len(before) :] if both.startswith(before) else self.decode(generated, special=special)

    def _all_ids(self, text: str, special: bool) -> list[int]:
        backend = self._plain if special else self._marked
        if backend is not None:
            return backend.encode(text, add_special_tokens=special).ids
        given = self._tokenizer.encode(text, add_special_tokens=special, split_special_tokens=special)
        return cast("list[int]", given)

    def _tokens_behind(self) -> int:
        """How many tokens the tokenizer itself puts behind a text."""
        bare, dressed = self._all_ids("a", special=False), self._all_ids("a", special=True)
        before = next((at for at in range(len(dressed)) if dressed[at : at + len(bare)] == bare), None)
        return 0 if before is None else len(dressed) - before - len(bare)


def _copy(backend: Any) -> Tokenizer:
    copied: Tokenizer = Tokenizer.from_str(backend.to_str())
    copied.no_padding()
    copied.no_truncation()
    return copied


def _pad_id(tokenizer: PreTrainedTokenizerBase, vocabulary: int) -> int:
    """The tokenizer's pad id if the model can embed it, else 0: padding is masked, so any id will do."""
    pad_id = tokenizer.pad_token_id
    return int(pad_id) if pad_id is not None and pad_id < vocabulary else 0
