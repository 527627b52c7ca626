"""`glassbox words`: print questions of the task.

glassbox words --n 3
"""

import argparse

HELP = "print questions about words"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many."""
    parser.add_argument("--n", type=int, default=3)


def run(args: argparse.Namespace) -> int:
    """Print each question with its answer."""
    from glassbox_example.words import questions

    for one in questions(args.n, 0, "test"):
        print(f"{one.input} -> {one.target}")
    return 0
