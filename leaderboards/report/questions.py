"""The key questions as figures and tables: layers, heads, pooling, data, phrasings, as `glassbox questions` wrote them.

answers = read_answers(Path("docs/questions"))
drawn = [drawing for answer in answers for drawing in figures(answer)]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from glassbox.harness.records.answer import Answer, UnreadableAnswer, answers_in
from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.tables.table import Table
from glassbox.leaderboards.report.content import Figure
from glassbox.leaderboards.report.curves import Line, Place, draw
from glassbox.leaderboards.report.drawing import image, panels

WHOLE = "program"
"""The part that a figure of one line shows."""
DOUBLING = frozenset({"examples"})
ORDER = ("layers", "heads", "pooling", "data", "phrasings")


def read_answers(folder: Path) -> tuple[Answer, ...]:
    """The answers in a folder, in the order of the questions; none where there is no such folder.

    Raises:
      UnreadableAnswer: A JSON file there is something else.
    """
    found = answers_in(folder, ORDER)
    for stem, answer in found.items():
        if any(WHOLE not in row.estimates for row in answer.rows):
            raise UnreadableAnswer(
                f"{folder / stem}.json holds no answer of `glassbox questions` (no share of {WHOLE}s); "
                "name another --questions"
            )
    return tuple(found.values())


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
    return Figure(answer.heading, shown, _caption(answer), answer.facts)


def _by_part(answer: Answer) -> tuple[Figure, ...]:
    lines: dict[str, list[Line]] = {}
    for part in answer.rows[0].estimates:
        for line in _lines(answer, part):
            lines.setdefault(line.name, []).append(replace(line, name=part.replace("_", " ")))
    return tuple(_of_kind(answer, kind, parts) for kind, parts in lines.items())


def _of_kind(answer: Answer, kind: str, lines: Sequence[Line]) -> Figure:
    drawing, (axes,) = panels(5.4, 3.3)
    draw(axes, lines)
    axes.set(xlabel=answer.varied, ylabel="read right, %")
    said = "; ".join(line.said() for line in lines)
    shown = image(drawing, f"{answer.question} {kind}. {said}")
    return Figure(f"{answer.heading} · {kind}", shown, _caption(answer), answer.facts)


def _lines(answer: Answer, part: str) -> list[Line]:
    """One line for each value of what is not along the axis."""
    groups: dict[str, list[tuple[Place, Estimate]]] = {}
    for row in answer.rows:
        others = ((name, value) for name, value in row.setting.items() if name != answer.varied)
        name = ", ".join(value if isinstance(value, str) else f"{key} {value}" for key, value in others) or part
        if part in row.estimates:
            groups.setdefault(name, []).append((row.setting[answer.varied], row.estimates[part]))
    return [Line(name, tuple(p for p, _ in points), tuple(s for _, s in points)) for name, points in groups.items()]


def table(answer: Answer) -> Table:
    """Every share with its interval: the numbers behind the figure."""
    return replace(answer.table, notes=(_caption(answer),))


def _caption(answer: Answer) -> str:
    sentence = answer.sentence[:1].upper() + answer.sentence[1:]
    return f"{sentence}. n = {answer.rows[0].estimates[WHOLE].n:,} each; 95 % Wilson intervals."
