"""Were the generation settings of the run used? Each setting must stand in the calls of the model.

The origin of seed 002 raised its temperature from attempt to attempt, and none of it reached the model.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from inspect_ai.model import GenerateConfig

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.finding import CannotCheck, DoesNotApply, Fault, Finding, Severity, some
from glassbox.harness.audit.log import AuditedLog, calls_of, model_events
from glassbox.harness.records.controls import without_model

SETTINGS = (
    *("temperature", "top_p", "top_k", "seed", "stop_seqs", "max_tokens", "system_message", "num_choices"),
    *("frequency_penalty", "presence_penalty", "logit_bias", "best_of", "reasoning_effort", "reasoning_tokens"),
    *("response_schema", "logprobs", "top_logprobs"),
)
"""Those that change what a model writes; connections, retries and caches do not."""
LEAST, WARM, LONG = 4, 0.5, 20

DEAD = Fault(
    Severity.FAILED,
    "the figure is printed under a setting that no call of the model had",
    "let the solver pass the run's settings on (generate(state) does), or take the setting out of the run",
)
FROZEN = Fault(
    Severity.FAILED,
    "sampling that gives the same text every time is no sampling: repeats and best-of-N measure one draw",
    "see that the temperature reaches the sampler, and that each epoch has a seed of its own",
)
SEEDED = Fault(
    Severity.WARNING,
    "epochs under one seed are copies of one draw; an interval over them is too narrow",
    "leave the seed out, or give each epoch its own",
)


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    configured = _configured(log)
    events = [event for sample in log.samples for event in model_events(sample, log.record.model)]
    if configured and not events:
        calls = [calls_of(sample) for sample in log.samples]
        names = ", ".join(configured)
        if without_model(log.record) or log.never_calls:
            raise DoesNotApply("the run calls no model by design")
        if all(count is None for count in calls):
            raise CannotCheck(f"whether {names} reached the model: the log keeps no events", "log the run with events")
        yield DEAD.found(f"{names} set, and no call of the model is in the log that could have had it", "the plan")
    for name, wanted in configured.items() if events else ():
        had = [getattr(event.config, name) for event in events]
        if wanted not in had:
            seen = ", ".join(sorted({"nothing" if value is None else str(value)[:40] for value in had}))
            yield DEAD.found(f"{name} is set to {str(wanted)[:60]}, and all {len(had):,} calls had {seen}", "the plan")
    yield from _same_every_time(log)
    if not configured and not any(event.config.temperature for event in events):
        raise DoesNotApply("no generation setting is set")


def _configured(log: AuditedLog) -> dict[str, object]:
    """What the run was told about generation, by the command line, the task or the model."""
    configs: tuple[GenerateConfig, ...] = (log.log.eval.model_generate_config, log.log.plan.config)
    told = {name: value for config in configs for name in SETTINGS if (value := getattr(config, name)) is not None}
    return dict(sorted(told.items()))


def _same_every_time(log: AuditedLog) -> Iterator[Finding]:
    """Samples whose epochs are all the same text under a temperature that should tell them apart."""
    written: defaultdict[str | int, list[str]] = defaultdict(list)
    seeded = False
    for sample in log.samples:
        events = model_events(sample, log.record.model)
        if events and (events[-1].config.temperature or 0) >= WARM and len(sample.output.completion) >= LONG:
            written[sample.id].append(sample.output.completion)
            seeded = seeded or events[-1].config.seed is not None
    repeated = {key: texts for key, texts in written.items() if len(texts) > 1}
    same = [key for key, texts in repeated.items() if len(set(texts)) == 1]
    if len(repeated) >= LEAST and len(same) == len(repeated):
        epochs = max(map(len, repeated.values()))
        fault = SEEDED if seeded else FROZEN
        yield fault.found(f"all {len(same)} samples give the same text in each of {epochs} epochs", some(same))


CHECK = Check(
    name="settings_generation",
    detects="temperature, seed, stop, max_tokens... that are set and stand in no call; epochs that are copies",
    needs="model events with their config",
    seen_in="002",
    run=check,
)
