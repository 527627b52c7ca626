"""What the page is made of: sections of tables and figures, and the sections that could not be filled.

Section("boards", "Boards", "who ranks where", tables=(table,))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from glassbox.harness.tables.table import Table

FILTERS = ("task", "split", "model", "solver")
"""Facts of rows and figures that the page offers to choose by."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with what a reader must know about it.

    Attributes:
      title: Above it.
      drawing: An image; see `glassbox.leaderboards.report.drawing.image`.
      caption: Below it: statistic, interval, what is not drawn.
      facts: What it is filtered by: of `FILTERS`, the ones that hold for all of it.
    """

    title: str
    drawing: Markup
    caption: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page under one heading, with at least one table or figure.

    Attributes:
      name: Its anchor, unique on the page.
      title: As shown.
      about: One sentence below the heading.
      tables: Shown one below the other, each with its heading.
      figures: Shown before the tables, side by side where there is room.
      folded: Tables that stand behind a line to open: the numbers of the figures, long ledgers.
    """

    name: str
    title: str
    about: str
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    folded: tuple[Table, ...] = ()

    @property
    def filled(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.tables or self.figures or self.folded)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What would fill a section that has nothing to show.

    Attributes:
      title: The section's.
      lacks: What is missing, in a few words.
      command: What to run.
    """

    title: str
    lacks: str
    command: str
