"""`glassbox questions`: answer the seed's key questions with a table, a JSON file and a plot.

glassbox questions data
glassbox questions all --model open/arith --examples 2000
glassbox questions all --output docs/questions         # the pages that the project shows
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.records.export import add_format
from glassbox.harness.records.files import writable
from glassbox.harness.records.reading import log_folder

if TYPE_CHECKING:
    from glassbox.harness.records.answer import Answer

HELP = "answer the seed's key questions with tables and plots"

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
    add_format(parser, "markdown")


def run(args: argparse.Namespace) -> int:
    """Measure, print, write."""
    from glassbox.studies.publish import publish
    from glassbox.studies.questions import plot

    writable(args.output)
    names = NAMES if args.question == "all" else (args.question,)
    publish(((answer.name, answer) for answer in _answers(args, names)), plot, args)
    return 0


def _answers(args: argparse.Namespace, names: Sequence[str]) -> Iterator[Answer]:
    """Each answer when it is asked for."""
    from glassbox.harness.cli.progress import progress
    from glassbox.harness.lm.load import open_model
    from glassbox.harness.records.answer import Origin
    from glassbox.harness.records.provenance import provenance
    from glassbox.studies.questions import QUESTIONS, Lab

    name = args.model.removeprefix("open/")
    model, settings = open_model(name), {each: getattr(args, each) for each in ("examples", "tests", "seed")}
    given = " ".join(f"--{each} {value}" for each, value in settings.items())
    for question in names:
        with progress() as tick:
            answer = QUESTIONS[question](Lab(model, args.examples, args.tests, tick, args.seed))
        origin = Origin(
            model=Path(name).name,
            model_hash=model.hash,
            command=f"glassbox questions {question} --model {Path(name).name} {given}",
            settings=settings,
            provenance=provenance(str(model.device)),
        )
        yield answer.model_copy(update={"origin": origin})
