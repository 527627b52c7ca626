"""A question that was measured: rows of figures, what they come to, where they come from; as records, and read back.

    print(text_of([answer]))
    answers_in(Path("docs/questions"))["layers"].rows[0].estimates["program"]

What `glassbox questions` and `glassbox prompt-questions` print as JSON is what they keep in files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from glassbox.harness.records.export import exported, schema_name
from glassbox.harness.records.provenance import Fact
from glassbox.harness.stats.estimate import Estimate, Unit, percent, plain
from glassbox.harness.tables.table import Cell, Column, Table, TableRow

FORM = "questions"
"""What the records are called, whichever command they are of."""
Figure = Estimate | float | None
"""A number with its interval, one without, or none where it does not apply."""


class UnreadableAnswer(ValueError):
    """A file does not hold an answer."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Row(_Frozen):
    """One setting: what was varied, and its figures by name."""

    setting: Mapping[str, str | int]
    figures: Mapping[str, Figure]

    @property
    def estimates(self) -> dict[str, Estimate]:
        """The figures that have an interval."""
        return {name: found for name, found in self.figures.items() if isinstance(found, Estimate)}


class Origin(_Frozen):
    """Where an answer's numbers come from.

    Attributes:
      model: Short name.
      model_hash: See `OpenModel.hash`; empty for an answer from logs, as all but the command is.
      command: What makes it again; files are named without their folders.
      data: For each data set: digest of the pairs' ids.
      file_sha256: Of each official file.
      left_out: For each data set, records that gave no pair, by reason.
      settings: Of the search, or of the fit.
      provenance: Versions and machine.
    """

    model: str
    model_hash: str = ""
    command: str
    data: Mapping[str, str] = {}
    file_sha256: Mapping[str, str] = {}
    left_out: Mapping[str, Mapping[str, int]] = {}
    settings: Mapping[str, JsonValue] = {}
    provenance: Mapping[str, Fact] = {}


class Answer(_Frozen):
    """A question with its measured rows.

    Attributes:
      name: Of the analysis.
      question: As a heading.
      sentence: What the rows come to.
      varied: The setting along the plot's axis.
      rows: The table, in order; what the answer is about is the first figure of each.
      points: What the plot shows beside the rows, by series: rows of equally many numbers.
      notes: What a reader must know to read the table.
      origin: Where the numbers come from; None before it is known.
    """

    name: str
    question: str
    sentence: str
    varied: str
    rows: tuple[Row, ...] = Field(min_length=1)
    points: Mapping[str, tuple[tuple[float, ...], ...]] = {}
    notes: tuple[str, ...] = ()
    origin: Origin | None = None

    @property
    def heading(self) -> str:
        """`Which pooling? · arith`."""
        return f"{self.question} · {self.origin.model}" if self.origin else self.question

    @property
    def facts(self) -> dict[str, str]:
        """What pages filter by."""
        return {"model": self.origin.model} if self.origin else {}

    @property
    def units(self) -> dict[str, Unit]:
        """Of each figure that has an interval in some row."""
        return {name: found.unit for row in self.rows for name, found in row.estimates.items()}

    @property
    def table(self) -> Table:
        """Every figure; a narrow terminal leaves out the last ones first."""
        first, units = self.rows[0], self.units
        texts = [any(isinstance(row.setting[name], str) for row in self.rows) for name in first.setting]
        columns = [Column(name, text=text) for name, text in zip(first.setting, texts, strict=True)]
        columns += [
            Column(f"{name.replace('_', ' ')}{' %' if units.get(name) == 'share' else ''}", spare=at)
            for at, name in enumerate(first.figures)
        ]
        rows = [
            TableRow(
                (
                    *(Cell(str(value), value) for value in row.setting.values()),
                    *(_cell(found, units.get(name)) for name, found in row.figures.items()),
                ),
                facts=self.facts,
            )
            for row in self.rows
        ]
        return Table(self.heading, tuple(columns), tuple(rows), (self.sentence, *self.notes))


def _cell(found: Figure, unit: Unit | None) -> Cell:
    if isinstance(found, Estimate):
        return Cell(found.text, found.value)
    return Cell("") if found is None else Cell((percent if unit == "share" else plain)(found), found)


def text_of(answers: Sequence[Answer], form: str = "json") -> str:
    """A record a row; beside them what is said once of each answer. As JSON it is what files hold."""
    records = [
        {"answer": answer.name, "setting": row.setting, "figures": row.figures}
        for answer in answers
        for row in answer.rows
    ]
    about = [{**answer.model_dump(mode="json", exclude={"rows"}), "units": answer.units} for answer in answers]
    return exported(FORM, records, form, answers=about)


def answers_in(folder: Path, order: Sequence[str]) -> dict[str, Answer]:
    """Answers by file name without its ending, by their own name in that order, others last.

    Raises:
      UnreadableAnswer: A JSON file there is something else.
    """
    found = {path.stem: _read(path) for path in sorted(folder.glob("*.json"))}
    places = {name: at for at, name in enumerate(order)}
    return dict(sorted(found.items(), key=lambda item: (places.get(item[1].name, len(order)), item[0])))


def _read(path: Path) -> Answer:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["schema"] != schema_name(FORM):
            raise ValueError(f"its form is {content['schema']}, not {schema_name(FORM)}")
        (about,) = content["answers"]
        units = about.pop("units")
        rows = [{"setting": row["setting"], "figures": _figures(row["figures"], units)} for row in content["records"]]
        return Answer.model_validate({**about, "rows": rows})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"no {error}" if isinstance(error, KeyError) else str(error).partition("\n")[0]
        raise UnreadableAnswer(f"{path} holds no answer ({reason}); remove it, or ask its question again") from error


def _figures(found: dict[str, Any], units: dict[str, Unit]) -> dict[str, Any]:
    """Figures with their units, which stand once in a file."""
    return {name: {**one, "unit": units[name]} if isinstance(one, dict) else one for name, one in found.items()}
