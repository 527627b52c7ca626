"""Does a failure of the machinery count as the model's? Samples that broke, and bear a score all the same.

The origin of seed 002 counted lost connections and failed servers as wrong programs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from inspect_ai.log import EvalSample

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.finding import DoesNotApply, Fault, Finding, Severity, some
from glassbox.harness.audit.log import AuditedLog, headline_score, model_events, said_by
from glassbox.harness.outcome import Outcome

BROKEN = re.compile(
    r"\b(?:HTTP|status(?: code)?|error code)[ :/\d.]*\b(?:429|50[0-4])\b"
    r"|\bconnection (?:error|refused|reset|aborted|timed out)|\bECONN(?:REFUSED|RESET)\b"
    r"|\brate.?limit (?:exceeded|reached)|\btoo many requests\b|\bservice unavailable\b|\bbad gateway\b"
    r"|\bgateway time-?out\b|\binternal server error\b|\bmax retries exceeded\b|\bread timed out\b"
    r"|\bCUDA out of memory\b|\bCUDA error\b|\bno such container\b|\bcannot connect to the docker daemon\b"
    r"|\bAPI(?:Connection|Timeout|Status)Error\b|\bno space left on device\b",
    re.IGNORECASE,
)
"""What servers, containers and accelerators say when they fail; no model's answer is made of it."""
SHORT = 600
"""Characters up to which a completion can be an error message rather than an answer that quotes one."""
WALL_CLOCK = ("time", "working", "operator")

COUNTED = Fault(
    Severity.FAILED,
    "the machinery's fault lowers the model's score, and more so on a busy day",
    "raise, so that inspect records an error and the sample stays unscored; then run these samples again",
)
CLOCK = Fault(
    Severity.WARNING,
    "a limit of wall-clock time depends on the machine's load, not on the model alone",
    "limit fuel, CPU time or tokens; or leave these samples unscored",
)


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    wrong = [sample for sample, value in log.scored if value <= 0]
    errors = [sample for sample, _ in log.scored if sample.error is not None]
    if not log.scored:
        raise DoesNotApply("no sample is scored")
    if errors:
        first = errors[0].error
        yield COUNTED.found(
            f"{len(errors)} of {len(log.scored):,} scored samples ended in an error"
            f" ({first.message.splitlines()[0][:80] if first and first.message else 'no message'})",
            some([sample.id for sample in errors]),
        )
    broken = {sample.id: reason for sample in wrong if not sample.error and (reason := _reason(log, sample))}
    if broken:
        yield COUNTED.found(
            f"{len(broken)} of {len(wrong):,} samples scored as wrong hold a failure of the machinery: "
            f"{next(iter(broken.values()))[:100]!r}",
            some(list(broken)),
        )
    timed = [sample.id for sample in wrong if sample.limit is not None and sample.limit.type in WALL_CLOCK]
    if timed:
        yield CLOCK.found(f"{len(timed)} samples scored as wrong ran into a limit of wall-clock time", some(timed))


def _reason(log: AuditedLog, sample: EvalSample) -> str:
    """The machinery's own words, where they stand for an answer; empty where they do not."""
    if any(
        mapping.get("outcome") == Outcome.INFRA or mapping.get("failure") == Outcome.INFRA
        for mapping in said_by(sample)
    ):
        return "outcome infra"
    if sample.output.error:
        return sample.output.error
    events = model_events(sample)
    if events and events[-1].error:
        return events[-1].error
    score = headline_score(log, sample)
    texts = [sample.output.completion[: SHORT + 1], (score.explanation or "") if score else ""]
    for text in texts:
        found = BROKEN.search(text)
        if found and len(text) <= SHORT:
            return text.strip().splitlines()[0]
    return ""


CHECK = Check(
    name="infra_as_wrong",
    detects="errors, lost connections, failed servers and wall-clock limits that are scored as wrong answers",
    needs="samples with scores, errors and explanations",
    seen_in="002",
    run=check,
)
