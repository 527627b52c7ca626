"""The key questions as figures and tables: layers, heads, pooling, data, phrasings, as `glassbox questions` wrote them.

answers = read_answers(Path("docs/questions"))
drawn = [drawing for answer in answers for drawing in figures(answer)]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.tables.table import Cell, Column, Table, TableRow
from glassbox.leaderboards.report.content import Figure
from glassbox.leaderboards.report.curves import Line, Place, draw
from glassbox.leaderboards.report.drawing import image, panels

WHOLE = "program"
"""The part that a figure of one line shows."""
DOUBLING = frozenset({"examples"})
ORDER = ("layers", "heads", "pooling", "data", "phrasings")


class UnreadableAnswer(ValueError):
    """A file of the questions folder does not hold an answer."""


class Setting(BaseModel):
    """One row: what was set, and the share of each part that was read right."""

    model_config = ConfigDict(frozen=True)

    setting: Mapping[str, str | int | float]
    shares: Mapping[str, Estimate] = Field(min_length=1)


class Answer(BaseModel):
    """An answered question.

    Attributes:
      name: Of the file.
      question: In words.
      varied: The setting along the axis.
      rows: As measured.
      sentence: What they come to.
      model: Whose states were read.
      tests: Problems behind each share.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    question: str
    varied: str
    rows: tuple[Setting, ...] = Field(min_length=1)
    sentence: str
    model: str
    tests: int

    @model_validator(mode="before")
    @classmethod
    def _counted_once(cls, content: Any) -> Any:
        """Earlier versions wrote n once for all shares."""
        rows = content.get("rows") if isinstance(content, dict) else None
        for row in rows if isinstance(rows, list) else ():
            for share in row["shares"].values():
                share.setdefault("n", content.get("tests"))
        return content

    @property
    def heading(self) -> str:
        """`Which pooling? · arith`."""
        return f"{self.question} · {self.model}"

    @property
    def settings(self) -> tuple[str, ...]:
        """Names of what was set, the varied one first."""
        return (self.varied, *(name for name in self.rows[0].setting if name != self.varied))


def read_answers(folder: Path) -> tuple[Answer, ...]:
    """The answers in a folder, in the order of the questions; none where there is no such folder.

    Raises:
      UnreadableAnswer: A JSON file there is something else.
    """
    found = [_read(path) for path in sorted(folder.glob("*.json"))]
    return tuple(sorted(found, key=lambda answer: ORDER.index(answer.name) if answer.name in ORDER else len(ORDER)))


def _read(path: Path) -> Answer:
    import json

    try:
        return Answer.model_validate({**json.loads(path.read_text(encoding="utf-8")), "name": path.stem})
    except (ValidationError, UnicodeDecodeError, json.JSONDecodeError, TypeError, KeyError, AttributeError) as error:
        reason = str(error).splitlines()[0]
        raise UnreadableAnswer(
            f"{path} holds no answer of `glassbox questions` ({reason}); write it anew or name another --questions"
        ) from error


def figures(answer: Answer) -> tuple[Figure, ...]:
    """Whole programs over what was varied; over layers every part, in a figure for each kind of head."""
    return _by_part(answer) if answer.varied == "layer" else (_whole(answer),)


def _whole(answer: Answer) -> Figure:
    lines = _lines(answer, WHOLE)
    drawing, (axes,) = panels(5.4, 3.1)
    draw(axes, lines, doubling=answer.varied in DOUBLING)
    shares = "whole programs read exactly, %"
    if all(line.numeric for line in lines):
        axes.set(xlabel=answer.varied, ylabel=shares)
    else:
        axes.set_xlabel(shares)
    said = "; ".join(line.said() for line in lines)
    shown = image(drawing, f"{answer.question} {said}")
    return Figure(answer.heading, shown, _caption(answer), {"model": answer.model})


def _by_part(answer: Answer) -> tuple[Figure, ...]:
    lines: dict[str, list[Line]] = {}
    for part in answer.rows[0].shares:
        for line in _lines(answer, part):
            lines.setdefault(line.name, []).append(replace(line, name=part.replace("_", " ")))
    return tuple(_of_kind(answer, kind, parts) for kind, parts in lines.items())


def _of_kind(answer: Answer, kind: str, lines: Sequence[Line]) -> Figure:
    drawing, (axes,) = panels(5.4, 3.3)
    draw(axes, lines)
    axes.set(xlabel=answer.varied, ylabel="read right, %")
    said = "; ".join(line.said() for line in lines)
    shown = image(drawing, f"{answer.question} {kind}. {said}")
    return Figure(f"{answer.heading} · {kind}", shown, _caption(answer), {"model": answer.model})


def _lines(answer: Answer, part: str) -> list[Line]:
    """One line for each value of what is not along the axis."""
    groups: dict[str, list[tuple[Place, Estimate]]] = {}
    for row in answer.rows:
        others = ((name, value) for name, value in row.setting.items() if name != answer.varied)
        name = ", ".join(value if isinstance(value, str) else f"{key} {value}" for key, value in others) or part
        if part in row.shares:
            groups.setdefault(name, []).append((row.setting[answer.varied], row.shares[part]))
    return [Line(name, tuple(p for p, _ in points), tuple(s for _, s in points)) for name, points in groups.items()]


def table(answer: Answer) -> Table:
    """Every share with its interval: the numbers behind the figure."""
    parts = list(answer.rows[0].shares)
    columns = [Column(name, text=_textual(answer.rows, name)) for name in answer.settings]
    columns += [Column(part.replace("_", " "), about="read right, % [95 % Wilson interval]") for part in parts]
    rows = []
    for row in answer.rows:
        cells = [Cell(str(row.setting[name]), row.setting[name]) for name in answer.settings]
        cells += [Cell(row.shares[part].text, row.shares[part].value) for part in parts]
        rows.append(TableRow(tuple(cells), facts={"model": answer.model}))
    return Table(answer.heading, tuple(columns), tuple(rows), (_caption(answer),))


def _textual(rows: Sequence[Setting], name: str) -> bool:
    return any(isinstance(row.setting[name], str) for row in rows)


def _caption(answer: Answer) -> str:
    sentence = answer.sentence[:1].upper() + answer.sentence[1:]
    return f"{sentence}. n = {answer.tests:,} each; 95 % Wilson intervals."
