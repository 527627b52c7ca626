"""`glassbox prompt-questions`: what found soft prompts are like, each answer as a table, a JSON file and a plot.

glassbox prompt-questions sweep --data squad=dev-v2.0.json --n 100
glassbox prompt-questions sweep --logs logs --data squad
glassbox prompt-questions all --model open/arith
glassbox prompt-questions page
"""

from __future__ import annotations

import argparse
from pathlib import Path

from glassbox.harness.records.answer import answers_in
from glassbox.harness.records.export import add_format
from glassbox.harness.records.files import writable, write_atomically
from glassbox.harness.records.reading import log_folder

HELP = "measure what found soft prompts are like"

NAMES = ("datasets", "sweep", "agreement", "nearest", "clusters")
SIZES = (1, 2, 4, 8, 16, 32, 64, 128)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which analysis, of which model, on which pairs."""
    parser.add_argument("question", choices=(*NAMES, "all", "page"), help="`page` renders what is there already")
    parser.add_argument("--model", default="arith", help="shipped model, hub name or path (default: arith)")
    parser.add_argument(
        "--data",
        nargs="+",
        metavar="FAMILY[=FILE]",
        help="squad, triviaqa, nq_open, arithmetic, sudoku, arc; the project's own set without a file "
        "(default: squad; squad arithmetic sudoku arc for datasets and clusters)",
    )
    parser.add_argument("--n", type=int, default=24, help="pairs of each data set (default: 24)")
    parser.add_argument("--limit", type=int, help="only the first so many of them")
    parser.add_argument("--longest", type=int, help="leave out pairs with a text of more characters")
    parser.add_argument("--draw", type=int, default=0, help="seed of the draw of pairs (default: 0)")
    parser.add_argument(
        "--k",
        nargs="+",
        default=[*map(str, SIZES)],
        metavar="K[:N]",
        help="sizes of the sweep; with N, of the first N pairs only, for sizes that fail and so cost the most",
    )
    parser.add_argument("--seeds", type=int, default=5, help="independent seeds for agreement (default: 5)")
    parser.add_argument(
        "-S",
        dest="settings",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="setting of the search, or preset",
    )
    parser.add_argument("--logs", type=Path, help="sweep: read the runs in this folder and search nothing")
    parser.add_argument(
        "--kept", action="store_true", help="datasets, sweep: look at the pairs found already and search nothing"
    )
    parser.add_argument("--device", help="such as cuda:0 (default: what there is)")
    parser.add_argument("--tag", default="", help="added to the names of the files, to keep several answers")
    parser.add_argument(
        "--output",
        "--out",
        type=Path,
        default=log_folder() / "soft_prompts",
        metavar="FOLDER",
        help="for JSON and plots, the page beside it (default: soft_prompts beside the logs; docs/soft_prompts is the "
        "project's own)",
    )
    add_format(parser, "markdown")


def run(args: argparse.Namespace) -> int:
    """Measure, print, write; the page beside the folder is rendered anew each time."""
    from glassbox.harness.cli.progress import progress
    from glassbox.studies.prompt_questions.inquiry import Inquiry
    from glassbox.studies.prompt_questions.page import page
    from glassbox.studies.prompt_questions.plots import plot
    from glassbox.studies.publish import publish

    writable(args.output)
    if args.question != "page":
        with progress() as tick:
            inquiry = Inquiry(args, tick)
            names = NAMES if args.question == "all" else (args.question,)
            publish(((inquiry.stem(name), inquiry.answer(name)) for name in names), plot, args)
    write_atomically(args.output.with_suffix(".md"), page(answers_in(args.output, NAMES), args.output.name))
    return 0
