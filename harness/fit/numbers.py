"""Numbers as a tokenizer spells them: runs of digit tokens, found by token id alone.

A pointer head chooses among these runs; what a run is comes from the vocabulary, not from a regular expression over
the text. A run goes on while the next token is made of digits and does not begin with a space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_SPACE_MARKS = ("Ġ", "▁", " ")


@dataclass(frozen=True, slots=True)
class Run:
    """A number in a token row: positions first..last (inclusive) and its value."""

    first: int
    last: int
    value: int


class NumberFinder:
    """Finds digit runs in rows of token ids of one tokenizer."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._digits: dict[int, tuple[str, bool]] = {}
        for piece, token in tokenizer.get_vocab().items():
            bare = piece.lstrip("".join(_SPACE_MARKS))
            if bare.isascii() and bare.isdigit():
                self._digits[token] = (bare, bare != piece)

    def runs(self, ids: Sequence[int]) -> list[Run]:
        """Every number in the row, left to right; `ids` holds no padding."""
        digits = self._digits
        found: list[Run] = []
        text, first = "", 0
        for position, token in enumerate(ids):
            entry = digits.get(token)
            if text and (entry is None or entry[1]):
                found.append(Run(first, position - 1, int(text)))
                text = ""
            if entry is not None:
                if not text:
                    first = position
                text += entry[0]
        if text:
            found.append(Run(first, len(ids) - 1, int(text)))
        return found
