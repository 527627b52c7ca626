"""What a reader gives back, and why a record can be left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from glassbox.harness.data.readers.opened import SourceError
from glassbox.harness.ir.program import Arithmetic

__all__ = ["Draft", "LeftOutError", "ReadData", "Reason", "SourceError", "left_out_facts"]

NAMED = 10
"""Places that a log names for each reason; all are counted."""

Item = TypeVar("Item")


class Reason(StrEnum):
    """Why a well-formed record yields no problem. Every one is counted, none is dropped silently."""

    NON_INTEGER_OPERAND = "non_integer_operand"
    NON_INTEGER_ANSWER = "non_integer_answer"
    NOT_EXPRESSIBLE = "not_expressible"
    INEXACT_DIVISION = "inexact_division"
    ANSWER_DISAGREES = "answer_disagrees"
    DUPLICATE = "duplicate"


class LeftOutError(ValueError):
    """Raised inside a reader when a record cannot become a problem; it ends as a count, never at the user."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason


@dataclass(frozen=True)
class Draft:
    """A problem before it knows its file and split. `tags` are those only its own format can tell."""

    question: str
    answer: int
    program: Arithmetic | None
    tags: dict[str, str]


@dataclass(frozen=True)
class ReadData(Generic[Item]):
    """Everything in an official file, or in a folder of them.

    Attributes:
      items: In file order, files of a folder in the order of their names; ids are unique.
      places: Where each record stood that gave none, by the reason; reasons that did not occur are absent.
      sha256: Of the file's bytes; of a folder, what `sha256sum FILES | sha256sum` prints over the files read.
    """

    items: tuple[Item, ...]
    places: dict[str, tuple[str, ...]]
    sha256: str

    @property
    def left_out(self) -> dict[str, int]:
        """How many records gave none, by the reason."""
        return {reason: len(places) for reason, places in sorted(self.places.items())}

    @property
    def records(self) -> int:
        """Records read: items and everything left out."""
        return len(self.items) + sum(self.left_out.values())


def left_out_facts(places: Mapping[str, Sequence[str]]) -> dict[str, dict[str, Any]]:
    """What a run's metadata says of it: counts by reason, and the first places of each."""
    return {
        "left_out": {reason: len(each) for reason, each in sorted(places.items())},
        "left_out_places": {reason: list(each[:NAMED]) for reason, each in sorted(places.items())},
    }
