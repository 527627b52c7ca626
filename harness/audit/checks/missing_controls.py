"""Does a control stand beside the method, on the same samples?

The operation word stood in every input of seed 000, and no lexical control was run; nobody could know what 100 % was
worth.
"""

from __future__ import annotations

from collections.abc import Iterator

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.finding import DoesNotApply, Fault, Finding, Severity
from glassbox.harness.audit.log import AuditedLog, attempt_of, prompted_of, said_by
from glassbox.harness.audit.section import alike
from glassbox.harness.plugins.card import Control
from glassbox.harness.records.controls import control_of, is_control

MISSING = Fault(
    Severity.WARNING,
    "without a control nobody knows what the figure is worth: of chance, of surface cues, of a broken scorer",
    "run the controls on the same samples (gold, null, shuffled_labels, bag_of_tokens, layer0 for fitted parts), and "
    "audit them together",
)
FITTED = (Control.LEXICAL, Control.LEAK)
"""What a fitted part needs beside it: what the words alone give away, and labels that mean nothing."""
EXAMPLES = {Control.LEXICAL: "bag_of_tokens or layer0", Control.LEAK: "shuffled_labels"}


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    if is_control(log.record):
        raise DoesNotApply("the run is a control itself")
    kinds = {control_of(peer) for peer in alike(log.record, evidence.peers)} - {None}
    samples = log.log.samples or ()  # whether controls lie beside is known without them
    if any(mapping.get("controls") for sample in samples for mapping in said_by(sample)):
        kinds |= {Control.LEAK, Control.FLOOR}  # each sample carries its own controls
    fitted = any((record := attempt_of(sample)) and record.artefact for sample in samples)
    if not kinds:
        yield MISSING.found("no control was run on these samples", _beside(evidence))
    elif fitted and not any(prompted_of(sample) for sample in samples):
        for kind in FITTED:
            if kind not in kinds:
                yield MISSING.found(f"a fitted part without a {kind} control ({EXAMPLES[kind]})", _beside(evidence))


def _beside(evidence: Evidence) -> str:
    return f"{len(evidence.peers)} other logs that were looked through"


CHECK = Check(
    name="missing_controls",
    detects="a method without any control on the same samples; a fitted part without a lexical and a leak control",
    needs="the controls' logs in the same folder, or given together",
    seen_in="000",
    run=check,
)
