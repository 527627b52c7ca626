"""Training text of the `arith` reference model: generated problems, their expressions and their answers.

Every problem comes from the `train` split: no held-out wording, no held-out operands, no `iid` item.
Prompt and completion are kept apart so that the loss can weigh them apart.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from glassbox.harness.data.arithmetic.generate import stream
from glassbox.harness.data.arithmetic.operands import Ranges
from glassbox.harness.data.arithmetic.prompts import answer_prompt, expression_prompt
from glassbox.harness.data.problem import Problem
from glassbox.harness.ir.text import to_text

WIDE, HUGE = Ranges(999, 99), Ranges(99_999, 999)


@dataclass(frozen=True)
class Document:
    """One training text; the model reads `prompt` and must write `completion` and the stop token."""

    prompt: str
    completion: str


def worn(question: str, rng: random.Random) -> str:
    """The question as people really type it: sometimes polite, lower-case or without its last mark."""
    if rng.random() < 0.08:
        question = "Please " + question[0].lower() + question[1:]
    if rng.random() < 0.12:
        question = question.lower()
    if rng.random() < 0.1:
        question = question.rstrip("?.")
    return question


def _expression(problem: Problem, rng: random.Random) -> Document:
    assert problem.program is not None
    return Document(expression_prompt(worn(problem.question, rng)), f" {to_text(problem.program)}")


def _answer(problem: Problem, rng: random.Random) -> Document:
    return Document(answer_prompt(worn(problem.question, rng)), f" {problem.answer}")


def _equation(problem: Problem, rng: random.Random) -> Document:
    assert problem.program is not None
    return Document(f"{to_text(problem.program)} =", f" {problem.answer}")


def documents(seed: int) -> Iterator[Document]:
    """The corpus without end: 54 % expressions of one operation, 22 % answers, the rest equations, chains and loops."""
    rng = random.Random(f"arith/{seed}")
    single = stream("single", "train", seed, story_share=0.4)
    wide = stream("single", "train", seed, ranges=WIDE, story_share=0.5)
    huge = stream("single", "train", seed, ranges=HUGE, story_share=0.5)
    plain = stream("single", "train", seed + 1, story_share=0.0)
    chain, loop = stream("chain", "train", seed), stream("loop", "train", seed)
    Writer = Callable[[Problem, random.Random], Document]
    mixture: list[tuple[float, Iterator[Problem], Writer]] = [
        (0.36, single, _expression),
        (0.12, wide, _expression),
        (0.06, huge, _expression),
        (0.22, single, _answer),
        (0.08, plain, _equation),
        (0.10, chain, _expression),
        (0.06, loop, _expression),
    ]
    weights = [share for share, _, _ in mixture]
    while True:
        _, problems, write = rng.choices(mixture, weights)[0]
        yield write(next(problems), rng)
