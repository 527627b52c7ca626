"""Was the model called for every answer that is scored as its own?

"100 %" pipelines of the origin of seed 000 never called the model, and 12 of 20 of its comparison items bypassed it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inspect_ai.event import ModelEvent
from inspect_ai.log import EvalSample

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.finding import CannotCheck, DoesNotApply, Fault, Finding, Severity, some
from glassbox.harness.audit.log import AuditedLog, calls_of, model_events
from glassbox.harness.records.controls import without_model

NEVER = Fault(
    Severity.FAILED,
    "the figure is printed for a model that had no part in it",
    "let the solver call the model, or call the run what it is: a control without a model (`control: true` in the "
    "metadata); a solver that reads states leaves `model_calls` in the store",
)
BYPASSED = Fault(
    Severity.FAILED,
    "the score mixes the model's answers with a pattern's",
    "answer every item by the same road, or report the two roads apart",
)


ANOTHER = Fault(
    Severity.FAILED,
    "the figure is printed for a model that answered nothing",
    "let the solver call the model of the run, or run it under the name of the one that it calls",
)
FREE = Fault(
    Severity.WARNING,
    "an answer without a token was not written by a model, or its cost is not known",
    "look at what answers; a provider must report its usage",
)


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    if without_model(log.record):
        raise DoesNotApply("the run is a control without a model")
    if log.never_calls:
        raise DoesNotApply("the run names no model")
    scored = [sample for sample, _ in log.scored if sample.error is None]
    if not scored:
        raise DoesNotApply("no sample is scored")
    counts = [(sample, calls_of(sample)) for sample in scored]
    silent = [sample.id for sample, count in counts if count == 0]
    unknown = [sample.id for sample, count in counts if count is None]
    yield from _others(log, scored)
    used = bool(log.log.stats.model_usage)
    if silent and len(silent) + len(unknown) == len(counts) and not used:
        yield NEVER.found(f"none of {len(counts):,} scored samples has a call of {log.record.model}", some(silent))
    elif silent:
        yield BYPASSED.found(
            f"{len(silent)} of {len(counts):,} scored samples have no call of {log.record.model}", some(silent)
        )
    elif unknown and not used:
        raise CannotCheck(
            f"{len(unknown):,} samples without events, usage or a count of calls",
            "log with events, or let the solver leave `model_calls` in the store",
        )


def _others(log: AuditedLog, scored: Sequence[EvalSample]) -> Iterator[Finding]:
    """Calls that were all of other models than the run's, or that wrote text and count no token."""
    calls = [(sample, model_events(sample)) for sample in scored]
    named = {event.model for _, events in calls for event in events if not event.role}
    if named and log.record.model not in named:
        yield ANOTHER.found(f"all calls are of {', '.join(sorted(named))}, none of {log.record.model}")
    free = [sample.id for sample, events in calls if any(_costs_nothing(event) for event in events)]
    if free:
        yield FREE.found(f"calls of {len(free)} of {len(scored):,} samples wrote text and count no token", some(free))


def _costs_nothing(event: ModelEvent) -> bool:
    usage = event.output.usage
    return usage is not None and usage.total_tokens == 0 and bool(event.output.completion.strip())


CHECK = Check(
    name="model_never_called",
    detects="scores of a model that was never called, or not for all items; calls of other models only, or of no token",
    needs="model events, usage, or `model_calls` in the samples",
    seen_in="000",
    run=check,
)
