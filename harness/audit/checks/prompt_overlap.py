"""Do few-shot examples, prompts or repair feedback hold test items, their answers or their names?

Two few-shot examples of the origin of seed 000 are test items; repair hints of seed 002 hard-code fixes for named
test tasks. Looked through are the texts that the model was shown, without the sample's own question, and the prompts
among the settings of the solver.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from inspect_ai.log import EvalSample

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.finding import CannotCheck, DoesNotApply, Fault, Finding, Severity, some
from glassbox.harness.audit.log import (
    AuditedLog,
    calls_of,
    input_text,
    model_events,
    prompted_of,
    shown_to,
    target_text,
)
from glassbox.harness.audit.normal import plain
from glassbox.harness.audit.overlap import Items, Match, words_of

EXAMPLES = ("fewshot", "few_shot", "shots", "examples", "demonstrations", "hints", "hint", "prompt", "system_prompt")
PROMPT = "prompt"
"""Among a run's metadata: what the model is shown with an empty question. Runs without inspect's loop write it."""

FEWEST_GIVEN = 3
LEAST_WORDS = 3
"""Shorter questions ("2+3=?" is longer) are common phrases."""

IN_PROMPT = Fault(
    Severity.FAILED,
    "the model was shown the test item, so its score is no measure of what it can do",
    "draw examples and hints from data that is disjoint from the test items, and run again",
)
LIKE = Fault(
    Severity.WARNING,
    "a long passage of a test item stands in what the model was shown",
    "look at the passage; if it is the item reworded, replace it and run again",
)
NAMED = Fault(
    Severity.FAILED,
    "a prompt that names a test item was written with the test in view",
    "take the name out of prompts, hints and repair rules, and run again",
)
GIVEN = Fault(
    Severity.FAILED,
    "the model was shown the answer, so that it had only to be copied",
    "take the target out of what the solver shows; text that was looked up for a question belongs to its input",
)
TOLD = Fault(
    Severity.FAILED,
    "the feedback gave the expected value away, so a repaired answer shows nothing",
    "feed back what the program did (its error, its output), never what was expected",
)


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    samples = log.once
    shown = {str(sample.id): _without_question(sample) for sample in samples}
    settings = list(_settings(log))
    if not any(shown.values()) and not settings:
        if all(calls_of(sample) == 0 for sample in samples):
            raise DoesNotApply("the model was shown nothing")
        if all(prompted_of(sample) for sample in samples):
            raise DoesNotApply("vectors stand in the place of a prompt")
        if PROMPT not in log.record.metadata:
            raise CannotCheck(
                "the log does not hold what the model was shown",
                "run under inspect, where model events keep every input, or keep the messages in the sample",
            )
    items = Items({str(s.id): text for s in samples if len(words_of(text := input_text(s))) >= LEAST_WORDS})
    matches: dict[str, Match] = {}
    for text in dict.fromkeys([*settings, *shown.values()]):
        for match in items.matches(text):
            matches.setdefault(match.item, match)
    yield from contaminated(matches.values(), len(samples), "what the model was shown", IN_PROMPT, LIKE)
    yield from _given_away(samples, shown)
    yield from _named(samples, shown, settings)
    yield from _told(samples)


def contaminated(matches: Iterable[Match], total: int, place: str, whole: Fault, part: Fault) -> Iterator[Finding]:
    """One finding for items found whole, by the level they were found at, and one for passages."""
    found = list(matches)
    items = [match for match in found if match.whole]
    if items:
        levels = Counter(match.level for match in items)
        how = ", ".join(f"{count} {level}" for level, count in sorted(levels.items()))
        yield whole.found(
            f"{len(items)} of {total:,} test items stand in {place} ({how})", some([match.item for match in items])
        )
    passages = [match for match in found if not match.whole]
    if passages:
        yield part.found(
            f"passages of {len(passages)} of {total:,} test items stand in {place}, up to "
            f"{max(match.coverage for match in passages):.0%} of an item's words",
            some([match.item for match in passages]),
        )


def _without_question(sample: EvalSample) -> str:
    """What the model was shown first, without the sample's own question."""
    shown = shown_to(sample)
    question = input_text(sample).strip()
    return shown[0].replace(question, "\n", 1) if shown and question and question in shown[0] else ""


def _settings(log: AuditedLog) -> Iterator[str]:
    """Prompt texts among the settings: of the solver's steps, and of the run's metadata."""
    sources: list[Mapping[str, object]] = [step.params for step in log.log.plan.steps]
    metadata = log.record.metadata
    sources.append({name: metadata[name] for name in EXAMPLES if name in metadata})
    for value in [one for source in sources for one in source.values()]:
        texts = value if isinstance(value, list) else [value]
        yield from (text for text in map(_as_text, texts) if len(words_of(text)) >= LEAST_WORDS)


