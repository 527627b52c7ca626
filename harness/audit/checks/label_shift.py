"""Were labels shifted twice, or not at all? Read from what greedy decoding writes.

A loss shifted twice teaches each position the token after next: decoding begins with the target's *second* token
(24 of 24 runs of the origin of seed 001), and goes astray from there. An unshifted one teaches a copy of the input:
weights trained so repeat the prompt's last token (seed 003). Neither shows in a loss curve. The log holds texts, not
tokens: every cut within the first word is tried, and the share of samples that fit is held against what other
samples' targets would give by chance.

Where a record holds loss and accuracy, arithmetic decides: a token that is not the argmax has a probability below one
half and costs ln 2 at least, so that accuracy >= 1 - loss / ln 2. Figures that break this are not of the same labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log as natural_log

from scipy import stats

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.finding import DoesNotApply, Fault, Finding, Severity, some
from glassbox.harness.audit.log import AuditedLog, input_text, prompted_of, said_by, shown_to, target_text

LEAST = 4
"""Fewer texts than this prove nothing."""
SHARE, CHANCE, ALPHA = 0.5, 0.02, 1e-3
ROTATIONS = 10
"""Other targets that each decode is held against."""
AGREES = 3
"""Characters in which a decode must agree with the second word of its target (all of it, where it is shorter)."""
ROUNDING = 1e-6
LN_2 = natural_log(2)

TWICE = Fault(
    Severity.FAILED,
    "the loss teaches every position the token after next, so a low loss goes with a decode that is never right",
    "shift once: labels at the tokens' own positions for a model that shifts inside "
    "(harness.lm.positions.labels_for), and fit again",
)
COPY = Fault(
    Severity.FAILED,
    "the loss rewards copying the input token, which no position has to predict",
    "shift once (harness.lm.positions.shifted_logits_and_targets), and fit again",
)
REFUSED = Fault(
    Severity.FAILED,
    "the run's own audit of its loss refused it before anything was searched",
    "shift once, with glassbox.harness.lm.positions.shifted_logits_and_targets",
)
BY_LOSS = Fault(
    Severity.FAILED,
    "a loss alone is no result: with 99 % of the tokens right under teacher forcing greedy decoding can fail at once",
    "count a text as held only where greedy decoding writes it, stop token included",
)
IMPOSSIBLE = Fault(
    Severity.FAILED,
    "what was searched is not what is written: other labels than the text's (shifted twice, not at all, of another "
    "text), or another forward than the model's own (an embedding that it scales)",
    "compute loss, accuracy and decode from the same labels, with glassbox.harness.lm.positions, give inputs as the "
    "model's embedding module gives them, and fit again",
)
CONTRADICTION = Fault(
    Severity.WARNING,
    "teacher-forced accuracy is high while greedy decoding begins wrong: either errors sit in the first tokens, or "
    "the accuracy is computed on labels as shifted as the loss",
    "compare the logits at the last prompt token with the target's first token",
)


@dataclass(frozen=True, slots=True)
class Decode:
    """A target, and what was decoded for it.

    Attributes:
      sample: Id of the sample.
      target: The text that should come.
      decoded: The text that came.
      prompt: What the model was shown before; empty for vectors.
    """

    sample: str
    target: str
    decoded: str
    prompt: str

    @property
    def starts_right(self) -> bool:
        """Whether both begin alike."""
        return self.decoded[:2] == self.target[:2]

    def starts_second(self, target: str) -> bool:
        """Whether the decode is `target` without its first token, wherever in the first word that token ends."""
        if not self.decoded or self.decoded[:2] == target[:2]:
            return False
        first_word = target.split(maxsplit=1)[0] if target.strip() else ""
        rests = (target[cut:].split(maxsplit=1) for cut in range(1, len(first_word) + 1))
        return any(rest and _common(self.decoded, rest[0]) >= min(len(rest[0]), AGREES) for rest in rests)

    @property
    def copies(self) -> bool:
        """Whether one token is repeated throughout: for a prompt, its last one."""
        words = re.findall(r"\w+|[^\w\s]", self.decoded)
        repeated = (len(words) >= 3 and len(set(words)) == 1) or _one_unit(self.decoded)
        if not repeated or self.starts_right:
            return False
        return not self.prompt or self.prompt.rstrip().endswith(words[0])


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    yield from _refusals(log)
    decodes = [decode for decode in _decodes(log) if len(decode.target) > 1 and decode.decoded]
    if len(decodes) < LEAST:
        raise DoesNotApply(f"{len(decodes)} decoded texts with targets of more than one token; {LEAST} are needed")
    second = [decode for decode in decodes if decode.starts_second(decode.target)]
    if _beyond_chance(len(second), decodes):
        right = sum(decode.starts_right for decode in decodes)
        yield TWICE.found(
            f"{len(second)} of {len(decodes)} decodes begin with the target's second token, {right} with its first",
            some([decode.sample for decode in second]),
        )
    copies = [decode for decode in decodes if decode.copies]
    if len(copies) >= SHARE * len(decodes):
        yield COPY.found(
            f"{len(copies)} of {len(decodes)} decodes repeat one token from the start",
            some([decode.sample for decode in copies]),
        )
    yield from _against_loss(log)


def _refusals(log: AuditedLog) -> Iterator[Finding]:
    """Runs that ended because their loss was found misaligned."""
    errors = [log.log.error, *(sample.error for sample in log.log.samples or ())]
    for error in errors:
        found = re.search(r"the loss is (double_shifted|unshifted|misplaced|mixed)", error.message if error else "")
        if found:
            yield REFUSED.found(f"the run stopped: the loss is {found[1]}", "the log's error")
            return


def _decodes(log: AuditedLog) -> Iterator[Decode]:
    for sample in log.samples:
        record = prompted_of(sample)
        if record is not None:
            for name, held in record.targets.items():
                yield Decode(f"{sample.id} ({name})", held.target.strip(), held.decoded.strip(), "")
        elif (shown := shown_to(sample)) or sample.output.completion:
            prompt = shown[-1] if shown else input_text(sample)
            yield Decode(str(sample.id), target_text(sample).strip(), sample.output.completion.strip(), prompt)


def _beyond_chance(found: int, decodes: Sequence[Decode]) -> bool:
    """Whether more decodes fit the rest of their own target than fit the rest of other samples' targets."""
    n = len(decodes)
    if found < SHARE * n:
        return False
    steps = range(1, min(n, ROTATIONS + 1))
    others = ((decodes[at], decodes[(at + step) % n]) for step in steps for at in range(n))
    fits = [one.starts_second(other.target) for one, other in others if one.target != other.target]
    by_chance = sum(fits) / max(len(fits), 1)
    if by_chance >= 1:
        return False
    return bool(stats.binomtest(found, n, max(by_chance, CHANCE), alternative="greater").pvalue < ALPHA)


