"""Was the log changed after the run: figures raised, scores flipped, samples taken out, answers rewritten?

A log says most things twice. The header's figures follow from the scores of the samples; those stand again among the
events and the reductions; what a model wrote stands in its call and in the sample's output; and the header lists the
samples that there are. Whoever changes one of them leaves the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from math import isclose

from inspect_ai.event import Event, ModelEvent, ScoreEvent, StateEvent, StoreEvent
from inspect_ai.log import EvalSample

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.finding import CannotCheck, Fault, Finding, Severity, some
from glassbox.harness.audit.log import AuditedLog, attempt_of, number_of

HEADER = Fault(
    Severity.FAILED,
    "whoever reads the header alone reads figures of other samples",
    "take the log as the run wrote it; after a lawful change of scores, let inspect compute the metrics again",
)
SAMPLES = Fault(
    Severity.FAILED,
    "a share over chosen samples is no share of the data set",
    "take the log as the run wrote it, or run again",
)
SCORES = Fault(
    Severity.FAILED,
    "the figure is of scores that no scorer gave",
    "take the log as the run wrote it; correct a score by inspect's own edit, which keeps who, when and why",
)
ANSWERS = Fault(
    Severity.FAILED,
    "what was scored is not what the model wrote, so that the score cannot be checked",
    "take the log as the run wrote it, or run again",
)
BY_HAND = Fault(
    Severity.WARNING,
    "scores that were changed by hand are an opinion beside the scorer's",
    "say which and why where the figure is published",
)


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    yield from _header(log)
    yield from _listed(log)
    samples = log.samples
    edited = [sample.id for sample in samples if any(score.history for score in (sample.scores or {}).values())]
    if edited:
        yield BY_HAND.found(f"scores of {len(edited)} samples were edited after the run", some(edited))
    flipped = _flipped(log)
    if flipped:
        yield SCORES.found(
            f"scores of {len(flipped)} of {len(samples):,} samples are not those of the run", some(flipped)
        )
    rewritten = [sample.id for sample in samples if _rewritten(sample)]
    if rewritten:
        what = f"answers of {len(rewritten)} of {len(samples):,} samples are in no call and no step of the run"
        yield ANSWERS.found(what, some(rewritten))
    if not (flipped or rewritten or log.log.reductions or any(sample.events for sample in samples)):
        raise CannotCheck(
            "the log keeps neither events nor reductions, so that its scores stand there once",
            "keep the log in inspect's own format, with its events",
        )


def _header(log: AuditedLog) -> Iterator[Finding]:
    other = log.record.disagreements
    if other:
        yield HEADER.found(f"{len(other)} figures are not those of the samples: {other[0]}", "the header")


def _listed(log: AuditedLog) -> Iterator[Finding]:
    """Samples that the header lists and the log lacks, or has beyond, or twice."""
    results, config = log.log.results, log.log.eval.config
    if results is None or config.log_samples is False or log.log.status != "success":
        return
    wanted = {(str(key), epoch) for key in log.record.sample_ids for epoch in range(1, (config.epochs or 1) + 1)}
    there = Counter((str(sample.id), sample.epoch) for sample in log.log.samples or ())
    lacking = [key for key, _ in sorted(wanted - set(there))] if results.early_stopping is None else []
    beyond = [key for key, _ in sorted(set(there) - wanted)] if wanted else []
    twice = [key for (key, _), count in there.items() if count > 1]
    for keys, how in (
        (lacking, "that were run are missing"),
        (beyond, "were not in the run"),
        (twice, "are there twice"),
    ):
        if keys:
            yield SAMPLES.found(f"{len(keys)} samples {how}", some(keys))


def _flipped(log: AuditedLog) -> list[str | int]:
    """Samples with a score that the events, or the reductions of one epoch, have otherwise."""
    reduced = _reduced(log) if (log.log.eval.config.epochs or 1) == 1 else {}
    return [sample.id for sample in log.samples if _is_flipped(sample, reduced)]


def _reduced(log: AuditedLog) -> dict[tuple[str, str], object]:
    return {
        (reduction.scorer, str(one.sample_id)): one.value
        for reduction in log.log.reductions or ()
        for one in reduction.samples
    }


def _is_flipped(sample: EvalSample, reduced: Mapping[tuple[str, str], object]) -> bool:
    given = {
        event.scorer: event.score.value
        for event in sample.events
        if isinstance(event, ScoreEvent) and event.scorer and not event.intermediate
    }
    for name, score in (sample.scores or {}).items():
        if score.history:
            continue
        others = [given.get(name), reduced.get((name, str(sample.id)))]
        if any(other is not None and _differ(score.value, other) for other in others):
            return True
    return False


def _differ(value: object, other: object) -> bool:
    """Whether two values of one score stand for different numbers; a mapping by its keys, other things not at all."""
    if isinstance(value, Mapping) and isinstance(other, Mapping):
        return any(_differ(value[key], other[key]) for key in value.keys() & other.keys())
    one, two = number_of(value), number_of(other)
    if one is None or two is None:
        return (one is None) != (two is None) and isinstance(value, int | float) and isinstance(other, int | float)
    return not isclose(one, two, rel_tol=1e-6, abs_tol=1e-9)


def _rewritten(sample: EvalSample) -> bool:
    """Whether the answer is in nothing that the run did, by its events or by what a direct run's solver left."""
    answer = sample.output.completion.strip()
    if not answer:
        return False
    if not any(isinstance(event, ModelEvent | StateEvent) for event in sample.events):
        attempt = attempt_of(sample)
        return attempt is not None and attempt.completion is not None and attempt.completion.strip() != answer
    return not any(answer in text for text in _texts(sample.events))


def _texts(events: Iterable[Event]) -> Iterator[str]:
    """All texts that a call answered with, or that a step put into the sample's state."""
    for event in events:
        if isinstance(event, ModelEvent):
            yield from (choice.message.text for choice in event.output.choices)
            yield event.output.completion
        elif isinstance(event, StateEvent | StoreEvent):
            yield from _strings([change.value for change in event.changes])


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _strings(one)


CHECK = Check(
    name="edited_log",
    detects="a header that is not of its samples, scores and answers that the run's own events contradict, samples "
    "that are missing, added or doubled",
    needs="samples, with events or reductions",
    seen_in="",
    run=check,
)
