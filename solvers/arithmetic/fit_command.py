"""`glassbox fit`: fit the default IR head for every family of problems, ahead of any run.

glassbox fit --model arith
glassbox fit --model arith --out baselines/models/arith/parts      # what is shipped beside the model
"""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "fit the default heads of a model ahead of any run"

FAMILIES = ("single", "chain", "loop")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Model, families and where the parts go."""
    parser.add_argument("--model", default="arith", help="shipped model, hub name or path (default: arith)")
    parser.add_argument("--family", choices=FAMILIES, nargs="+", default=FAMILIES, help="families of problems")
    parser.add_argument("--out", type=Path, help="folder of the parts (default: the user's store)")


def run(args: argparse.Namespace) -> int:
    """Fit what is not there yet and name each part."""
    from glassbox.harness.data.arithmetic.dataset import Origin
    from glassbox.harness.fit.artefacts import ArtefactStore
    from glassbox.harness.lm.load import open_model
    from glassbox.solvers.arithmetic.fitted import fitted
    from glassbox.solvers.ir_head import DEFAULT, EXAMPLES, LAYER

    model = open_model(args.model)
    store = None if args.out is None else ArtefactStore(args.out)
    for family in args.family:
        technique = fitted(model, Origin(family=family), DEFAULT, LAYER, EXAMPLES, 32, store)
        print(f"{args.model} {family}: artefact {technique.name}")
    return 0
