"""A paired comparison as text, a rich table or Markdown, and as a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glassbox.harness.stats.estimate import points
from glassbox.harness.tables.render import markdown_table
from glassbox.harness.tables.table import Cell, Column, Table, TableRow
from glassbox.leaderboards import figures
from glassbox.leaderboards.compare.report import Ratio, Report, Side

if TYPE_CHECKING:
    from rich.text import Text

HEAD = ("", "A", "B", "A against B")
RECORDED = {"tokens": "total_tokens"}
"""What a cost is called in records, where the name of the samples could be taken for another."""


def rich_sentence(found: Report) -> Text:
    """The answer in colour."""
    from rich.text import Text

    style = ("green" if found.test.difference > 0 else "red") if found.test.evidence else "yellow"
    return Text(found.sentence, style=style)


def table(found: Report) -> Table:
    """The figures and the notes; a narrow terminal leaves out what each side has, never the difference."""
    columns = (Column("", text=True), Column("A", spare=1), Column("B", spare=1), Column("A against B"))
    shown = tuple(TableRow(tuple(Cell(text, text or None) for text in row)) for row in rows(found))
    return Table(title(found), columns, shown, notes=tuple(lines(found)))


def markdown_report(found: Report) -> str:
    """The same as Markdown."""
    notes = "\n".join(f"- {line}" for line in lines(found))
    blocks = [f"### {title(found)}", found.sentence, markdown_table(HEAD, rows(found)), notes]
    return "\n\n".join(blocks) + "\n"


def record_of(found: Report) -> dict[str, object]:
    """Every figure unrounded, the sentence and the notes."""
    test, table = found.test, found.table
    return {
        **{name: getattr(found, name) for name in ("task", "task_version", "split", "score", "n", "unscored")},
        **{name: getattr(found, name) for name in ("data", "cluster", "a", "b")},
        "difference": {"value": test.difference, "low": test.low, "high": test.high, "n": found.n},
        **{name: getattr(test, name) for name in ("evidence", "p", "method", "second", "second_p")},
        **{name: getattr(test, name) for name in ("effect", "effect_name", "detectable", "needed")},
        **{name: getattr(test, name) for name in ("clusters", "differing", "design_effect")},
        **{name: getattr(table, name, None) for name in ("both", "only_a", "only_b", "neither")},
        "costs": {
            RECORDED.get(one.key, one.key): {
                "a": one.a,
                "b": one.b,
                "ratio": {"value": one.ratio, "low": one.low, "high": one.high, "n": one.n},
            }
            for one in found.ratios
        },
        "sentence": found.sentence,
        "notes": lines(found),
    }


def title(found: Report) -> str:
    """`ir_arith 1-A · held_out_both · A ir_head against B regex_pipeline · n = 1,000`."""
    place = " · ".join(filter(None, [f"{found.task} {found.task_version}", found.split]))
    return f"{place} · A {found.a.name} against B {found.b.name} · n = {found.n:,}"


def lines(found: Report) -> list[str]:
    """How the difference was judged, and what a reader must know to weigh it."""
    alike = found.a.model == found.b.model
    model = f"model {found.a.model}" if alike else f"models: A {found.a.model}, B {found.b.model}"
    return [f"{model}; judged by {found.test.method}", *found.notes]


def rows(found: Report) -> list[tuple[str, str, str, str]]:
    """What is shown, line by line."""
    test = found.test
    shown = [
        (f"{found.score}, %", _score(found.a), _score(found.b), _difference(found)),
        ("p", "", "", f"{test.p:.2g}"),
    ]
    if test.second_p is not None:
        shown.append((f"p, {test.second}", "", "", f"{test.second_p:.2g}"))
    shown.append(
        (f"effect, {test.effect_name}", "", "", figures.NONE if test.effect is None else f"{test.effect:+.2f}")
    )
    if (table := found.table) is not None:
        shown.append(("right, the other wrong", f"{table.only_a:,}", f"{table.only_b:,}", ""))
        shown.append(("both right, both wrong", "", "", f"{table.both:,}, {table.neither:,}"))
    detectable = "none" if test.detectable is None else f"{test.detectable * 100:.1f} points"
    shown.append(("detectable, 80 % power", "", "", detectable))
    if test.needed is not None and not test.evidence:
        shown.append(("samples needed, 80 % power", "", "", f"{test.needed:,}"))
    shown += [
        (ratio.name, _cost(ratio.a, ratio.unit), _cost(ratio.b, ratio.unit), _times(ratio)) for ratio in found.ratios
    ]
    return shown


def _score(side: Side) -> str:
    """Figures of right and wrong lie in 0..100 %; those of other scores are written as they are, times 100."""
    if side.score.low >= 0 and side.score.high <= 1:
        return figures.with_interval(side.score)
    return f"{side.score.value * 100:.1f} [{side.score.low * 100:.1f}, {side.score.high * 100:.1f}]"


def _difference(found: Report) -> str:
    return points(found.test.difference, found.test, "")


def _cost(value: float | None, unit: str) -> str:
    return figures.milliseconds(value) if unit == "ms" else figures.number(value)


def _times(ratio: Ratio) -> str:
    if ratio.ratio is None:
        return figures.NONE
    bounds = "" if ratio.low is None or ratio.high is None else f" [{ratio.low:.3g}, {ratio.high:.3g}]"
    return f"{ratio.ratio:.3g} x{bounds}"
