"""What a check is, and what it may look at beside the log: other runs, training text, claims, fitted parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from glassbox.harness.audit.claim import Claim
from glassbox.harness.audit.finding import CannotCheck, DoesNotApply, Finding, Severity
from glassbox.harness.audit.log import AuditedLog
from glassbox.harness.audit.parts import Parts
from glassbox.harness.audit.training import TrainingText
from glassbox.harness.records.frames import RunRecord
from glassbox.harness.records.logged import UnreadableLog


@dataclass(frozen=True)
class Evidence:
    """What lies beside a log.

    Attributes:
      peers: The other runs, by their headers: those audited together and those in the same folder.
      training: Texts that the user names as training text.
      claims: Sentences that the user wants held against the runs.
      parts: Where fitted parts are looked up.
    """

    peers: tuple[RunRecord, ...] = ()
    training: tuple[TrainingText, ...] = ()
    claims: tuple[Claim, ...] = ()
    parts: Parts = field(default_factory=Parts)


Run = Callable[[AuditedLog, Evidence], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One mechanical check.

    Attributes:
      name: As `--only` takes it.
      detects: The defect, in one line.
      needs: What the log (or the user) must give for it.
      seen_in: Where the defect voided a published figure, by the seed's number; empty where it is general practice.
      run: Findings of one log.
    """

    name: str
    detects: str
    needs: str
    seen_in: str
    run: Run


@dataclass(frozen=True, slots=True)
class Result:
    """How one check of one log ended.

    Attributes:
      check: Its name.
      findings: Defects and open questions.
      inapplicable: Why the log does not raise the question; empty where it does.
    """

    check: str
    findings: tuple[Finding, ...] = ()
    inapplicable: str = ""

    @property
    def severity(self) -> Severity:
        """The gravest finding, `clean` without any, or `does not apply`."""
        if self.inapplicable:
            return Severity.INAPPLICABLE
        order = list(Severity)
        return min((finding.severity for finding in self.findings), key=order.index, default=Severity.CLEAN)


def result_of(check: Check, log: AuditedLog, evidence: Evidence) -> Result:
    """Run one check on one log; what it found before it had to stop is kept.

    A log may hold anything: a check that breaks on one is an open question there, and the other checks still run.

    Raises:
      UnreadableLog: A run beside this one cannot be read.
    """
    findings: list[Finding] = []
    try:
        findings.extend(check.run(log, evidence))
    except CannotCheck as stopped:
        return Result(check.name, (*findings, stopped.finding))
    except DoesNotApply as reason:
        return Result(check.name, tuple(findings), "" if findings else str(reason))
    except UnreadableLog:
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        broke = CannotCheck(
            f"the check broke on this log ({type(error).__name__}: {' '.join(str(error).split())[:100]})",
            "report it with the log; the other checks are not touched by it",
        )
        return Result(check.name, (*findings, broke.finding))
    return Result(check.name, tuple(findings))
