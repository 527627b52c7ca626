"""From a task's arguments to problems, and from problems to inspect samples.

What a sample was drawn from stands in its metadata (`origin`), so that a solver that learns can fetch the matching
fit data, which never meets a test item.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from inspect_ai.dataset import MemoryDataset, Sample
from pydantic import BaseModel, ConfigDict

from glassbox.harness.data.arithmetic.fixed import fixed_items
from glassbox.harness.data.arithmetic.generate import CANARY, Family, generate
from glassbox.harness.data.problem import Problem
from glassbox.harness.data.readers import ReadData, SourceError, SourceName, read_source, split_thirds
from glassbox.harness.ir.program import Arithmetic, Loop, Program
from glassbox.harness.ir.text import to_text

SplitName = Literal[
    "train", "iid", "held_out_templates", "held_out_operands", "held_out_both", "word_problems", "fixed"
]
Source = Literal["generated", "single_op", "svamp", "mawps", "gsm8k", "gpt3_arithmetic"]


class Origin(BaseModel):
    """Where a sample comes from: enough to fetch the data a learner may fit on."""

    model_config = ConfigDict(frozen=True)

    family: Family
    source: Source = "generated"
    path: str | None = None


def family_of(program: Program) -> Family:
    """The family that a program belongs to by its shape."""
    if isinstance(program, Loop):
        return "loop"
    return "single" if len(program.steps) == 1 else "chain"


@lru_cache(maxsize=8)
def _official(source: SourceName, path: str) -> ReadData[Problem]:
    return read_source(source, path)


def locate(path: str | None, source: str) -> str:
    """The official file as an absolute path; inspect loads tasks from inside their folder, so the shell's counts.

    Raises:
      SourceError: No path is given.
    """
    if path is None:
        raise SourceError(f"source={source} needs path=: the official file, or a folder of them")
    given = Path(path).expanduser()
    if not given.is_absolute() and not given.exists():
        given = Path(os.environ.get("PWD", ".")) / given
    return str(given.resolve())


def test_problems(
    origin: Origin, split: SplitName, n: int, seed: int
) -> tuple[list[Problem], dict[str, tuple[str, ...]]]:
    """The problems a task shows, and where the records stood that its source had to leave out, by reason.

    Raises:
      ValueError: `n` is not positive, or the family has no such split.
      SourceError: The official file is missing or malformed.
    """
    if n < 1:
        raise ValueError(f"n is {n}; ask for at least one problem")
    if origin.source == "generated":
        if split == "fixed":
            return fixed_items(origin.family)[:n], {}
        if split == "word_problems" and origin.family != "single":
            raise ValueError(f"split word_problems exists for single operations only, not for {origin.family}s")
        return generate(origin.family, split, n, seed), {}
    data = _official(origin.source, locate(origin.path, origin.source))
    problems = split_thirds(data.items)["test"] if origin.source == "single_op" else data.items
    return list(problems[:n]), data.places


def fit_problems(origin: Origin, n: int, seed: int) -> list[Problem]:
    """Problems to fit a part on: the `train` split, or the fit side of `single_op` for real wording."""
    if origin.source == "single_op":
        data = _official("single_op", locate(origin.path, origin.source))
        return list(split_thirds(data.items)["fit"])[:n]
    return generate(origin.family, "train", n, seed)


def samples(problems: list[Problem], origin: Origin, name: str) -> MemoryDataset:
    """The problems as an inspect data set; ids are content-addressed, the canary stands in every sample."""
    return MemoryDataset([_sample(problem, origin) for problem in problems], name=name)


def _sample(problem: Problem, origin: Origin) -> Sample:
    """A tag that would hide what solvers and scorers rely on (single_op has an `origin`) is kept as `tag_...`."""
    known: dict[str, Any] = {
        "program": to_text(problem.program) if problem.program is not None else None,
        "template": problem.template,
        "split": problem.split,
        "origin": origin.model_dump(),
        "canary": CANARY,
    }
    tags = {f"tag_{name}" if name in known else name: value for name, value in problem.tags.items()}
    return Sample(id=problem.id, input=problem.question, target=str(problem.answer), metadata=known | tags)


def largest_operand(problems: list[Problem]) -> int:
    """The largest literal in any reference program: the bound a real source needs for its own programs to be valid."""
    most = 0
    for problem in problems:
        if isinstance(problem.program, Loop):
            most = max(most, problem.program.start, problem.program.stop)
        elif isinstance(problem.program, Arithmetic):
            literals = (o for step in problem.program.steps for o in (step.left, step.right) if isinstance(o, int))
            most = max(most, *literals)
    return most