def _against_loss(log: AuditedLog) -> Iterator[Finding]:
    """What a soft-prompt record says of its loss, against what it says of its decode."""
    records = [(sample, record) for sample in log.samples if (record := prompted_of(sample))]
    by_loss = [
        sample.id
        for sample, record in records
        if record.converged and not all(held.exact for held in record.targets.values())
    ]
    if by_loss:
        yield BY_LOSS.found(f"{len(by_loss)} of {len(records)} records are converged without a decode", some(by_loss))
    yield from _impossible(log)
    held = [one for _, record in records for one in record.targets.values()]
    if len(held) >= LEAST:
        wrong = [one for one in held if not one.first_token]
        forced = sum(one.token_accuracy for one in wrong) / max(len(wrong), 1)
        if len(wrong) >= 0.8 * len(held) and forced >= 0.8:
            yield CONTRADICTION.found(
                f"{len(wrong)} of {len(held)} decodes begin wrong at a teacher-forced accuracy of {forced:.0%}"
            )


def _impossible(log: AuditedLog) -> Iterator[Finding]:
    """Losses that are too low for the accuracy, or for the decode, beside them."""
    told, broken = 0, {}
    for sample in log.samples:
        for mapping in said_by(sample):
            loss, accuracy, tokens = (mapping.get(name) for name in ("loss", "token_accuracy", "tokens"))
            if not isinstance(loss, int | float) or not isinstance(accuracy, int | float) or loss < 0:
                continue
            told += 1
            if accuracy < 1 - loss / LN_2 - ROUNDING:
                broken[sample.id] = f"a loss of {loss:.2g} nats a token at an accuracy of {accuracy:.0%}"
            elif accuracy == 1 and mapping.get("exact") is False:
                broken[sample.id] = "every token right under teacher forcing, without an exact decode"
            elif isinstance(tokens, int) and loss * tokens < LN_2 - ROUNDING and mapping.get("exact") is False:
                broken[sample.id] = f"{loss * tokens:.2g} nats over {tokens} tokens without an exact decode"
    if broken:
        yield IMPOSSIBLE.found(
            f"{len(broken)} of {told} records cannot be: {next(iter(broken.values()))}", some(list(broken))
        )


def _common(one: str, other: str) -> int:
    """Length of the common beginning."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _one_unit(text: str) -> bool:
    """Whether the text is one short unit over and over, three times at least."""
    return re.fullmatch(r"(.{1,12}?)\1{2,}", text, flags=re.DOTALL) is not None


def verdicts(pairs: Iterable[tuple[str, str]]) -> tuple[int, int, int]:
    """How many of (target, decoded) begin right, with the second token, and by copying."""
    found = [Decode("", target.strip(), decoded.strip(), "") for target, decoded in pairs]
    return (
        sum(one.starts_right for one in found),
        sum(one.starts_second(one.target) for one in found),
        sum(one.copies for one in found),
    )


CHECK = Check(
    name="label_shift",
    detects="labels shifted twice (decoding begins with the second token), unshifted (decoding copies), or success "
    "by loss alone",
    needs="decoded text beside the target text, of at least 4 samples",
    seen_in="001, 003",
    run=check,
)
