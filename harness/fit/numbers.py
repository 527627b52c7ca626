"""Numbers as a tokenizer spells them, found by token id alone.

A pointer head chooses among these. What an integer is, `harness.ir.numbers` says, for the text that the tokens spell:
commas that group thousands and a sign belong to their number, and `2.5` is none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from glassbox.harness.ir.numbers import integers

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_BLANKS = str.maketrans(dict.fromkeys("Ġ▁ĊĉĈč\n\t\r", " "))
"""Marks of white space in vocabularies."""
_BYTE = re.compile(r"<0x([0-9A-F]{2})>")
_MINUS = "\N{MINUS SIGN}"
_MINUS_IN_BYTES = ("\u00e2\u012a\u0134", "\u00e2\u0088\u0092")
"""Its three bytes, as byte-level vocabularies write them and as numbers."""
_PARTS = frozenset("0123456789,.-)+*/=( " + _MINUS + "".join(_MINUS_IN_BYTES))
_OTHER = "x"
"""What a character is shown as that has no part in a number."""


@dataclass(frozen=True, slots=True)
class Run:
    """A number in a token row: positions first..last (inclusive) and its value."""

    first: int
    last: int
    value: int


class NumberFinder:
    """Finds the integers in rows of token ids of one tokenizer."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._said = {token: _surface(piece) for piece, token in tokenizer.get_vocab().items()}

    def runs(self, ids: Sequence[int]) -> list[Run]:
        """Every number in the row, left to right; `ids` holds no padding."""
        said = [self._said.get(token, _OTHER) for token in ids]
        ends = list(accumulate(map(len, said)))
        text = "".join(said)
        for spelt in _MINUS_IN_BYTES:
            text = text.replace(spelt, f"{_OTHER}{_OTHER}-")
        return [
            Run(bisect_right(ends, found.start), bisect_right(ends, found.end - 1), found.value)
            for found in integers(text)
        ]


def _surface(piece: str) -> str:
    """A token's characters as far as they may be part of a number or end one; the others are all shown alike."""
    if byte := _BYTE.fullmatch(piece):
        piece = chr(int(byte[1], 16))
    return "".join(char if char in _PARTS else _OTHER for char in piece.translate(_BLANKS))