def _as_text(value: object) -> str:
    if isinstance(value, Mapping):
        return "\n".join(one for one in value.values() if isinstance(one, str))
    return value if isinstance(value, str) else ""


def _given_away(samples: Sequence[EvalSample], shown: Mapping[str, str]) -> Iterator[Finding]:
    """Samples whose own target stands in what was shown beside the question, in lines that are not the same for all."""
    everywhere = Counter(line for text in shown.values() for line in {one.strip() for one in text.splitlines()})
    asked = [sample for sample in samples if shown[str(sample.id)] and not sample.choices]
    given = []
    for sample in asked:
        target = plain(target_text(sample).strip())
        own = [line for line in shown[str(sample.id)].splitlines() if everywhere[line.strip()] <= len(samples) / 2]
        pattern = rf"(?<!\w){re.escape(target)}(?!\w)"
        if target and not re.search(pattern, plain(input_text(sample))) and re.search(pattern, plain("\n".join(own))):
            given.append(sample.id)
    if len(given) >= max(FEWEST_GIVEN, len(asked) / 2):
        yield GIVEN.found(
            f"the target stands beside the question in {len(given)} of {len(asked):,} prompts", some(given)
        )


def _named(samples: Sequence[EvalSample], shown: Mapping[str, str], settings: Sequence[str]) -> Iterator[Finding]:
    """Names of test items in text that does not vary with the sample."""
    everywhere = Counter(line.strip() for text in shown.values() for line in set(text.splitlines()))
    constant = [line for line, count in everywhere.items() if line and count > len(samples) / 2]
    text = "\n".join([*constant, *settings])
    found = [name for sample in samples for name in _names(sample) if re.search(rf"\b{re.escape(name)}\b", text)]
    if found and len(samples) > 1:
        yield NAMED.found(f"the constant prompt names {len(found)} test items", some(found, "item"))


def _names(sample: EvalSample) -> Iterator[str]:
    """Names by which a prompt could mean this sample: identifiers, not numbers, hashes or common words."""
    code = sample.metadata.get("code")
    entry = code.get("entry_point") if isinstance(code, Mapping) else sample.metadata.get("entry_point")
    for name in dict.fromkeys((str(sample.id), str(entry or ""))):
        if "_" in name.strip("_") and len(name) >= 6 and re.search(r"[^\W\d_]{3}", name):
            yield name


def _told(samples: Sequence[EvalSample]) -> Iterator[Finding]:
    """Targets that stand in feedback, and stood neither in the question nor in what the model had said."""
    told: defaultdict[bool, list[str]] = defaultdict(list)
    given = 0
    for sample in samples:
        feedback = _feedback(sample)
        if feedback is None:
            continue
        given += 1
        target, (said, before) = target_text(sample).strip(), feedback
        pattern = rf"(?<!\w){re.escape(target)}(?!\w)"
        if target and re.search(pattern, said) and not re.search(pattern, before):
            told[len(target) >= 8].append(str(sample.id))
    # A short target may stand in feedback by chance; that it does in one sample of five, may not.
    found = [*told[True], *(told[False] if len(told[False]) >= max(2, given / 5) else [])]
    if found:
        yield TOLD.found(
            f"the feedback holds the target in {len(found)} of {given} samples that were given any", some(found)
        )


def _feedback(sample: EvalSample) -> tuple[str, str] | None:
    """What the model was told after its first answer, and all that it was shown or said before; None without any."""
    events = model_events(sample)
    messages = list(events[-1].input) if events else list(sample.messages)
    first = next((at for at, one in enumerate(messages) if one.role == "assistant"), None)
    if first is None:
        return None
    opening = messages[: first + 1]
    if events and len(events[0].input) > first:
        return None  # the assistant's turn was part of the prompt: an example
    after = [one for one in messages[first + 1 :] if one.role in ("user", "tool", "system")]
    spoken = [*opening, *(one for one in messages[first + 1 :] if one.role == "assistant")]
    said = "\n".join(one.text for one in after)
    return (said, "\n".join(one.text for one in spoken)) if said.strip() else None


CHECK = Check(
    name="prompt_overlap",
    detects="test items, their names or their answers in few-shot examples, prompts, hints or repair feedback",
    needs="model events or messages; prompts among the solver's settings",
    seen_in="000, 002",
    run=check,
)
