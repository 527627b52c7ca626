"""Answers as a command gives them: a table as soon as there is one, a JSON file and a picture each, or records.

publish(((name, answer) for ...), plot, args)
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from glassbox.harness.cli.terminal import show
from glassbox.harness.records.answer import Answer, text_of
from glassbox.harness.records.files import write_atomically, write_or_keep
from glassbox.harness.tables.render import markdown_tables, rich_tables

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Draw = Callable[[Answer, "Axes"], None]
SIZE = (6.4, 3.6)
DOTS = 110


def publish(answers: Iterable[tuple[str, Answer]], draw: Draw, args: argparse.Namespace) -> None:
    """Write each answer when it comes; in the terminal it is shown then, in the other formats with all others.

    Args:
      answers: By the name of their files.
      draw: Draws one into the picture's axes.
      args: With `output` and `format` of the command.
    """
    given: list[Answer] = []
    for stem, answer in answers:
        given.append(answer)
        if args.format == "rich":
            show(rich_tables([answer.table]))
        write_or_keep(args.output / f"{stem}.json", partial(write_atomically, content=text_of([answer])))
        write_or_keep(args.output / f"{stem}.png", partial(write_atomically, content=_picture(answer, draw)))
        print(f"{args.output / stem}.json and .png", file=sys.stderr)
    if args.format == "markdown":
        print(markdown_tables([answer.table for answer in given]), end="")
    elif args.format != "rich":
        print(text_of(given, args.format), end="")


def _picture(answer: Answer, draw: Draw) -> bytes:
    """A PNG, drawn from what the file holds.

    Raises:
      ImportError: matplotlib is not installed; it comes with the extra `report`.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=SIZE, layout="constrained")
    draw(answer, axes)
    axes.set_title(answer.heading, fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    drawn = BytesIO()
    # Without the library's version in the file, so that the same numbers give the same bytes.
    figure.savefig(drawn, dpi=DOTS, format="png", metadata={"Software": None})
    pyplot.close(figure)
    return drawn.getvalue()
