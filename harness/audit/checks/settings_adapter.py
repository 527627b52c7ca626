"""Was the configured adapter in the model? By the card of the part, by what the samples record, by what it changed.

A run with an adapter that writes the same text on every sample as the run without it has not used it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath

from inspect_ai.log import EvalSample

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.finding import CannotCheck, DoesNotApply, Fault, Finding, Severity, some
from glassbox.harness.audit.log import AuditedLog, attempt_of, model_events, said_by
from glassbox.harness.records.frames import RunRecord

NAMES = frozenset(
    {"adapter", "adapters", "adapter_path", "adapter_name", "lora", "lora_path", "peft", "peft_model", "peft_path"}
)
NONE = ("", "none", "null", "off", "false")
LEAST = 8

ABSENT = Fault(
    Severity.FAILED,
    "the figure is printed for an adapter that the model did not carry",
    "load the adapter before the run, and let each sample record the one that was active",
)
NO_EFFECT = Fault(
    Severity.FAILED,
    "an adapter that changes nothing on any sample was not active, or is all zeros",
    "compare the logits of one prompt with and without the adapter before the run",
)


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    configured = _configured(log)
    if not configured:
        raise DoesNotApply("no adapter is configured")
    proven = False
    for setting, adapter in configured.items():
        other = [sample.id for sample in log.samples if (said := _recorded(sample)) and adapter not in said]
        proven = proven or any(adapter in _recorded(sample) for sample in log.samples)
        if other:
            yield ABSENT.found(
                f"{setting} is {adapter}, and {len(other)} of {len(log.samples)} samples record another or none",
                some(other),
            )
            return
        cards = list(_cards(log, evidence))
        proven = proven or any(adapter in card for card in cards)
        if cards and not any(adapter in card for card in cards):
            yield ABSENT.found(f"{setting} is {adapter}, and no card of a part in the log names it", "the parts' cards")
            return
    same = _without(log, evidence)
    if same is not None:
        if same:
            yield NO_EFFECT.found(f"every output equals that of {same}, which has no adapter", same)
        proven = True
    if not proven:
        raise CannotCheck(
            f"whether {', '.join(configured.values())} was active: no sample, card or run without it is in the logs",
            "record `adapter` in each sample's store, or audit together with a run without it",
        )


def _configured(log: AuditedLog) -> dict[str, str]:
    """Settings that name an adapter, by setting."""
    sources: dict[str, Mapping[str, object]] = {
        "model argument": log.log.eval.model_args,
        "solver argument": log.record.solver_args,
        "task argument": log.record.task_args,
        "metadata": log.record.metadata,
    }
    found: dict[str, str] = {}
    for source, settings in sources.items():
        for name in NAMES & set(settings):
            if str(settings[name] or "").lower() not in NONE:
                found[f"{source} {name}"] = PurePath(str(settings[name])).name
    return dict(sorted(found.items()))


def _recorded(sample: EvalSample) -> set[str]:
    """Adapters that solver, scorer or provider recorded for this sample; empty where nothing is said at all."""
    said = [mapping[name] for mapping in said_by(sample) for name in NAMES & set(mapping)]
    for event in model_events(sample):
        metadata = event.output.metadata or {}
        said += [metadata[name] for name in NAMES & set(metadata)]
    return {PurePath(str(one)).name for one in said}


def _cards(log: AuditedLog, evidence: Evidence) -> Iterator[str]:
    """What the parts that the log names were made from, as text."""
    names = {record.artefact: None for sample in log.samples if (record := attempt_of(sample)) and record.artefact}
    for name in names:
        yield str(evidence.parts.find(name).card.inputs)


def _without(log: AuditedLog, evidence: Evidence) -> str | None:
    """The run without an adapter whose outputs are all the same; empty where they differ, None without such a run."""
    outputs = _outputs(log)
    found: str | None = None
    for peer in evidence.peers:
        if not _is_twin(log.record, peer):
            continue
        other = AuditedLog.read(peer)
        if _configured(other):
            continue
        theirs = _outputs(other)
        shared = [key for key in outputs if key in theirs and outputs[key]]
        if len(shared) >= LEAST:
            found = found or ""
            if all(outputs[key] == theirs[key] for key in shared):
                return peer.path.name
    return found


def _is_twin(record: RunRecord, peer: RunRecord) -> bool:
    return (record.task, record.solver, record.model) == (peer.task, peer.solver, peer.model)


def _outputs(log: AuditedLog) -> dict[str, str]:
    return {f"{sample.id}/{sample.epoch}": sample.output.completion for sample in log.samples}


CHECK = Check(
    name="settings_adapter",
    detects="an adapter that is configured and not in the part's card, not recorded, or without any effect",
    needs="`adapter` in each sample's store, the part's card, or a run without the adapter beside it",
    seen_in="003",
    run=check,
)
