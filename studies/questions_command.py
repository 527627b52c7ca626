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
        "--heads",
        nargs="+",
        choices=("regression", "binned", "digits", "pointer"),
        default=["digits", "pointer"],
        help="layers: heads that are asked (default: digits pointer)",
    )
    parser.add_argument(
        "--untrained", action="store_true", help="layers: beside it, the same shape with weights as they are drawn"
    )
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
    # The reference model's files have the question's name alone.
    of_model = "" if args.model in ("arith", "open/arith") else f"-{Path(args.model).name}"
    publish(((f"{answer.name}{of_model}", answer) for answer in _answers(args, names)), plot, args)
    return 0


def _answers(args: argparse.Namespace, names: Sequence[str]) -> Iterator[Answer]:
    """Each answer when it is asked for."""
    from glassbox.harness.cli.progress import progress
    from glassbox.harness.lm.load import open_model
    from glassbox.harness.lm.names import RANDOM
    from glassbox.harness.records.answer import Origin
    from glassbox.harness.records.provenance import provenance
    from glassbox.studies.questions import QUESTIONS, Lab

    name = args.model.removeprefix("open/")
    model, settings = open_model(name), {each: getattr(args, each) for each in ("examples", "tests", "seed")}
    given = " ".join(f"--{each} {value}" for each, value in settings.items())
    of_layers = f" --heads {' '.join(args.heads)}" + (" --untrained" if args.untrained else "")
    floor = open_model(f"{name}{RANDOM}") if args.untrained else None
    for question in names:
        more = of_layers if question == "layers" else ""
        with progress() as tick:
            lab = Lab(model, args.examples, args.tests, tick, args.seed, tuple(args.heads), floor)
            answer = QUESTIONS[question](lab)
        origin = Origin(
            model=Path(name).name,
            model_hash=model.hash,
            command=f"glassbox questions {question} --model {Path(name).name} {given}{more}",
            settings=settings,
            provenance=provenance(str(model.device)),
        )
        yield answer.model_copy(update={"origin": origin})
