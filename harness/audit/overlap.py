"""Test items found again in other text: verbatim, normalised, or by runs of words.

    Items({"a1": "How many apples has Ann, who had 3 and got 4?"}).matches(prompt)

Words are compared as they read, without case and punctuation, numbers by value (`007` is 7, `1,000` is 1000), and
`31 + 12` is `12 + 31`; signs and brackets count as words, since `5 - 3` is not `5 + 3`. Runs are 13 words for long
items, as in GPT-3 (Brown et al. 2020, appendix C) and lm-evaluation-harness, and 8 for shorter ones; an item below 8
words is found whole or not at all. Runs that several items share are the task's wording, and prove nothing. Neither
does a run that leaves out one of the item's numbers: items from one template differ by nothing else.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from glassbox.harness.audit.normal import plain

_TOKEN = re.compile(
    r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"  # numbers
    r"|[^\W\d_]+(?:['\u2019][^\W\d_]+)*"  # words
    r"|[^\w\s.,;:!?\"'`\u2018\u2019\u201c\u201d]"  # signs, brackets: all but the punctuation of sentences
)
_SHORT, _LONG, _LENGTHY = 8, 13, 26
_MOST_SHARED = 2
WHOLE, PART = 0.9, 0.5
"""Share of an item's words in matching runs from which on it is the item, and from which on it is suspect."""

_EITHER_WAY = frozenset({"+", "plus", "*", "times"})
_ADDING = frozenset({"add", "sum", "total", "product", "multiply"})
"""Words that make of `49 and 69` two operands in either order."""
_MOST_OPERANDS = 64

Level = Literal["exact", "normalised", "n-gram"]


@dataclass(frozen=True, slots=True)
class Match:
    """An item found in a text.

    Attributes:
      item: Its id.
      level: How it was found, the strictest way.
      coverage: Share of the item's words that stand in matching runs; 1 unless the level is `n-gram`.
    """

    item: str
    level: Level
    coverage: float = 1.0

    @property
    def whole(self) -> bool:
        """Whether it is the item rather than a passage of it."""
        return self.coverage >= WHOLE


def words_of(text: str) -> tuple[str, ...]:
    """Words, numbers by value, signs and brackets."""
    return tuple(_by_value(token) for token in _TOKEN.findall(plain(text)))


def turned(words: tuple[str, ...]) -> tuple[str, ...]:
    """The same with the smaller of two operands first, where their order does not matter."""
    found = list(words)
    for _ in range(_MOST_OPERANDS):
        at = next((at for at in range(len(found) - 2) if _is_turned(found, at)), None)
        if at is None:
            break
        found[at], found[at + 2] = found[at + 2], found[at]
    return tuple(found)


def _is_turned(words: list[str], at: int) -> bool:
    """Whether `31 plus 12` stands here: a sum or a product with its larger operand first."""
    first, sign, second = words[at : at + 3]
    if not (first[0].isdigit() and second[0].isdigit()) or float(first) <= float(second):
        return False
    return sign in _EITHER_WAY or (sign == "and" and not _ADDING.isdisjoint(words[max(at - 3, 0) : at]))


def _by_value(token: str) -> str:
    if not token[0].isdigit():
        return token
    whole, _, part = token.replace(",", "").partition(".")
    part = part.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{part}" if part else "")


class Items:
    """Texts of test items, indexed by their runs of words."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Index items by id; empty texts are left out."""
        self.texts = {key: text.strip() for key, text in texts.items() if words_of(text)}
        self.words = {key: turned(words_of(text)) for key, text in self.texts.items()}
        self._runs: dict[int, dict[tuple[str, ...], list[str]]] = {}
        for key, words in self.words.items():
            n = _run_length(len(words))
            index = self._runs.setdefault(n, defaultdict(list))
            for run in dict.fromkeys(_runs(words, n)):
                index[run].append(key)

    def matches(self, text: str, besides: frozenset[str] = frozenset()) -> list[Match]:
        """Items that stand in `text`, in the order of the items.

        Args:
          text: Any text.
          besides: Items not to be looked for.
        """
        words = turned(words_of(text))
        spaced = f" {' '.join(words)} "
        covered: defaultdict[str, set[int]] = defaultdict(set)
        for n, index in self._runs.items():
            for run in dict.fromkeys(_runs(words, n)):
                keys = index.get(run, ())
                if len(keys) <= _MOST_SHARED or n < _SHORT:
                    for key in keys:
                        if key not in besides:
                            _cover(covered[key], self.words[key], run)
        found = (self._match(key, covered[key], text, spaced) for key in self.texts if key in covered)
        return [match for match in found if match is not None]

    def _match(self, key: str, places: set[int], text: str, spaced: str) -> Match | None:
        words = self.words[key]
        if self.texts[key] in text:
            return Match(key, "exact")
        if f" {' '.join(words)} " in spaced:
            return Match(key, "normalised")
        numbers = {at for at, word in enumerate(words) if word[0].isdigit()}
        coverage = len(places) / len(words)
        if len(words) < _SHORT or coverage < PART or not numbers <= places:
            return None
        return Match(key, "n-gram", coverage)


def _run_length(words: int) -> int:
    """Words of a run for an item of so many: all of them where it is short."""
    if words < _SHORT:
        return words
    return _LONG if words >= _LENGTHY else _SHORT


def _runs(words: tuple[str, ...], n: int) -> list[tuple[str, ...]]:
    return [words[at : at + n] for at in range(len(words) - n + 1)]


def _cover(places: set[int], words: tuple[str, ...], run: tuple[str, ...]) -> None:
    n = len(run)
    for at in range(len(words) - n + 1):
        if words[at : at + n] == run:
            places.update(range(at, at + n))
