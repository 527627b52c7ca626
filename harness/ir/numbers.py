"""Integers as people write them, in one place for everything that reads them out of a text.

    integers("What is 1,234 plus -5?")        # [Integer(8, 13, 1234), Integer(19, 21, -5)]
    whole_integer("**42**")                   # 42

Commas group thousands or the thing is no integer: `1,234` is one, `1,2` and `10,00` are none, nor is `2.5`. A minus
(also U+2212) belongs to a number that it touches, unless it stands behind a number or a closed parenthesis, where it is
the operation: `-5 plus 3`, but `5-3` and `5 -3`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DIGITS = re.compile(r"(?<!\d)(?<!\d[.,])(?<!\.)(?:\d{1,3}(?:,\d{3})+|\d+)(?!\d|[.,]\d)", re.ASCII)
_MINUS = "-\N{MINUS SIGN}"
_DECORATED = (
    re.compile(r"\\boxed\{(.*)\}", re.DOTALL),
    re.compile(r"\*\*(.*)\*\*", re.DOTALL),
    re.compile(r"(.*\d)\."),
    re.compile(r"\$\s*(.*\d)"),
)
"""What may stand around an answer: a LaTeX box, bold type, the full stop of a sentence, a currency sign."""
MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Integer:
    """An integer in a text: characters start..end (end excluded), sign included."""

    start: int
    end: int
    value: int


def integers(text: str) -> Iterator[Integer]:
    """Every integer of a text, left to right."""
    for found in _DIGITS.finditer(text):
        start, value = found.start(), int(found[0].replace(",", ""))
        if start and text[start - 1] in _MINUS and not _ends_an_operand(text[: start - 1]):
            start, value = start - 1, -value
        yield Integer(start, found.end(), value)


def whole_integer(text: str) -> int | None:
    """The integer that a text is, decorations aside; None where it is anything else, or has more than 18 digits."""
    text = text.strip()
    for form in _DECORATED:
        if inside := form.fullmatch(text):
            text = inside[1].strip()
    found = next(integers(text), None)
    if found is None or (found.start, found.end) != (0, len(text)) or abs(found.value) >= 10**MOST_DIGITS:
        return None
    return found.value


def plainly(text: str) -> str:
    """The text with every integer as bare digits: no sign, no commas."""
    parts, at = [], 0
    for found in integers(text):
        parts += [text[at : found.start], str(abs(found.value))]
        at = found.end
    return "".join([*parts, text[at:]])


def _ends_an_operand(before: str) -> bool:
    last = before.rstrip()[-1:]
    return last.isdigit() or last == ")"
