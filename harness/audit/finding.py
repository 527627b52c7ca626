"""What a check says: a finding with what, where, why it matters and how to mend it; or that it could not say anything.

    SHIFTED = Fault(Severity.FAILED, why="the loss teaches other tokens", mend="shift the labels once")
    yield SHIFTED.found("24 of 24 samples start with the second token", where="samples a, b, c")

A check that finds nothing yields nothing: the log is clean of that defect. One that cannot tell raises `CannotCheck`
with what is missing from the log; one whose question the log does not raise (no code was asked for) raises
`DoesNotApply`. Silence is never the answer to a question that was not asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_NAMED = 3


class Severity(StrEnum):
    """How a check ended, the gravest first."""

    FAILED = "failed"
    WARNING = "warning"
    UNCHECKED = "could not check"
    CLEAN = "clean"
    INAPPLICABLE = "does not apply"


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect, or one question that the log leaves open.

    Attributes:
      severity: `failed`, `warning` or `could not check`.
      what: The defect in figures; for an open question, what could not be checked.
      where: Samples, settings or files that show it.
      why: Why it matters.
      mend: What to do about it.
    """

    severity: Severity
    what: str
    where: str
    why: str
    mend: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of defect: what all its findings have in common."""

    severity: Severity
    why: str
    mend: str

    def found(self, what: str, where: str = "the run") -> Finding:
        """A finding of this kind."""
        return Finding(self.severity, what, where, self.why, self.mend)


class CannotCheck(Exception):
    """The log does not hold what the check needs.

    Attributes:
      what: What could not be checked, and what is missing.
      mend: How a log comes to hold it.
    """

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend

    @property
    def finding(self) -> Finding:
        """The open question as a finding."""
        return Finding(Severity.UNCHECKED, self.what, "the log", "an open question is no clean bill", self.mend)


class DoesNotApply(Exception):
    """The log does not raise the question; the message says why."""


def some(names: Sequence[object], kind: str = "sample") -> str:
    """`samples a, b, c and 21 more`."""
    shown = ", ".join(str(name) for name in names[:_NAMED])
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{kind}{'s' if len(names) > 1 else ''} {shown}{more}"
