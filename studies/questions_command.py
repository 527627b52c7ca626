"""`glassbox questions`: answer the seed's key questions with a table, a JSON file and a plot.

glassbox questions data
glassbox questions all --model open/arith --examples 2000
glassbox questions all --output docs/questions         # the pages that the project shows
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.records.files import writable, write_atomically, write_or_keep
from glassbox.harness.records.reading import log_folder

if TYPE_CHECKING:
    from glassbox.studies.questions import Answer

HELP = "answer the seed's key questions with tables and plots"

SCHEMA = "glassbox/questions/1"
NAMES = ("layers", "heads", "pooling", "data", "phrasings")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which question, on which model, how large."""
    parser.add_argument("question", choices=(*NAMES, "all"))
    parser.add_argument("--model", default="arith", help="shipped model, hub name or path (default: arith)")
    parser.add_argument("--examples", type=int, default=8000, help="problems to fit on (default: 8000)")
    parser.add_argument("--tests", type=int, default=1000, help="problems to measure on (default: 1000)")
    parser.add_argument("--seed", type=int, default=0, help="random seed of the heads (default: 0)")
    parser.add_argument(
        "--output",
        "--out",
        type=Path,
        default=log_folder() / "questions",
        metavar="FOLDER",
        help="for JSON and plots (default: questions beside the logs; docs/questions is the project's own)",
    )


def run(args: argparse.Namespace) -> int:
    """Measure, print, write."""
    from glassbox.harness.cli.progress import progress
    from glassbox.harness.lm.load import open_model
    from glassbox.harness.records.provenance import provenance
    from glassbox.studies.questions import QUESTIONS, Lab

    writable(args.output)
    model = open_model(args.model.removeprefix("open/"))
    for name in NAMES if args.question == "all" else (args.question,):
        with progress() as tick:
            answer = QUESTIONS[name](Lab(model, args.examples, args.tests, tick, args.seed))
        _print(answer)
        record = {
            "schema": SCHEMA,
            **asdict(answer),
            "model": args.model,
            "model_hash": model.hash,
            "examples": args.examples,
            "tests": args.tests,
            "seed": args.seed,
            "provenance": provenance(str(model.device)),
        }
        text, drawn = json.dumps(record, indent=1), _plot(answer)
        write_or_keep(args.output / f"{name}.json", partial(write_atomically, content=text))
        write_or_keep(args.output / f"{name}.png", partial(write_atomically, content=drawn))
        print(f"{args.output / name}.json and .png", file=sys.stderr)
    return 0


def _print(answer: Answer) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=answer.question, caption=answer.sentence)
    for name in answer.rows[0].setting:
        table.add_column(name)
    for part in answer.rows[0].shares:
        table.add_column(part.replace("_", " "), justify="right")
    for row in answer.rows:
        shares = map(str, row.shares.values())
        table.add_row(*map(str, row.setting.values()), *shares)
    Console(width=130).print(table)


def _plot(answer: Answer) -> bytes:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    from glassbox.studies.questions import TARGET, series

    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    for name, places, shares in series(answer):
        axes.plot(places, [100 * share for share in shares], marker="o", label=name)
    axes.axhline(100 * TARGET, color="grey", linestyle=":", linewidth=1)
    axes.set(title=answer.question, xlabel=answer.varied, ylabel="whole programs read exactly, %", ylim=(-2, 102))
    axes.legend(frameon=False)
    drawn = BytesIO()
    figure.savefig(drawn, dpi=130, format="png")
    pyplot.close(figure)
    return drawn.getvalue()
