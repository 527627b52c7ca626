"""Do test items stand in the training text that the user names, or in a training run beside this one?

glassbox audit logs/run.eval --training corpus.txt
"""

from __future__ import annotations

from collections.abc import Iterator

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.checks.prompt_overlap import contaminated
from glassbox.harness.audit.finding import CannotCheck, DoesNotApply, Fault, Finding, Severity
from glassbox.harness.audit.log import AuditedLog, input_text
from glassbox.harness.audit.overlap import Items, Match
from glassbox.harness.records.controls import without_model
from glassbox.harness.records.frames import RunRecord

TRAINING_SPLITS = frozenset({"train", "training", "fit"})

SEEN = Fault(
    Severity.FAILED,
    "what was trained on the item may have learnt it by heart",
    "split by content (template and operands, passage, task), and run on items that were held out",
)
LIKE = Fault(
    Severity.WARNING,
    "long passages of test items were trained on",
    "give the results with and without these items",
)


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    items = Items({str(sample.id): input_text(sample) for sample in log.once})
    for text in evidence.training:
        matches = _first_matches(items, text.texts)
        yield from contaminated(matches, len(log.once), text.name, SEEN, LIKE)
    beside = [peer for peer in evidence.peers if _trains(peer, log.record)]
    for peer in beside:
        inputs = tuple(input_text(sample) for sample in AuditedLog.read(peer).once)
        yield from contaminated(_first_matches(items, inputs), len(log.once), f"split {peer.split}", SEEN, LIKE)
    if not evidence.training and not beside and without_model(log.record):
        raise DoesNotApply("the run is a control without a model, which nothing was trained for")
    if not evidence.training and not beside:
        raise CannotCheck(
            "no training text was given", "name the text that model or part was trained on with --training FILE"
        )


def _first_matches(items: Items, texts: tuple[str, ...]) -> list[Match]:
    """Each item where it is found first and most wholly."""
    best: dict[str, Match] = {}
    for text in texts:
        for match in items.matches(text):
            if match.item not in best or match.coverage > best[match.item].coverage:
                best[match.item] = match
    return list(best.values())


def _trains(peer: RunRecord, record: RunRecord) -> bool:
    """Whether the peer shows the training side of this run's task."""
    return peer.task == record.task and peer.split in TRAINING_SPLITS and record.split not in TRAINING_SPLITS


CHECK = Check(
    name="training_overlap",
    detects="test items in the training text: verbatim, normalised, or by runs of 8 or 13 words",
    needs="--training FILE (one text a line, or JSONL), or a run of the task's training split beside this one",
    seen_in="003",
    run=check,
)
