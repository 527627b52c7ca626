"""Does a candidate report its own success: by what it prints, or by its exit status?

Passes of seed 004 were counted by check marks in the output, so that a function which *returns* a check mark scored
3 of 3. An exit status is no better: `raise SystemExit(0)` before the tests is a pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from inspect_ai.event import SandboxEvent
from inspect_ai.log import EvalSample

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.code import asks_for_code, code_of
from glassbox.harness.audit.finding import CannotCheck, DoesNotApply, Fault, Finding, Severity, some
from glassbox.harness.audit.log import AuditedLog, headline_score, said_by

MARKS = re.compile(r"[✓✔✅☑]|\bPASS(?:ED)?\b|\bOK\b|\ball tests? pass(?:ed)?\b", re.IGNORECASE)
EXITS = re.compile(r"\b(?:sys\.exit|os\._exit|exit|quit|SystemExit)\s*\(|\braise\s+SystemExit\b|\batexit\b")
STATUS = ("returncode", "return_code", "exit_code", "exit_status", "exitcode")
PRINTED = ("stdout", "output", "stdout_tail")
VERDICTS = ("outcomes", "cases", "case_results", "per_case", "verdicts")
LEAST = 4

STATUS_FAULT = Fault(
    Severity.FAILED,
    "a candidate that ends the process with status 0 before its tests run is scored as right",
    "judge in another process than the candidate's, value by value, over a channel that it cannot write to",
)
MARK_FAULT = Fault(
    Severity.FAILED,
    "a candidate that prints the mark is scored as right, whatever it computes",
    "judge in another process than the candidate's, value by value, over a channel that it cannot write to",
)
FORGED = Fault(
    Severity.FAILED,
    "the candidate itself holds what the verdict is made of",
    "judge over a channel that the candidate cannot write to, and score these samples again",
)


@dataclass(frozen=True, slots=True)
class Trial:
    """A sample with its verdict, and what a candidate's process left.

    Attributes:
      sample: Its id.
      right: Its verdict.
      status: Exit status of the process that ran the candidate; None where the log has none.
      printed: What that process printed.
      code: The candidate.
      shared: Whether the log shows candidate and tests in one process.
      cases: Whether verdicts of single cases are recorded.
    """

    sample: str
    right: bool
    status: int | None
    printed: str
    code: str
    shared: bool
    cases: bool


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    asking = [(sample, value) for sample, value in log.scored if asks_for_code(sample)]
    if not asking:
        raise DoesNotApply("no scored sample asks for a program")
    trials = [trial for sample, value in asking if (trial := _trial(log, sample, value > 0)).code]
    if not trials:
        raise DoesNotApply("no sample holds a program")
    bare = [trial for trial in trials if not trial.cases]
    yield from _by_status(bare)
    yield from _by_mark(bare)
    if bare and not any(trial.status is not None or trial.printed for trial in bare):
        raise CannotCheck(
            f"{len(bare)} verdicts without a record of single cases, of an exit status or of what was printed",
            "keep the outcome of each case in the score's metadata (`outcomes`)",
        )


def _by_status(trials: list[Trial]) -> Iterator[Finding]:
    told = [trial for trial in trials if trial.status is not None]
    agree = [trial for trial in told if trial.right == (trial.status == 0)]
    if (len(told) >= LEAST and len(agree) == len(told)) or any(trial.shared and trial.right for trial in agree):
        yield STATUS_FAULT.found(
            f"the verdict is the exit status of the candidate's process in {len(agree)} of {len(told)} samples",
            some([trial.sample for trial in agree]),
        )
    forged = [trial.sample for trial in agree if trial.right and EXITS.search(trial.code)]
    if forged:
        yield FORGED.found(f"{len(forged)} passing programs end the process themselves", some(forged))


def _by_mark(trials: list[Trial]) -> Iterator[Finding]:
    told = [trial for trial in trials if trial.printed]
    agree = [trial for trial in told if trial.right == bool(MARKS.search(trial.printed))]
    marked = [trial for trial in agree if trial.right]
    if len(told) >= LEAST and len(agree) == len(told) and marked:
        yield MARK_FAULT.found(
            f"the verdict goes with a mark in the output in all {len(told)} samples", some([t.sample for t in marked])
        )
    forged = [trial.sample for trial in marked if MARKS.search(trial.code)]
    if forged:
        yield FORGED.found(f"{len(forged)} passing programs write the mark themselves", some(forged))


def _trial(log: AuditedLog, sample: EvalSample, right: bool) -> Trial:
    code = code_of(log, sample) or ""
    score = headline_score(log, sample)
    metadata = (score.metadata or {}) if score else {}
    runs = [event for event in sample.events if isinstance(event, SandboxEvent) and event.action == "exec"]
    own = [run for run in runs if _holds(run, code) or _wrote(sample, code)]
    statuses = [value for mapping in said_by(sample) for name in STATUS if isinstance(value := mapping.get(name), int)]
    statuses += [run.result for run in own if run.result is not None]
    printed = [value for name in PRINTED if isinstance(value := metadata.get(name), str)]
    printed += [run.output for run in own if run.output] + ([score.explanation] if score and score.explanation else [])
    return Trial(
        sample=str(sample.id),
        right=right,
        status=statuses[-1] if statuses else None,
        printed="\n".join(printed),
        code=code,
        shared=bool(own),
        cases=any(metadata.get(name) for name in VERDICTS if not isinstance(metadata.get(name), int)),
    )


def _holds(event: SandboxEvent, code: str) -> bool:
    """Whether a command or its input carries the candidate."""
    text = "\n".join(filter(None, (event.cmd, event.input)))
    return bool(code.strip()) and _core(code) in _core(text)


def _wrote(sample: EvalSample, code: str) -> bool:
    """Whether the candidate was written to a file of the sandbox."""
    files = [event for event in sample.events if isinstance(event, SandboxEvent) and event.action == "write_file"]
    return any(_holds(event, code) for event in files)


def _core(text: str) -> str:
    """Text without the whitespace and the quoting that a command line adds."""
    return re.sub(r"[\s\\'\"]+", "", text)


CHECK = Check(
    name="self_reported",
    detects="verdicts that are the candidate's own exit status, or marks that it prints",
    needs="sandbox events, or exit status and output in the score's metadata",
    seen_in="004",
    run=check,
)
