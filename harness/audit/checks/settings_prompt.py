"""Did the configured prompts reach the model? Each piece of prose among the solver's settings must stand in an input.

The IR prompt under study was not in the measured path of the origin of seed 002.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.finding import CannotCheck, DoesNotApply, Fault, Finding, Severity
from glassbox.harness.audit.log import AuditedLog, model_events, shown_to
from glassbox.harness.records.controls import without_model

NAMED = re.compile(r"prompt|template|system|instruct|preamble|persona|hint|few_?shot|\bshots?\b|example|form$", re.I)
PLACEHOLDER = re.compile(r"\{\{?[^{}]*\}?\}")
PROSE = 3
"""Words from which on a piece of a setting counts as prose that can be looked for."""
UNNAMED = 6
"""The same for settings whose name does not say that they are a prompt."""

IN_METADATA = re.compile(r"^(?:system_|user_)?(?:prompt|message|instructions?)(?:_template|_text)?$", re.I)

DEFAULT = Fault(
    Severity.WARNING,
    "a prompt that stands in the plan was not shown; it may be for a case that never came (a wrong submission)",
    "see that it is meant for such a case; else find where the solver drops it",
)
UNUSED = Fault(
    Severity.FAILED,
    "the figure is printed under a prompt that the model was never shown",
    "find where the solver drops it, and let a test see it in the model's input",
)


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    prompts = {name: (fault, pieces) for name, text, fault in _configured(log) if (pieces := _pieces(text))}
    if not prompts:
        raise DoesNotApply("no prompt is configured")
    shown = [_plain(text) for sample in log.samples for text in shown_to(sample)]
    if not shown and (without_model(log.record) or log.never_calls):
        raise DoesNotApply("the run calls no model by design")
    if not any(model_events(sample) for sample in log.samples) and not shown:
        raise CannotCheck(
            f"whether {', '.join(prompts)} reached the model: the log holds no input of a model call",
            "run under inspect with events, or keep the prompt among the sample's messages",
        )
    for name, (fault, pieces) in prompts.items():
        absent = [piece for piece in pieces if not any(piece in text for text in shown)]
        if absent:
            yield fault.found(
                f"{name} is configured, and {len(absent)} of its {len(pieces)} pieces stand in none of "
                f"{len(shown):,} inputs: {absent[0][:60]!r}",
                "the solver's settings",
            )


def _configured(log: AuditedLog) -> Iterator[tuple[str, str, Fault]]:
    """Names and texts of the settings that may be prompts; one that was given must have been shown."""
    for step in log.log.plan.steps:
        solver = step.solver.rpartition("/")[2]
        for name, text in _texts({**step.params, **step.params_passed}):
            yield f"{solver}.{name}", text, UNUSED if name in step.params_passed else DEFAULT
    metadata = {name: value for name, value in log.record.metadata.items() if IN_METADATA.search(name)}
    for name, text in _texts(metadata):
        yield f"metadata.{name}", text, UNUSED


def _texts(settings: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in settings.items():
        texts = value if isinstance(value, list) else [value]
        for text in texts:
            if isinstance(text, str) and len(text.split()) >= (PROSE if NAMED.search(name) else UNNAMED):
                yield name, text


def _pieces(template: str) -> list[str]:
    """The prose between a template's placeholders."""
    pieces = (_plain(piece) for piece in PLACEHOLDER.split(template))
    return [piece for piece in pieces if len(piece.split()) >= PROSE]


def _plain(text: str) -> str:
    return " ".join(text.split())


CHECK = Check(
    name="settings_prompt",
    detects="a system prompt, template or hint that is configured and stands in no input of the model",
    needs="model events, or the sample's messages",
    seen_in="002",
    run=check,
)
