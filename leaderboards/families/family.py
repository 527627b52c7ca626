"""What a board says of the runs of one family of tasks, as data: the headline score and the measures beside it.

    Family("ir", headline="semantic", measures=(share("structural"), share("semantic", interval=True)))

A new family is one description; sections, ranks, costs, tables and every format are the same for all of them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from glassbox.harness.plugins.families import installed
from glassbox.harness.records.frames import RunRecord
from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.tables.table import Cell, Column, Fact
from glassbox.leaderboards import figures
from glassbox.leaderboards.populations import Beyond
from glassbox.leaderboards.runs import Placed, estimate
from glassbox.leaderboards.samples import RunSamples

logger = logging.getLogger(__name__)
CAN_GO, GOES_FIRST = 4, 8
"""How soon a narrow terminal leaves a column out: what is not the headline, and latencies, which go with the cost."""

Facts = Mapping[str, Fact]
ReadEstimate = Callable[[RunRecord], Estimate | None]


@dataclass(frozen=True, slots=True)
class Run:
    """A run on a board, as measures see it.

    Attributes:
      samples: Those with the family's headline score; None where the log holds none.
    """

    placed: Placed
    samples: RunSamples | None = field(repr=False)

    @property
    def record(self) -> RunRecord:
        """The log's header."""
        return self.placed.record

    @property
    def beyond(self) -> Beyond | None:
        """The headline's share for new templates or passages; None where samples share nothing."""
        return None if self.samples is None else self.samples.beyond

    def cost(self, name: str) -> float | None:
        """Mean of a cost over the samples, such as `amortised_ms` or `tokens`."""
        return None if self.samples is None else self.samples.costs.get(name)


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that a board says of a run.

    Attributes:
      column: Its head.
      cell: What is shown for a run.
      facts: The same unrounded, under names that are the same in every format.
      name: The score, where it is a share of one.
      timed: Whether it is a time, which says nothing beside times that were taken otherwise.
    """

    column: Column
    cell: Callable[[Run], Cell]
    facts: Callable[[Run], Facts]
    name: str = ""
    timed: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """Tasks that are asked the same questions.

    Attributes:
      name: In JSON and CSV.
      headline: The score that ranks; a run without it stands on no board of this family.
      unit: What the headline counts, as an axis says it.
      criteria: By what a sample can be called solved: a name each, and the yes-or-no score that says so.
      measures: The columns, best known first.
      more: What is exported and not shown.
      legend: How to read the columns.
      batch_ms: A sample's share of the run's time, which is what it costs.
      order: What parts rows of the same headline, smallest first.
      scored: Scores that count samples, should the headline be missing.
      groups: Shares by group, where the header holds such.
      notes: What a reader must know about a run.
    """

    name: str
    headline: str
    measures: tuple[Measure, ...]
    unit: str = "right"
    criteria: Mapping[str, str] = field(default_factory=dict)
    more: tuple[Measure, ...] = ()
    legend: str = ""
    batch_ms: Callable[[Run], float | None] = lambda run: run.cost("amortised_ms")
    order: Callable[[RunRecord], tuple[float, ...]] = lambda record: ()
    scored: tuple[str, ...] = ()
    groups: Callable[[RunRecord], Mapping[str, Estimate]] = lambda record: {}
    notes: Callable[[Run], tuple[str, ...]] = lambda run: ()

    @property
    def parted(self) -> tuple[tuple[Measure, ...], tuple[Measure, ...]]:
        """The measures before the cost, and those after it: from the first words on that terminals have no room for."""
        hidden = [at for at, one in enumerate(self.measures) if one.column.text and not one.column.brief]
        at = min(hidden, default=len(self.measures))
        return self.measures[:at], self.measures[at:]

    def n(self, record: RunRecord) -> int:
        """Samples behind the figures."""
        found = (estimate(record, score) for score in (self.headline, *self.scored))
        return next((part.n for part in found if part), 0)


def installed_families() -> tuple[Family, ...]:
    """The families of this package and of all others, by the entry point `glassbox.families`."""
    found = []
    for family in installed():
        if isinstance(family, Family):
            found.append(family)
        else:
            logger.warning("%r of glassbox.families is no Family; see CONTRIBUTING.md", family)
    return tuple(found)


def share(
    score: str,
    title: str = "",
    *,
    metric: str = "accuracy",
    interval: bool = False,
    about: str = "",
    brief: bool = True,
    read: ReadEstimate | None = None,
) -> Measure:
    """A proportion in percent, with or without its interval; exported with interval and n.

    Args:
      score: Its name in the header, and in exports.
      title: As shown; the score's name without one.
      metric: The metric that holds the proportion.
      interval: Whether the interval is shown; such a column stays in every terminal.
      about: What it says.
      brief: Whether terminals show it.
      read: How to read it, should it not simply be that metric.
    """
    found = read or (lambda record: estimate(record, score, metric))
    write = figures.with_interval if interval else figures.proportion

    def cell(run: Run) -> Cell:
        part = found(run.record)
        return Cell(write(part), part.value if part else None)

    return Measure(
        Column(title or score, about=about, brief=brief, spare=0 if interval else CAN_GO),
        cell,
        lambda run: {score: found(run.record)},
        score,
    )


def number(
    name: str,
    title: str,
    read: Callable[[Run], float | None],
    write: Callable[[float | None], str] = figures.number,
    *,
    about: str = "",
    brief: bool = True,
) -> Measure:
    """A figure without an interval."""
    return Measure(
        Column(title, about=about, brief=brief, spare=GOES_FIRST if write is figures.milliseconds else CAN_GO),
        lambda run: Cell(write(found := read(run)), found),
        lambda run: {name: read(run)},
        timed=write is figures.milliseconds,
    )


def metric(
    name: str,
    title: str,
    score: str,
    part: str,
    write: Callable[[float | None], str] = figures.number,
    *,
    about: str = "",
    brief: bool = True,
) -> Measure:
    """A metric of the header, without an interval."""
    return number(name, title, lambda run: run.record.metric(score, part), write, about=about, brief=brief)


def words(
    title: str,
    read: Callable[[Run], str],
    facts: Callable[[Run], Facts],
    *,
    about: str = "",
    brief: bool = False,
) -> Measure:
    """Something said in words, with the figures it is made of."""
    return Measure(
        Column(title, text=True, about=about, brief=brief, spare=CAN_GO),
        lambda run: Cell(text := read(run) or figures.NONE, None if text == figures.NONE else text),
        facts,
    )
