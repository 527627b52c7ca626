"""What a code sample carries besides its prompt: all that its judge and its gold control need, as plain JSON.

The log holds it whole, so that a run can be judged again from its log alone. A model is never shown any of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from glassbox.harness.code.tolerant import Reading
from glassbox.harness.sandbox.case import Case
from glassbox.harness.sandbox.limits import Limits
from glassbox.harness.sandbox.values import literal, show

METADATA_KEY = "code"
FLAGS = ("spec-conflict", "under-specified", "hidden-requirement")
"""Tags of specifications that a correct reading may fail; results are given with and without them."""


class CodeCase(BaseModel):
    """A case as text; see `glassbox.harness.sandbox.case.Case`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    args: str
    expected: str = "None"
    raises: str | None = None
    tolerance: float = 0.0
    relative: float | None = None
    exact_types: bool = True
    may_mutate: bool = False

    @classmethod
    def of(cls, case: Case) -> CodeCase:
        """Write a case down."""
        return cls(
            args=show(case.args),
            expected=show(case.expected),
            raises=case.raises,
            tolerance=case.tolerance,
            relative=case.relative,
            exact_types=case.exact_types,
            may_mutate=case.may_mutate,
        )

    def case(self) -> Case:
        """Read it back."""
        args = literal(self.args)
        if not isinstance(args, tuple):
            raise ValueError(f"args {self.args[:60]} is no tuple")
        given = self.model_dump(exclude={"args", "expected"})
        return Case(args, literal(self.expected), **given)


class CodeQuestion(BaseModel):
    """A program's name and how it is judged: by cases, or by test code.

    Attributes:
      entry_point: The function that the program must define.
      cases: Calls with what is expected of them.
      tests: Test code, each text a test of its own.
      prelude: Trusted code that the tests need.
      stub: Code that a completion may continue.
      reference: A program that is right, or None; only the gold control reads it.
      limits: What one call may use.
      reading: How the program is found in an answer.
      every_case: Whether judging goes on after a case that failed, to count those that pass.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    entry_point: str
    cases: tuple[CodeCase, ...] = ()
    tests: tuple[str, ...] = ()
    prelude: str = ""
    stub: str = ""
    reference: str | None = None
    limits: Limits = Limits()
    reading: Reading = "strict"
    every_case: bool = True

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> CodeQuestion:
        """Read the question out of a sample's metadata.

        Raises:
          LookupError: The sample is of another kind.
        """
        if METADATA_KEY not in metadata:
            raise LookupError(f"this sample asks for no program: its metadata has no '{METADATA_KEY}'")
        return cls.model_validate(metadata[METADATA_KEY])

    def as_metadata(self) -> dict[str, Any]:
        """The question as the sample's metadata holds it."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @property
    def size(self) -> int:
        """How many cases or tests a program must pass."""
        return len(self.cases) or len(self.tests)


def written(cases: Iterable[Case]) -> tuple[CodeCase, ...]:
    """Cases as text."""
    return tuple(CodeCase.of(case) for case in cases)
