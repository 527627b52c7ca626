"""Do the samples show what the solver was told? Every argument that was given is looked for in what the run left.

The command lines of seed 003 took --test, --layer, --targets, --adapter and --output and read none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.finding import CannotCheck, DoesNotApply, Fault, Finding, Severity
from glassbox.harness.audit.log import AuditedLog, attempt_of, model_events, prompted_of, said_by, shown_to

RESOLVED = frozenset({"layer"})
"""Arguments whose record holds what became of them (a fraction becomes an index), so that only integers compare."""

BUDGETS = frozenset({"restarts", "steps", "max_tokens", "max_attempts"})
"""Arguments that bound what is used: a search ends when one restart decodes."""
_SCALARS = (str, int, float, bool)

OTHER = Fault(
    Severity.FAILED,
    "the run is labelled with a setting that it did not have",
    "let the solver consume the argument, and refuse those that it does not know",
)


@dataclass(frozen=True, slots=True)
class Trace:
    """What a run left under an argument's name, and where."""

    value: object
    where: str


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    given = {name: value for name, value in log.record.solver_args_passed.items() if value is not None}
    if not given:
        raise DoesNotApply("the solver was given no argument")
    traces = _traces(log, evidence)
    untraced = []
    for name, value in given.items():
        found = [trace for trace in traces.get(name, []) if isinstance(trace.value, (*_SCALARS, list))]
        if found and not any(_agrees(name, value, trace.value) for trace in found):
            yield OTHER.found(f"{name}={value} was given, and the run had {found[0].value}", found[0].where)
        elif not found and (fault := _exceeded(log, name, value)):
            yield OTHER.found(fault, "the model's usage")
        elif not found and not _shown(log, name, value):
            untraced.append(name)
    if untraced:
        raise CannotCheck(
            f"whether {', '.join(sorted(untraced))} had any effect: nothing that the run left shows it",
            "let the solver record the settings that it used, in each sample's store or in the part's card",
        )


def _traces(log: AuditedLog, evidence: Evidence) -> dict[str, list[Trace]]:
    """What samples, calls and parts record under the names of arguments."""
    traces: dict[str, list[Trace]] = {}

    def add(settings: Mapping[str, object], where: str) -> None:
        for name, value in settings.items():
            traces.setdefault(name, []).append(Trace(value, where))

    artefacts: dict[str, None] = {}
    for sample in log.once:
        for mapping in said_by(sample):
            # A score's own parts are results, not settings.
            add({name: value for name, value in mapping.items() if not isinstance(value, float)}, f"sample {sample.id}")
        for event in model_events(sample, log.record.model):
            config = event.config.model_dump(exclude_none=True)
            add(config, f"the calls of sample {sample.id}")
        attempt, prompted = attempt_of(sample), prompted_of(sample)
        if attempt is not None and attempt.artefact:
            artefacts[attempt.artefact] = None
        if prompted is not None:
            add({"targets": "both" if len(prompted.targets) == 2 else next(iter(prompted.targets))}, "the record")
            artefacts |= {prompted.artefact: None} if prompted.artefact and not artefacts else {}
    for name in artefacts:
        try:
            part = evidence.parts.find(name)
        except CannotCheck:
            continue
        config = dict(part.config)
        # `hidden` is what the solvers call the width of a read-out.
        if "head" in config:
            config["hidden"] = config.pop("width", None)
        optimiser = config.get("optimiser")
        add({**config, **(optimiser if isinstance(optimiser, Mapping) else {})}, f"the card of part {name}")
    return traces


def _agrees(name: str, given: object, found: object) -> bool:
    if name in BUDGETS and isinstance(given, int) and isinstance(found, int):
        return found <= given
    if name in RESOLVED and not (isinstance(given, int) and isinstance(found, int)):
        return True
    if isinstance(given, int | float) and isinstance(found, int | float):
        return float(given) == float(found)
    if isinstance(found, list):
        return given in found or given == found
    return str(given) == str(found)


def _exceeded(log: AuditedLog, name: str, value: object) -> str:
    """A bound on tokens that the model's own usage contradicts."""
    if name != "max_tokens" or not isinstance(value, int):
        return ""
    written = [usage.output_tokens for sample in log.samples for usage in sample.model_usage.values()]
    longest = max(written, default=0)
    calls = max((len(model_events(sample)) for sample in log.samples), default=1)
    return f"max_tokens={value} was given, and a sample has {longest} tokens" if longest > value * max(calls, 1) else ""


def _shown(log: AuditedLog, name: str, value: object) -> bool:
    """Whether a text argument stands in what the model was shown; `settings_prompt` looks closer."""
    return isinstance(value, str) and any(value.strip() in text for sample in log.once for text in shown_to(sample))


CHECK = Check(
    name="settings_arguments",
    detects="a solver argument that was given and that samples, calls or the part's card contradict",
    needs="arguments recorded in samples, model events, or the card of the part that the log names",
    seen_in="003",
    run=check,
)
