"""Is there anything left of what was scored: the completion, the program, the code?

Neither IR nor code nor raw completion was saved by the origin of seed 002, so that none of its scores can be judged
again.
"""

from __future__ import annotations

from collections.abc import Iterator

from inspect_ai.log import EvalSample

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.finding import DoesNotApply, Fault, Finding, Severity, some
from glassbox.harness.audit.log import AuditedLog, attempt_of, headline_score, model_events, prompted_of

LOST = Fault(
    Severity.WARNING,
    "a score whose answer is gone can be neither checked nor judged again by a mended scorer",
    "keep the completion in the sample's output, and what was read from it in the score's answer or the store",
)


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    right = [sample for sample, value in log.scored if value > 0]
    if not right:
        raise DoesNotApply("no sample is scored above zero")
    lost = [sample.id for sample in right if not _kept(log, sample)]
    if lost:
        yield LOST.found(
            f"nothing is left of {len(lost)} of {len(right):,} answers that are scored as right", some(lost)
        )


def _kept(log: AuditedLog, sample: EvalSample) -> bool:
    """Whether the log holds what was scored, in any of the places where it may; a choice by likelihood has no text."""
    if sample.choices:
        return True
    score = headline_score(log, sample)
    texts = [sample.output.completion, (score.answer or "") if score else ""]
    texts += [event.output.completion for event in model_events(sample)]
    return any(text.strip() for text in texts) or any((attempt_of(sample), prompted_of(sample)))


CHECK = Check(
    name="nothing_kept",
    detects="scores above zero of answers that the log does not hold",
    needs="samples",
    seen_in="002",
    run=check,
)
