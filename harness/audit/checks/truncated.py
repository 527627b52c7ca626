"""Were answers cut off before their end, and scored as if they were whole?

Inspect logs why each answer stopped and which limit ended a sample; a score says nothing of either. With a budget of
tokens that most answers do not fit into, the budget is what is measured.
"""

from __future__ import annotations

from collections.abc import Iterator

from inspect_ai.log import EvalSample

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.finding import CannotCheck, DoesNotApply, Fault, Finding, Severity, some
from glassbox.harness.audit.log import AuditedLog, model_events, wrote_text

CUT = frozenset({"max_tokens", "model_length"})
LIMITS = frozenset({"token", "message", "turn", "context", "cost"})
MANY, SOME = 0.5, 0.1
"""Shares of the samples: from which on the figure is about the budget, and from which on a reader must know."""

BUDGET = Fault(
    Severity.FAILED,
    "the score is about the budget of tokens and not about what the model can do",
    "raise max_tokens or the limit until answers end by themselves, or leave cut answers unscored",
)
SHORT = Fault(
    Severity.WARNING,
    "an answer that was cut off may have been right",
    "raise max_tokens or the limit, or say how many answers were cut",
)


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    written = [(sample, value) for sample, value in log.scored if wrote_text(sample)]
    if not written:
        raise DoesNotApply("no text was generated")
    known = [(sample, value) for sample, value in written if _stops(sample)]
    if not known:
        raise CannotCheck("the log does not say why answers stopped", "run under inspect, which logs every stop reason")
    cut = [(sample, value) for sample, value in known if _is_cut(sample)]
    wrong = sum(value <= 0 for _, value in cut)
    what = f"{len(cut)} of {len(known):,} answers were cut off, {wrong} of them scored as wrong"
    if len(cut) >= MANY * len(known) and wrong >= MANY * len(cut):
        yield BUDGET.found(what, some([sample.id for sample, _ in cut]))
    elif wrong >= max(SOME * len(known), 1):
        yield SHORT.found(what, some([sample.id for sample, _ in cut]))


def _stops(sample: EvalSample) -> list[str]:
    """Why the answer stopped: that of the last call, or of the output, and the limit that ended the sample."""
    outputs = [event.output for event in model_events(sample)[-1:]] or [sample.output]
    reasons = [str(choice.stop_reason) for output in outputs for choice in output.choices]
    return [*(reason for reason in reasons if reason != "unknown"), *([sample.limit.type] if sample.limit else [])]


def _is_cut(sample: EvalSample) -> bool:
    return any(reason in CUT or reason in LIMITS for reason in _stops(sample))


CHECK = Check(
    name="truncated",
    detects="answers that were cut off by a limit of tokens and are scored as wrong",
    needs="stop reasons and limits, as inspect logs them",
    seen_in="",
    run=check,
)
