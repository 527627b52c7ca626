"""An analysis as JSON keeps it: rows of figures with intervals, points for the plot, and where the numbers come from.

Answer.model_validate_json(Path("docs/soft_prompts/sweep-stories260K.json").read_bytes())
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from glassbox.harness.records.provenance import Fact
from glassbox.harness.stats.intervals import bootstrap_mean, wilson

Unit = Literal["share", "number"]


class Figure(BaseModel):
    """One number of a table.

    Attributes:
      estimate: The number; a share lies between 0 and 1.
      low: Lower end of the 95 % interval; None where there is none.
      high: Upper end.
      n: How many were counted or averaged; 0 for a bare number.
      unit: How it is shown: a share in per cent.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    estimate: float
    low: float | None = None
    high: float | None = None
    n: int = 0
    unit: Unit = "number"

    @classmethod
    def share(cls, hits: Sequence[bool]) -> Figure:
        """A proportion with its Wilson interval.

        Raises:
          ValueError: Of nothing.
        """
        bounds = wilson(sum(hits), len(hits))
        return cls(estimate=sum(hits) / len(hits), low=bounds.low, high=bounds.high, n=len(hits), unit="share")

    @classmethod
    def mean(cls, values: Sequence[float] | NDArray[np.float64], unit: Unit = "number") -> Figure:
        """A mean with its bootstrap interval, which one value alone does not have.

        Raises:
          ValueError: Of nothing.
        """
        if not len(values):
            raise ValueError("there is nothing to take the mean of; give at least one value")
        centre = float(np.mean(values))
        if len(values) < 2:
            return cls(estimate=centre, n=1, unit=unit)
        bounds = bootstrap_mean(values)
        return cls(estimate=centre, low=bounds.low, high=bounds.high, n=len(values), unit=unit)

    @property
    def text(self) -> str:
        """As tables show it."""
        show = _per_cent if self.unit == "share" else _plain
        bounds = "" if self.low is None or self.high is None else f" [{show(self.low)}, {show(self.high)}]"
        return f"{show(self.estimate)}{bounds}"


class Row(BaseModel):
    """One setting: what was varied, and its figures by name; None where a figure does not apply."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    setting: dict[str, str | int]
    figures: dict[str, Figure | None]


class Origin(BaseModel):
    """Where an answer's numbers come from.

    Attributes:
      model: Short name.
      model_hash: See `OpenModel.hash`; empty for an answer from logs, as all but the command is.
      command: What makes it again; files are named without their folders.
      data: For each data set: digest of the pairs' ids.
      file_sha256: Of each official file.
      left_out: For each data set, records that gave no pair, by reason.
      settings: Of the search.
      provenance: Versions and machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    model_hash: str = ""
    command: str
    data: dict[str, str] = {}
    file_sha256: dict[str, str] = {}
    left_out: dict[str, dict[str, int]] = {}
    settings: dict[str, JsonValue] = {}
    provenance: dict[str, Fact] = {}


class Answer(BaseModel):
    """A question with its measured rows.

    Attributes:
      form: Name and version of what the file holds.
      name: Of the analysis.
      question: As a heading.
      sentence: What the rows come to.
      rows: The table, in order.
      points: What the plot shows beside the rows, by series: rows of equally many numbers.
      notes: What a reader must know to read the table.
      origin: Where the numbers come from; None before it is known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: Literal["glassbox/prompt-questions/1"] = Field(default="glassbox/prompt-questions/1", alias="schema")
    name: str
    question: str
    sentence: str
    rows: tuple[Row, ...]
    points: dict[str, tuple[tuple[float, ...], ...]] = {}
    notes: tuple[str, ...] = ()
    origin: Origin | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of settings, then of figures, as in the first row."""
        return (*self.rows[0].setting, *self.rows[0].figures)

    def cells(self) -> list[list[str]]:
        """The table as text, row by row."""
        return [
            [*map(str, row.setting.values()), *("" if found is None else found.text for found in row.figures.values())]
            for row in self.rows
        ]


def _per_cent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _plain(value: float) -> str:
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.3f}"
