"""Is anything scored right that is no answer: nothing at all, a refusal, or one text for every question?

A scorer that finds the target in an empty string, or in a refusal, finds it anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from inspect_ai.log import EvalSample

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.finding import DoesNotApply, Fault, Finding, Severity, some
from glassbox.harness.audit.log import AuditedLog, attempt_of, prompted_of, target_text
from glassbox.harness.audit.normal import plain
from glassbox.harness.records.controls import is_control

REFUSALS = ("i cannot", "i can't", "i can not", "i am unable", "i'm unable", "i'm sorry", "i am sorry", "as an ai")
LONGEST_REFUSAL = 300
"""Characters: a longer text may begin so and answer all the same."""
FEWEST = 5

NOTHING = Fault(
    Severity.FAILED,
    "a score of nothing is the scorer's, not the model's",
    "mend the scorer: an empty answer and a refusal are wrong, or unscored",
)
ALIKE = Fault(
    Severity.WARNING,
    "one text for every question is no answer to any of them",
    "look at the outputs; a model that repeats itself, or a cache, has answered once",
)


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    texts = [(sample, value) for sample, value in log.scored if not (attempt_of(sample) or prompted_of(sample))]
    texts = [(sample, value) for sample, value in texts if not sample.choices or sample.output.completion]
    if not texts:
        raise DoesNotApply("no sample is answered by a text")
    right = [sample for sample, value in texts if value > 0 and target_text(sample).strip()]
    for kind, ids in (
        ("nothing was written", [sample.id for sample in right if not _answer(sample)]),
        ("the model refused", [sample.id for sample in right if _refuses(sample)]),
    ):
        if ids:
            yield NOTHING.found(f"{len(ids)} of {len(right):,} samples scored as right: {kind}", some(ids))
    answers = {_answer(sample) for sample, _ in texts}
    targets = {target_text(sample) for sample, _ in texts}
    if (
        len(texts) >= FEWEST
        and len(answers) == 1
        and answers != {""}
        and len(targets) > 1
        and not is_control(log.record)
    ):
        yield ALIKE.found(f"all {len(texts):,} answers are the same text, and the targets are {len(targets):,}")


def _answer(sample: EvalSample) -> str:
    said = [score.answer for score in (sample.scores or {}).values() if score.answer]
    return (sample.output.completion or (said[0] if said else "")).strip()


def _refuses(sample: EvalSample) -> bool:
    """Whether the provider says so, or the text does and holds no target."""
    if any(choice.stop_reason == "content_filter" for choice in sample.output.choices):
        return True
    text = plain(_answer(sample))
    begins = text.startswith(REFUSALS) and len(text) <= LONGEST_REFUSAL
    return begins and plain(target_text(sample).strip()) not in text


CHECK = Check(
    name="empty_answers",
    detects="empty answers and refusals that are scored as right, one text as the answer to every question",
    needs="samples with what was written",
    seen_in="",
    run=check,
)
