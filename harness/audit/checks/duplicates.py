"""Does one question stand twice among the test items, even with two answers?

Random splits over the small operand space of seed 003 put the same items on both sides; twice on one side, they make
n larger than it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from inspect_ai.log import EvalSample

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.finding import Fault, Finding, Severity, some
from glassbox.harness.audit.log import AuditedLog, input_text, target_text
from glassbox.harness.audit.overlap import words_of

CONTRADICTION = Fault(
    Severity.FAILED,
    "no method can answer both, so the task has a ceiling below 100 % that nobody printed",
    "mend or drop the items, and raise the task's version",
)
TWICE = Fault(
    Severity.WARNING,
    "the same item counts more than once, so intervals are narrower than the data allow",
    "draw without repetition, or give the items one cluster",
)


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    groups: defaultdict[tuple[str, ...], list[EvalSample]] = defaultdict(list)
    for sample in log.once:
        groups[_question(sample)].append(sample)
    repeated = [group for words, group in groups.items() if words and len(group) > 1]
    torn = [group for group in repeated if len({words_of(target_text(sample)) for sample in group}) > 1]
    if torn:
        ids = [sample.id for group in torn for sample in group]
        yield CONTRADICTION.found(f"{len(torn)} questions stand there with different targets", some(ids))
    alike = [group for group in repeated if group not in torn]
    if alike:
        surplus = sum(len(group) - 1 for group in alike)
        ids = [sample.id for group in alike for sample in group]
        yield TWICE.found(f"{surplus} of {len(log.once):,} items repeat another", some(ids))


def _question(sample: EvalSample) -> tuple[str, ...]:
    """The question's words; choices, and a passage or a file that it is about, are part of it."""
    beside = [
        *(sample.choices or ()),
        *(str(sample.metadata[name]) for name in ("context", "passage") if name in sample.metadata),
    ]
    beside += sample.files if isinstance(sample.files, list) else list(sample.files.values() if sample.files else ())
    return words_of("\n".join([input_text(sample), *beside]))


CHECK = Check(
    name="duplicates",
    detects="the same question twice among the test items, with the same target or with another",
    needs="samples",
    seen_in="003",
    run=check,
)
