"""A case is one call with what is expected of it; a verdict is what came of a candidate over its cases."""

from __future__ import annotations

from dataclasses import dataclass

from glassbox.harness.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Case:
    """One call of the entry point. Nothing but `args` ever reaches the candidate.

    Attributes:
      args: Positional arguments, plain data (see `values`).
      expected: The value to be returned; not looked at where `raises` is given.
      raises: Name of the exception class to be raised, or of one of its bases.
      tolerance: Difference allowed to floats anywhere inside the value.
      relative: What is added to it for each 1 of the expected float's size; as much as the tolerance where it is None.
      exact_types: Whether True, 1 and 1.0 are three values or one.
      may_mutate: Whether the call may change its arguments.
    """

    args: tuple[object, ...]
    expected: object = None
    raises: str | None = None
    tolerance: float = 0.0
    relative: float | None = None
    exact_types: bool = True
    may_mutate: bool = False


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of one case.

    Attributes:
      outcome: `pass`, or why not.
      detail: One line that says what happened.
      value_text: The returned value as text, cut to a readable length; None where nothing was returned.
      fuel: WebAssembly operations that the call used.
    """

    outcome: Outcome
    detail: str
    value_text: str | None
    fuel: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a candidate: `pass` only where every case passes, else the outcome of the first that does not.

    A case that the machinery could not decide (`infra`) names the verdict only where no other failed.

    Attributes:
      outcome: See above.
      cases: One result for each case, in order; they end with the first that failed where that was asked for.
      traceback: Of the first failure, trimmed to the candidate's own lines; empty where there is none.
      stdout: What the candidate printed, cut at the limit.
      stderr: The same for stderr.
      fuel: All fuel used, loading included.
    """

    outcome: Outcome
    cases: tuple[CaseResult, ...]
    traceback: str
    stdout: str
    stderr: str
    fuel: int

    @classmethod
    def undecided(cls, detail: str) -> Verdict:
        """The machinery failed on this candidate, and nothing is said of it."""
        return cls(Outcome.INFRA, (CaseResult(Outcome.INFRA, detail, None, 0),), "", "", "", 0)

    @property
    def passed(self) -> bool:
        """Whether every case passed."""
        return self.outcome is Outcome.PASS

    @property
    def cases_passed(self) -> int:
        """How many cases passed."""
        return sum(case.outcome is Outcome.PASS for case in self.cases)
