"""Seeded problems by split: the same name, split, size and seed give the same problems everywhere.

Splits: `train` and `iid` share wording and operands but no item; `held_out_templates` has unseen wording,
`held_out_operands` unseen numbers, `held_out_both` both; `word_problems` has unseen frames and unseen numbers.
"""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Iterator
from typing import Literal, get_args

from glassbox.harness.data.arithmetic import chains, loops, stories, wording
from glassbox.harness.data.arithmetic.operands import Ranges, draw, is_held_out
from glassbox.harness.data.problem import Problem
from glassbox.harness.ir.program import Loop, LoopKind, Op, single

Split = Literal["train", "iid", "held_out_templates", "held_out_operands", "held_out_both", "word_problems"]
SPLITS: tuple[Split, ...] = get_args(Split)
Family = Literal["single", "chain", "loop"]

CANARY = "glassbox:8d1f0f0e-6a57-4c0b-9a63-2f1f1b7a90d4"
"""Stands in every generated sample's metadata, so that training corpora which swallowed it can be told."""

APPLY = {
    Op.ADD: lambda a, b: a + b,
    Op.SUBTRACT: lambda a, b: a - b,
    Op.MULTIPLY: lambda a, b: a * b,
    Op.DIVIDE: lambda a, b: a // b,
}


def in_iid(question: str) -> bool:
    """Whether a question made of training wording and training numbers belongs to `iid` rather than `train`."""
    return hashlib.sha256(question.encode()).digest()[0] < 16


def draw_single(split: Split, op: Op, rng: random.Random, ranges: Ranges, story_share: float) -> Problem | None:
    """One draw of a single-operation problem, or None where it falls outside the split."""
    unseen_words = split in ("held_out_templates", "held_out_both", "word_problems")
    story = split == "word_problems" or (not unseen_words and rng.random() < story_share)
    a, b = draw(op, ranges, rng, story=story)
    if is_held_out((a, b)) != (split in ("held_out_operands", "held_out_both", "word_problems")):
        return None
    source = stories if story else wording
    template = rng.choice((source.HELD_OUT if unseen_words else source.TRAIN)[op])
    question = stories.fill(template, a, b, rng) if story else template.format(a=a, b=b)
    if split in ("train", "iid") and in_iid(question) != (split == "iid"):
        return None
    tags = {"op": op.value, "steps": "1", "kind": "story" if story else "symbolic"}
    return Problem(question, APPLY[op](a, b), single(op, a, b), template, split, tags)


def draw_multi(split: Split, steps: int, rng: random.Random) -> Problem | None:
    """One draw of a chain of `steps` operations, or None where it falls outside the split."""
    unseen_words = split in ("held_out_templates", "held_out_both", "word_problems")
    operands, ops = chains.draw_chain(steps, rng)
    if is_held_out(operands) != (split in ("held_out_operands", "held_out_both", "word_problems")):
        return None
    question, template = chains.phrase(operands, ops, rng, held_out=unseen_words)
    if split in ("train", "iid") and in_iid(question) != (split == "iid"):
        return None
    answer = operands[0]
    for op, number in zip(ops, operands[1:], strict=True):
        answer = APPLY[op](answer, number)
    tags = {"op": "+".join(op.value for op in ops), "steps": str(steps), "kind": "chain"}
    return Problem(question, answer, chains.program(operands, ops), template, split, tags)


def draw_loop(split: Split, kind: LoopKind, rng: random.Random) -> Problem | None:
    """One draw of a counted loop, or None where it falls outside the split."""
    unseen_words = split in ("held_out_templates", "held_out_both", "word_problems")
    start, stop = loops.draw_bounds(kind, rng)
    if is_held_out((start, stop)) != (split in ("held_out_operands", "held_out_both", "word_problems")):
        return None
    template = rng.choice((loops.HELD_OUT if unseen_words else loops.TRAIN)[kind])
    question = template.format(a=start, b=stop)
    if split in ("train", "iid") and in_iid(question) != (split == "iid"):
        return None
    tags = {"op": kind.value, "steps": "1", "kind": "loop"}
    return Problem(question, loops.value(kind, start, stop), Loop(kind, start, stop), template, split, tags)


def stream(
    family: Family, split: Split, seed: int = 0, *, ranges: Ranges | None = None, story_share: float = 0.25
) -> Iterator[Problem]:
    """Problems without end and without order between operations: each comes in turn.

    Args:
      family: `single`, `chain` (two or three operations) or `loop`.
      split: Which split to draw from.
      seed: Seed of the draw.
      ranges: Largest operands of single operations; the task's default is 0..255 with factors up to 20.
      story_share: Share of word problems among seen wording.
    """
    rng = random.Random(f"{family}/{split}/{seed}")
    reach = ranges or Ranges()
    turn = 0
    while True:
        problem: Problem | None
        if family == "single":
            problem = draw_single(split, list(Op)[turn % 4], rng, reach, story_share)
        elif family == "chain":
            problem = draw_multi(split, 2 + turn % 2, rng)
        else:
            problem = draw_loop(split, list(LoopKind)[turn % 3], rng)
        if problem is not None:
            turn += 1
            yield problem


def generate(family: Family, split: Split, n: int, seed: int = 0) -> list[Problem]:
    """The first `n` different problems of the stream, in order; fewer where the split holds fewer.

    Raises:
      ValueError: `n` is not positive, or the split is unknown.
    """
    if n < 1:
        raise ValueError(f"n is {n}; ask for at least one problem")
    if split not in SPLITS:
        raise ValueError(f"unknown split {split!r}; one of {', '.join(SPLITS)}")
    problems: dict[str, Problem] = {}
    for problem in itertools.islice(stream(family, split, seed), 20 * n + 1000):
        problems.setdefault(problem.id, problem)
        if len(problems) == n:
            break
    return list(problems.values())
