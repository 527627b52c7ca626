"""Tokens of the text form of programs, found lazily and in linear time, and the error that names why a text is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

ParseKind = Literal[
    "empty",
    "no_expression",
    "unknown_symbol",
    "unbalanced",
    "trailing_text",
    "not_an_integer",
    "incomplete",
    "too_deep",
    "bad_reference",
]

MAX_DIGITS = 600
"""Longest integer read or written; well below the length at which Python itself refuses to convert one."""


class ParseError(ValueError):
    """The text is not a program.

    Attributes:
      kind: One of `ParseKind`; a failure is recorded under it.
      column: Where, counted from 1.
    """

    def __init__(self, kind: ParseKind, column: int, message: str) -> None:
        super().__init__(f"column {column}: {message}")
        self.kind: ParseKind = kind
        self.column = column


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text. `text` is canonical for integers (digits only), symbols (`x` is `*`) and words (lower case)."""

    kind: Literal["integer", "symbol", "word", "unknown", "end"]
    text: str
    column: int

    def __str__(self) -> str:
        """How an error message shows it."""
        return "the end" if self.kind == "end" else repr(self.text[:20])


_SYMBOLS = {symbol: symbol for symbol in ("+", "-", "*", "/", "(", ")", "..", "#", "=", ";")}
_SYMBOLS |= dict.fromkeys(("x", "\N{MULTIPLICATION SIGN}", "\N{MIDDLE DOT}", "\N{DOT OPERATOR}"), "*")
_SYMBOLS |= {"\N{DIVISION SIGN}": "/", "\N{MINUS SIGN}": "-"}
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_TOKEN = re.compile(
    r"""(?P<blank>\s+)
      | (?P<number>[0-9]+(?:,[0-9]+)*(?:\.[0-9]+)?(?:[eE][0-9]+)?)
      | (?P<word>[^\W\d_]+)
      | (?P<other>\.\.|.)""",
    re.VERBOSE | re.DOTALL,
)


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of `text` and then, without end, the end token.

    Raises:
      ParseError: Of kind `not_an_integer`, when the number is reached.
    """
    for match in _TOKEN.finditer(text):
        found, column = match.group(), match.start() + 1
        if match.lastgroup == "blank":
            continue
        if match.lastgroup == "number":
            yield Token("integer", _digits(found, column), column)
        elif (symbol := _SYMBOLS.get(found.lower())) is not None:
            yield Token("symbol", symbol, column)
        else:
            yield Token("word" if match.lastgroup == "word" else "unknown", found.lower(), column)
    while True:
        yield Token("end", "", len(text) + 1)


def _digits(found: str, column: int) -> str:
    if "," in found and not _GROUPED.fullmatch(found):
        raise ParseError("not_an_integer", column, f"{found[:20]!r} has commas that do not group thousands; drop them")
    digits = found.replace(",", "")
    if not digits.isdecimal():
        raise ParseError("not_an_integer", column, f"{found[:20]!r} is not an integer; only integers are read")
    if len(digits) > MAX_DIGITS:
        raise ParseError(
            "not_an_integer", column, f"an integer of {len(digits)} digits is beyond the {MAX_DIGITS} that are read"
        )
    return digits
