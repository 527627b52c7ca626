"""Is a program's success more than that it compiles? And does "compiled" at least mean that it parses?

"100 %" of the origin of seed 002 was compile-only, and "compiled" was true of code that does not parse; the syntax
score of seed 004 tested for fences, not for syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from inspect_ai.log import EvalSample

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.code import asks_for_code, code_of, is_python
from glassbox.harness.audit.finding import DoesNotApply, Fault, Finding, Severity, some
from glassbox.harness.audit.log import AuditedLog, headline_score, said_by, values_of

COMPILES = re.compile(r"compil|syntax|parse[sd]?$|parseable|valid|lint|well_?formed", re.IGNORECASE)
RAN = re.compile(r"pass|case|test|correct|outcome|verdict|execut|output|result|fuel|returncode|exit", re.IGNORECASE)
COUNTS = ("cases", "tests", "n_tests", "tests_run", "cases_run", "num_tests", "executed", "outcomes")

ONLY = Fault(
    Severity.FAILED,
    "a program that compiles need not do anything right; returning None passes",
    "run the program on cases, and let the headline be the share that passes all of them",
)
UNTESTED = Fault(
    Severity.FAILED,
    "a pass of which no case was run is no pass",
    "score a sample without executed cases as an error of the task, never as right",
)
NOT_PYTHON = Fault(
    Severity.FAILED,
    "the score says valid of a program that Python does not parse, so it measures something else",
    "parse the program itself (ast.parse), not its fences",
)
PYTHON = Fault(
    Severity.FAILED,
    "the score says invalid of a program that Python parses, so it measures something else",
    "parse the program itself (ast.parse), not its fences",
)


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    asking = [sample for sample in log.samples if asks_for_code(sample)]
    if not asking:
        raise DoesNotApply("no sample asks for a program")
    if COMPILES.search(log.headline) and not any(_ran(log, sample) for sample in asking):
        yield ONLY.found(f"the headline {log.headline!r} is about syntax, and nothing in the log shows an execution")
    untested = [sample.id for sample in asking if (log.value(sample) or 0) > 0 and _no_case(log, sample)]
    if untested:
        yield UNTESTED.found(
            f"{len(untested)} of {len(asking)} samples are right without a case that was run", some(untested)
        )
    claimed = [
        (sample, says, code)
        for sample in asking
        if (says := _says(sample)) is not None and (code := code_of(log, sample))
    ]
    for fault, word, wrong in (
        (NOT_PYTHON, "valid", [sample.id for sample, says, code in claimed if says and not is_python(code)]),
        (PYTHON, "invalid", [sample.id for sample, says, code in claimed if not says and is_python(code)]),
    ):
        if wrong:
            yield fault.found(f"{len(wrong)} of {len(claimed)} programs are called {word} and are not", some(wrong))


def _ran(log: AuditedLog, sample: EvalSample) -> bool:
    """Whether anything in the sample shows that its program was executed."""
    if any(
        getattr(event, "event", "") == "sandbox" and getattr(event, "action", "") == "exec" for event in sample.events
    ):
        return True
    others = [name for name in values_of(sample) if not COMPILES.search(name)]
    keys = [key for mapping in said_by(sample) for key, value in mapping.items() if value not in (None, "", [], {})]
    return any(RAN.search(name) for name in [*others, *keys] if not COMPILES.search(name))


def _no_case(log: AuditedLog, sample: EvalSample) -> bool:
    """Whether the headline's own record says that no case was run."""
    score = headline_score(log, sample)
    metadata: Mapping[str, object] = (score.metadata or {}) if score else {}
    counts = [metadata[name] for name in COUNTS if name in metadata]
    return any(count in (0, False) or count == [] for count in counts)


def _says(sample: EvalSample) -> bool | None:
    """What the log says of the program's syntax; None where it says nothing."""
    named: list[object] = [value for name, value in values_of(sample).items() if COMPILES.search(name)]
    named += [value for mapping in said_by(sample) for name, value in mapping.items() if COMPILES.search(name)]
    said = [bool(value) for value in named if isinstance(value, bool) or value in (0, 1, 0.0, 1.0)]
    return said[0] if said else None


CHECK = Check(
    name="compile_only",
    detects="a headline that is about syntax, a pass without an executed case, 'compiled' of code that does not parse",
    needs="samples that ask for programs, with the judge's record in the score's metadata",
    seen_in="002, 004",
    run=check,
)
