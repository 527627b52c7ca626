"""What a reader gives back, why a record can be left out, and the one error a bad file raises."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from glassbox.harness.data.problem import Problem
from glassbox.harness.ir.program import Arithmetic


class SourceError(ValueError):
    """A missing or malformed official file, in one line: the file, the record and the expected field."""


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
class SourceData:
    """All problems of an official file, or of a folder of them.

    Attributes:
      problems: In file order, files of a folder in the order of their names; ids are unique.
      left_out: How many records gave no problem, by `Reason`; reasons that did not occur are absent.
      sha256: Of the file's bytes; of a folder, what `sha256sum FILES | sha256sum` prints over the files read.
    """

    problems: tuple[Problem, ...]
    left_out: dict[str, int]
    sha256: str

    @property
    def records(self) -> int:
        """Records read: problems and everything left out."""
        return len(self.problems) + sum(self.left_out.values())
