"""What a code task is: a specification in words, and how a program for it is judged."""

from __future__ import annotations

from dataclasses import dataclass

from glassbox.harness.code.question import FLAGS
from glassbox.harness.sandbox.case import Case
from glassbox.harness.sandbox.limits import MIB, Limits

OWN_LIMITS = Limits()
OFFICIAL_LIMITS = Limits(fuel=100_000_000_000, result_bytes=16 * MIB)
"""Fuel for about the 3 s that official harnesses give: WebAssembly takes some four times as long as native CPython."""

FLOATS_WITHIN, FLOATS_RELATIVE = 1e-6, 1e-7
"""What EvalPlus 0.3.1 allows floats where a task gives no tolerance of its own, and beside any tolerance."""


@dataclass(frozen=True, slots=True)
class CodeTask:
    """A specification in words, and how a program for it is judged: by cases, or by test code, never by both.

    Attributes:
      name: Unique within the suite; the sample's id.
      suite: The suite it belongs to.
      entry_point: The function that a program must define.
      prompt: What the model is shown.
      category: One of CATEGORIES for our own suites; empty where a source has none.
      complexity: The same for COMPLEXITIES.
      tags: Free labels, FLAGS among them.
      cases: Calls with what is expected of them.
      reference: A program that is right, or None.
      wrong: Programs known to be wrong, each of which the cases must catch.
      survivors: Programs known to be wrong that the cases let through, kept to show what a suite is worth.
      phase: Phase of the origin's study in which the task was added, or None.
      tests: Test code, each text a test of its own that calls the program by name.
      prelude: Trusted code of the data set that the tests need; the program never sees it.
      stub: Code that a completion may continue, as in HumanEval; imports and helpers in it belong to the program too.
      hidden: Positions of the cases that the origin's suite does not have.
      limits: What one call may use.
      left_out: For each case of the source that is not asked here, the reason.
    """

    name: str
    suite: str
    entry_point: str
    prompt: str
    category: str
    complexity: str
    tags: tuple[str, ...]
    cases: tuple[Case, ...]
    reference: str | None
    wrong: tuple[str, ...]
    survivors: tuple[str, ...] = ()
    phase: str | None = None
    tests: tuple[str, ...] = ()
    prelude: str = ""
    stub: str = ""
    hidden: tuple[int, ...] = ()
    limits: Limits = OWN_LIMITS
    left_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.cases) == bool(self.tests):
            raise ValueError(f"task {self.name} needs cases or tests, one of the two")

    @property
    def id(self) -> str:
        """Its name."""
        return self.name

    @property
    def flagged(self) -> bool:
        """Whether it carries one of FLAGS."""
        return any(flag in self.tags for flag in FLAGS)


def lenient(args: tuple[object, ...], expected: object, tolerance: float = 0.0) -> Case:
    """A case as EvalPlus compares: by Python's ==, or as `numpy.allclose` does, arguments free to change."""
    tolerance = tolerance or (FLOATS_WITHIN if holds_floats(expected) else 0.0)
    return Case(args, expected, None, tolerance, FLOATS_RELATIVE, exact_types=False, may_mutate=True)


def holds_floats(value: object) -> bool:
    """As EvalPlus has it: a float, or a list or tuple of nothing but floats."""
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(item, float) for item in value)
    return isinstance(value, float)
