"""Readers of official question-answer files, each in the format its publisher uses.

    read_pairs("squad", "dev-v2.0.json").items

`PAIR_SOURCES` names the module that reads each source; it is imported when asked for. A new format is one file, as
`harness.data.readers.official` describes it, with a `read` from a `RecordFile` to pairs and reasons, and one line here.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.official import read_official
from glassbox.harness.data.readers.source import ReadData

if TYPE_CHECKING:
    from glassbox.harness.data.readers.records import RecordFile

PairSourceName = Literal["squad", "triviaqa", "nq_open", "questions", "arc", "sudoku"]

PAIR_SOURCES: dict[PairSourceName, str] = {
    "squad": "glassbox.harness.data.readers.squad",
    "triviaqa": "glassbox.harness.data.readers.triviaqa",
    "nq_open": "glassbox.harness.data.readers.nq_open",
    "questions": "glassbox.harness.data.readers.questions",
    "arc": "glassbox.harness.data.readers.arc",
    "sudoku": "glassbox.harness.data.readers.sudoku",
}

ALIASES = "aliases"
"""Tag with every accepted answer, the first included, as a JSON list of texts."""


class PairReason(StrEnum):
    """Why a well-formed record yields no pair. Every one is counted, none is dropped silently."""

    UNANSWERABLE = "unanswerable"
    NO_ANSWER = "no_answer"
    ANSWER_NOT_IN_CONTEXT = "answer_not_in_context"
    ANSWER_DISAGREES = "answer_disagrees"
    NO_SOLUTION = "no_solution"
    SEVERAL_SOLUTIONS = "several_solutions"
    DUPLICATE = "duplicate"


@dataclass(frozen=True)
class Unsolved:
    """A question whose answer costs work: it is worked out only where the question is drawn.

    Attributes:
      id: Equal for equal questions.
      place: Where it stands in its file.
      solve: The pair, or the reason why there is none.
    """

    id: str
    place: str
    solve: Callable[[], Pair | PairReason]


def read_pairs(source: PairSourceName, path: str | Path) -> ReadData[Pair | Unsolved]:
    """Read an official file, or for `arc` a folder of them.

    Args:
      source: Which format; a key of `PAIR_SOURCES`.
      path: The file. Its name does not matter; in a folder only files of the official pattern are read.

    Raises:
      SourceError: Nothing there is what the format asks for; one line says what was expected.
    """

    def as_found(pair: Pair | Unsolved, file: RecordFile) -> Pair | Unsolved:
        return pair

    return read_official(source, PAIR_SOURCES, path, as_found)


def drawn(
    items: Sequence[Pair | Unsolved], n: int | None = None, seed: int | None = None
) -> tuple[list[Pair], dict[str, tuple[str, ...]]]:
    """At most `n` of the items as pairs, in their order, and the places of those that have no answer, by the reason.

    Args:
      items: What a file holds.
      n: How many; one without an answer is replaced by the next that is drawn. None takes all.
      seed: Of the draw; None takes the first.
    """
    found: dict[int, Pair] = {}
    left_out: defaultdict[str, list[str]] = defaultdict(list)
    for at in _order(len(items), n, seed):
        if len(found) == n:
            break
        item = items[at]
        pair = item.solve() if isinstance(item, Unsolved) else item
        if isinstance(pair, Pair):
            found[at] = pair
        elif isinstance(item, Unsolved):
            left_out[pair.value].append(item.place)
    return [found[at] for at in sorted(found)], {reason: tuple(places) for reason, places in left_out.items()}


def _order(count: int, n: int | None, seed: int | None) -> Iterator[int]:
    """Which items are tried, one after another: the `n` that are drawn, then the others in random order."""
    if n is None or seed is None or n >= count:
        yield from range(count)
        return
    rng = random.Random(seed)
    first = rng.sample(range(count), n)
    yield from sorted(first)
    rest = sorted(set(range(count)) - set(first))
    rng.shuffle(rest)
    yield from rest
