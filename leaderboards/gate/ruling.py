"""What the gate says of a row and of all rows, and the exit status that follows.

Ruling.REGRESSION > Ruling.INCONCLUSIVE        # the worse is the greater
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glassbox.leaderboards.gate.baseline import Rule
    from glassbox.leaderboards.gate.latency import Slowdown
    from glassbox.leaderboards.gate.loss import Loss

REFERENCE = "regex_pipeline"


class Ruling(IntEnum):
    """From good to bad; the worst of several is their maximum."""

    PASS = 0
    INCONCLUSIVE = 1
    NOT_COMPARABLE = 2
    REGRESSION = 3

    @property
    def text(self) -> str:
        """In words."""
        return self.name.lower().replace("_", " ")

    @property
    def status(self) -> int:
        """Exit status: 0 pass, 1 regression, 2 anything that is neither."""
        return {Ruling.PASS: 0, Ruling.REGRESSION: 1}.get(self, 2)


@dataclass(frozen=True, slots=True)
class Settings:
    """How runs are judged.

    Attributes:
      margin: The loss, as a share of 1, that must not go unseen.
      alpha: Chance of a false regression over all rows, and of passing a row that lost the margin.
      power: For the detectable loss and the samples needed.
      clustered: Rule a loss out beyond these templates and passages too; evidence of one is by clusters always.
      latency_margin: How many times slower, relative to the reference, a row may become; None shows time only.
      reference: Solver whose time is the measure.
    """

    margin: float = 0.05
    alpha: float = 0.05
    power: float = 0.8
    clustered: bool = False
    latency_margin: float | None = None
    reference: str = REFERENCE

    def check(self) -> None:
        """Refuse what is out of range.

        Raises:
          ValueError: With the name and the range.
        """
        if not 0 < self.margin < 1:
            raise ValueError(f"margin {self.margin * 100:g} is outside (0, 100); 5 allows no loss of 5 points unseen")
        if not 0 < self.alpha < 0.5 or not 0 < self.power < 1:
            raise ValueError(f"alpha {self.alpha:g} must lie in (0, 0.5) and power {self.power:g} in (0, 1)")
        if self.latency_margin is not None and self.latency_margin <= 1:
            raise ValueError(f"latency margin {self.latency_margin:g} must be above 1; 1.5 allows half as long again")


@dataclass(frozen=True, slots=True)
class RowReport:
    """One row; figures are None where there was nothing to compare.

    Attributes:
      place: Task, split and arguments.
      method: Solver and arguments.
      line: Why it was ruled so, in one line.
      n: Samples compared.
      blessed: Blessed mean over these.
      now: The mean now.
      p: One-sided, corrected over the rows; None for an `exact` row.
      latency_ruling: On the time alone.
      latency_line: What became of the time, or why it was not judged.
      log: The log that answered.
    """

    place: str
    method: str
    model: str
    rule: Rule
    ruling: Ruling
    line: str
    n: int | None = None
    blessed: float | None = None
    now: float | None = None
    loss: Loss | None = None
    p: float | None = None
    latency: Slowdown | None = None
    latency_ruling: Ruling = Ruling.PASS
    latency_line: str = ""
    log: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """`ir_arith held_out_both · ir_head`."""
        return f"{self.place} · {self.method}"


@dataclass(frozen=True, slots=True)
class GateReport:
    """All rows of a baseline.

    Attributes:
      unreadable: Log files that could not be read: what they hold nobody knows, so that nothing passes.
    """

    name: str
    reason: str
    settings: Settings
    rows: tuple[RowReport, ...]
    unreadable: tuple[str, ...] = ()

    @property
    def ruling(self) -> Ruling:
        """The worst of all rows."""
        return max(row.ruling for row in self.rows)

    @property
    def status(self) -> int:
        """Exit status."""
        return self.ruling.status or (2 if self.unreadable else 0)

    @property
    def sentence(self) -> str:
        """One line for all."""
        counts = Counter(row.ruling for row in self.rows)
        parts = [f"{counts[ruling]} {ruling.text}" for ruling in sorted(counts, reverse=True)]
        verdict = {0: "passed", 1: "REGRESSION", 2: "NOT DECIDED"}[self.status]
        unread = f"; {len(self.unreadable)} logs could not be read" if self.unreadable else ""
        return f"gate {self.name}: {verdict} ({', '.join(parts)} of {len(self.rows)}{unread})"
