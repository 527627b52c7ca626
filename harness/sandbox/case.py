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
      tolerance: Absolute or relative, for floats anywhere inside the value.
      exact_types: Whether True, 1 and 1.0 are three values or one.
      may_mutate: Whether the call may change its arguments.
    """

    args: tuple[object, ...]
    expected: object = None
    raises: str | None = None
    tolerance: float = 0.0
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

    Attributes:
      outcome: See above.
      cases: One result for each case, in order.
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

    @property
    def passed(self) -> bool:
        """Whether every case passed."""
        return self.outcome is Outcome.PASS

    @property
    def cases_passed(self) -> int:
        """How many cases passed."""
        return sum(case.outcome is Outcome.PASS for case in self.cases)
