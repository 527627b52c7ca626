"""From a task's arguments to pairs, and from pairs to inspect samples."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from inspect_ai.dataset import MemoryDataset, Sample

from glassbox.harness.data.arithmetic.dataset import locate
from glassbox.harness.data.arithmetic.generate import CANARY
from glassbox.harness.data.pair import MARK, Pair
from glassbox.harness.data.readers import SourceName, read_source
from glassbox.harness.data.readers.pairs import PairSourceName, Unsolved, drawn, read_pairs
from glassbox.harness.data.readers.source import ReadData
from glassbox.tasks.prompting.boards import board_pairs
from glassbox.tasks.prompting.passages import passage_pairs
from glassbox.tasks.prompting.patterns import pattern_pairs
from glassbox.tasks.prompting.sums import sum_pairs

Family = Literal["squad", "triviaqa", "nq_open", "questions", "arithmetic", "sudoku", "arc"]
Tier = Literal["1", "2", "3a", "3b", "4"]
GridKind = Literal["sudoku", "arc"]

TIERS: dict[Family, Tier] = {
    "squad": "1",
    "triviaqa": "2",
    "nq_open": "2",
    "questions": "2",
    "arithmetic": "3a",
    "sudoku": "3b",
    "arc": "4",
}
"""The seed's tiers: reading, knowledge, procedure, structure, abstraction."""

GENERATORS: dict[Family, Callable[[int, int], list[Pair]]] = {
    "squad": passage_pairs,
    "arithmetic": sum_pairs,
    "sudoku": board_pairs,
    "arc": pattern_pairs,
}
"""Families with a set of the project's own; the others ask for a file, as knowledge cannot be made up."""

GENERATED = "generated"


@dataclass(frozen=True, slots=True)
class Drawn:
    """The pairs of a task.

    Attributes:
      pairs: In file order, or in the generator's.
      split: `generated`, or the official source.
      places: Where the records stood that gave no pair, by reason.
      sha256: Of the official file; empty for generated data.
    """

    pairs: list[Pair]
    split: str
    places: dict[str, tuple[str, ...]]
    sha256: str = ""

    @property
    def left_out(self) -> dict[str, int]:
        """How many records gave no pair, by reason."""
        return {reason: len(places) for reason, places in self.places.items()}

    @property
    def address(self) -> str:
        """16 hexadecimal digits over the ids of the pairs, in order: equal only for the same pairs."""
        return hashlib.sha256("\n".join(pair.id for pair in self.pairs).encode()).hexdigest()[:16]


@lru_cache(maxsize=8)
def _official(source: PairSourceName, path: str) -> ReadData[Pair | Unsolved]:
    return read_pairs(source, path)


def draw_pairs(family: Family, path: str | None, n: int, seed: int | None, longest: int | None = None) -> Drawn:
    """The pairs a task shows.

    Args:
      family: Which data set.
      path: Its official file; without one the project's own set is generated.
      n: How many at most.
      seed: Of the generator, or of the draw from the file; None takes the first of the file.
      longest: Leaves out pairs with a question or an answer of more characters.

    Raises:
      ValueError: `n` or `longest` is not positive, or nothing is left.
      SourceError: The official file is missing or malformed.
    """
    if n < 1:
        raise ValueError(f"n is {n}; ask for at least one pair")
    if path is None and family in GENERATORS:
        if seed is None:
            raise ValueError("generated pairs need a seed; only of an official file can the first n be taken")
        short, too_long = _short(GENERATORS[family](n, seed), longest)
        return Drawn(drawn(short)[0], GENERATED, too_long)
    if family == "arithmetic":
        raise ValueError("arithmetic from a file needs source=, such as source=gpt3_arithmetic")
    data = _official(family, locate(path, family))
    short, too_long = _short(data.items, longest)
    pairs, without = drawn(short, n, seed)
    return Drawn(pairs, family, data.places | too_long | without, data.sha256)


def draw_problems(source: SourceName, path: str | None, n: int, seed: int | None) -> Drawn:
    """Arithmetic from an official file of word or number problems: its wording, and the number as the answer.

    Raises:
      ValueError: `n` is not positive.
      SourceError: The official file is missing or malformed.
    """
    if n < 1:
        raise ValueError(f"n is {n}; ask for at least one pair")
    data = read_source(source, locate(path, source))
    pairs = [Pair(problem.question, str(problem.answer), "", source, problem.tags) for problem in data.items]
    return Drawn(drawn(pairs, n, seed)[0], source, data.places, data.sha256)


def samples(drawn: Drawn, family: Family) -> list[Sample]:
    """The pairs as inspect samples; ids are the pairs' own, the canary stands in every one."""
    return [_sample(pair, family) for pair in drawn.pairs]


def dataset(parts: Sequence[Sample], name: str) -> MemoryDataset:
    """Samples under a name."""
    return MemoryDataset(list(parts), name=name)


def _sample(pair: Pair, family: Family) -> Sample:
    grids: dict[Family, GridKind] = {"sudoku": "sudoku", "arc": "arc"}
    metadata: dict[str, Any] = {
        MARK: pair.context,
        "pair_source": pair.source,
        "tags": pair.tags,
        "family": family,
        "tier": TIERS[family],
        "grid": grids.get(family),
        "canary": CANARY,
    }
    return Sample(id=pair.id, input=pair.question, target=pair.answer, metadata=metadata)


def _short(
    items: Sequence[Pair | Unsolved], longest: int | None
) -> tuple[Sequence[Pair | Unsolved], dict[str, tuple[str, ...]]]:
    if longest is None:
        return items, {}
    pairs = [item for item in items if isinstance(item, Pair)]
    lengths = [max(len(pair.question), len(pair.answer)) for pair in pairs]
    kept = [pair for pair, length in zip(pairs, lengths, strict=True) if length <= longest]
    if not kept:
        raise ValueError(f"longest={longest} leaves no pair; the shortest has {min(lengths)} characters")
    over = tuple(pair.name for pair, length in zip(pairs, lengths, strict=True) if length > longest)
    return kept, {"too_long": over} if over else {}
