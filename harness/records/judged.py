"""The record a judge leaves in a score: what was written, which program was read from it, what came of every case."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from glassbox.harness.code.completion import Missing
from glassbox.harness.code.question import CodeQuestion
from glassbox.harness.outcome import UNDECIDED, Outcome
from glassbox.harness.sandbox.case import Verdict

_FAILURES_KEPT = 20


class FailedCase(BaseModel):
    """One case that did not pass.

    Attributes:
      case: Its position, from 0.
      asked: The arguments, or the test code.
      expected: The value or the exception class; empty for test code.
      outcome: Why it did not pass.
      detail: One line from the judge.
      value: What came back, as text; None where nothing did.
    """

    model_config = ConfigDict(frozen=True)

    case: int
    asked: str
    expected: str
    outcome: Outcome
    detail: str
    value: str | None


class Judged(BaseModel):
    """What came of one completion.

    Attributes:
      outcome: `pass` only where every case passes.
      kind: Why there is no program (`empty`, `no_code`...); None where there is one.
      completion: What the model wrote, as it wrote it.
      code: The program that was judged; None where there is none.
      cases: How many cases or tests there are.
      cases_passed: How many of them pass.
      outcomes: The outcome of each, in order; empty where nothing ran.
      failures: The first few that did not pass.
      traceback: Of the first failure, the program's own lines.
      stdout: What the program printed.
      stderr: The same for stderr.
      fuel: WebAssembly operations used.
    """

    model_config = ConfigDict(frozen=True)

    outcome: Outcome
    kind: Missing | None = None
    completion: str
    code: str | None = None
    cases: int
    cases_passed: int = 0
    outcomes: tuple[Outcome, ...] = ()
    failures: tuple[FailedCase, ...] = ()
    traceback: str = ""
    stdout: str = ""
    stderr: str = ""
    fuel: int = 0

    @classmethod
    def without_program(cls, question: CodeQuestion, completion: str, kind: Missing | None) -> Judged:
        """A completion that holds no program."""
        return cls(outcome=Outcome.PARSE, kind=kind, completion=completion, cases=question.size)

    @classmethod
    def by(cls, verdict: Verdict, question: CodeQuestion, completion: str, code: str) -> Judged:
        """The sandbox's verdict on the program of a completion."""
        return cls(
            outcome=verdict.outcome,
            completion=completion,
            code=code,
            cases=question.size,
            cases_passed=verdict.cases_passed,
            outcomes=tuple(case.outcome for case in verdict.cases),
            failures=tuple(_failures(verdict, question)[:_FAILURES_KEPT]),
            traceback=verdict.traceback,
            stdout=verdict.stdout,
            stderr=verdict.stderr,
            fuel=verdict.fuel,
        )

    def cut_off(self) -> Judged:
        """The same of a completion that stopped at the token limit: what does not pass is not known to be wrong."""
        if self.outcome is Outcome.PASS or self.outcome in UNDECIDED:
            return self
        return self.model_copy(update={"outcome": Outcome.TRUNCATED})

    @property
    def failure(self) -> str | None:
        """`parse:empty`, `wrong` and so on; None for a pass."""
        if self.outcome is Outcome.PASS:
            return None
        return f"{self.outcome}:{self.kind}" if self.kind else str(self.outcome)


def _failures(verdict: Verdict, question: CodeQuestion) -> Sequence[FailedCase]:
    asked = [(case.args, case.raises or case.expected) for case in question.cases] or [
        (test, "") for test in question.tests
    ]
    return [
        FailedCase(
            case=at, asked=text, expected=expected, outcome=case.outcome, detail=case.detail, value=case.value_text
        )
        for at, (case, (text, expected)) in enumerate(zip(verdict.cases, asked, strict=False))
        if case.outcome is not Outcome.PASS
    ]
