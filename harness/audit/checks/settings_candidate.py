"""Was the chosen candidate the one that was scored? And was there a choice at all?

Best-of-N of the origin of seed 002 threw its choice away and generated anew: what was scored was no candidate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from inspect_ai.log import EvalSample

from glassbox.harness.audit.check import Check, Evidence
from glassbox.harness.audit.finding import CannotCheck, DoesNotApply, Fault, Finding, Severity, some
from glassbox.harness.audit.log import AuditedLog, headline_score, model_events, said_by

CANDIDATES = ("candidates", "completions", "samples", "generations", "drafts", "attempts_written")
CHOSEN = ("chosen", "chosen_index", "selected", "selected_index", "best", "best_index", "winner", "choice")
TEXTS = ("completion", "text", "code", "content", "answer", "program")
SETTINGS = ("n", "best_of", "num_candidates", "candidates", "num_samples", "n_samples")
TECHNIQUES = ("best_of", "best-of", "self_consistency", "majority", "rerank", "vote")
LEAST = 8

OTHER = Fault(
    Severity.FAILED,
    "the score belongs to another text than the one that was chosen, so the selection was never measured",
    "score the chosen candidate itself; generate nothing after the choice",
)
REGENERATED = Fault(
    Severity.FAILED,
    "the text that was scored is none of the candidates: it was generated anew after the choice",
    "score the chosen candidate itself; generate nothing after the choice",
)
FIRST = Fault(
    Severity.WARNING,
    "a choice that always falls on the first candidate is no choice, or its index is never set",
    "log each candidate's merit beside the choice, and test the selector on candidates of known order",
)
TOO_FEW = Fault(
    Severity.FAILED,
    "the setting that the figure is printed under was not consumed",
    "let the solver draw as many candidates as it was told, and keep them all in the store",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """The candidates of one sample, and which was chosen (None where the log does not say)."""

    sample: str
    candidates: tuple[str, ...]
    chosen: str | None
    scored: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether the chosen text is the one that was scored."""
        return self.chosen is not None and any(_same(self.chosen, text) for text in self.scored)

    @property
    def among(self) -> bool:
        """Whether the scored text is one of the candidates."""
        return any(_same(candidate, text) for candidate in self.candidates for text in self.scored)

    @property
    def first(self) -> bool:
        """Whether the first candidate was scored, though it was not the only text."""
        return any(_same(self.candidates[0], text) for text in self.scored)


def check(log: AuditedLog, evidence: Evidence) -> Iterator[Finding]:
    """Findings of one log."""
    choices = [choice for sample in log.samples if (choice := _choice(log, sample))]
    yield from _told(log)
    if not choices:
        if any(word in log.record.solver.lower() for word in TECHNIQUES):
            raise CannotCheck(
                "a solver that chooses among candidates, and no candidates in the log",
                "keep `candidates` and `chosen` in each sample's store",
            )
        raise DoesNotApply("the log holds no candidates to choose among")
    wrong = [choice.sample for choice in choices if choice.chosen is not None and choice.among and not choice.agrees]
    if wrong:
        yield OTHER.found(f"{len(wrong)} of {len(choices)} scores are of another candidate", some(wrong))
    anew = [choice.sample for choice in choices if not choice.among]
    if anew:
        yield REGENERATED.found(f"{len(anew)} of {len(choices)} scored texts are no candidate", some(anew))
    open_choices = [choice for choice in choices if len({*map(_plain, choice.candidates)}) > 1]
    if len(open_choices) >= LEAST and all(choice.first for choice in open_choices):
        yield FIRST.found(f"the first candidate is scored in all {len(open_choices)} samples that leave a choice")


def _told(log: AuditedLog) -> Iterator[Finding]:
    """A number of candidates that was asked for, against the calls that were made."""
    arguments = log.record.solver_args
    asked = [(name, value) for name in SETTINGS if isinstance(value := arguments.get(name), int) and value > 1]
    choosing = any(word in log.record.solver.lower() for word in TECHNIQUES)
    for name, value in asked if choosing else ():
        counts = [len(model_events(sample)) for sample in log.samples]
        kept = [len(choice.candidates) for sample in log.samples if (choice := _choice(log, sample))]
        most = max([*counts, *kept, 0])
        if any(counts) and most < value:
            yield TOO_FEW.found(f"{name}={value}, and no sample has more than {most} candidates", "the solver")


def _choice(log: AuditedLog, sample: EvalSample) -> Choice | None:
    for mapping in said_by(sample):
        for name in CANDIDATES:
            candidates = _candidates(mapping.get(name))
            if len(candidates) > 1:
                return Choice(str(sample.id), candidates, _chosen(mapping, candidates), _scored(log, sample))
    return None


def _candidates(value: object) -> tuple[str, ...]:
    texts = [_text(one) for one in value] if isinstance(value, list) else []
    return tuple(text for text in texts if text is not None) if None not in texts else ()


def _text(value: object) -> str | None:
    if isinstance(value, Mapping):
        return next((text for name in TEXTS if isinstance(text := value.get(name), str)), None)
    return value if isinstance(value, str) else None


def _chosen(mapping: Mapping[str, object], candidates: Sequence[str]) -> str | None:
    for name in CHOSEN:
        value = mapping.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(candidates):
            return candidates[value]
        text = _text(value)
        if text is not None:
            return text
    return None


def _scored(log: AuditedLog, sample: EvalSample) -> tuple[str, ...]:
    """The text that was scored: the output, and what the headline's scorer took for the answer."""
    score = headline_score(log, sample)
    kept = (score.metadata or {}).get("completion") if score else None
    texts = (sample.output.completion, score.answer if score else None, kept if isinstance(kept, str) else None)
    return tuple(text for text in texts if text)


def _same(one: str, other: str) -> bool:
    """Whether both are one text, or one was read out of the other."""
    a, b = _plain(one), _plain(other)
    shorter, longer = sorted((a, b), key=len)
    return a == b or (len(shorter) >= 3 and shorter in longer)


def _plain(text: str) -> str:
    return " ".join(text.split())


CHECK = Check(
    name="settings_candidate",
    detects="a chosen candidate that is not the one scored, a text generated anew, a choice that is always the first",
    needs="`candidates` and `chosen` in a sample's store or score metadata",
    seen_in="002",
    run=check,
)
