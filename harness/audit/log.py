"""A log as the checks see it: header, samples, scores as numbers, calls of the model, texts that it was shown.

    log = AuditedLog.read(Path("logs/run.eval"))
    log.headline, log.values["semantic"]

Everything is read from the log; nothing is run again. Works on any inspect log; what ours hold beyond (`Attempt`,
`Prompted`) is used where it is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from inspect_ai.event import ModelEvent
from inspect_ai.log import EvalLog, EvalSample
from inspect_ai.scorer import Score, value_to_float
from pydantic import ValidationError

from glassbox.harness.audit.finding import CannotCheck
from glassbox.harness.plugins.families import headline_of
from glassbox.harness.records.attempt import STORE_KEY, Attempt
from glassbox.harness.records.frames import RunRecord, load_logs, run_of
from glassbox.harness.records.logged import whole_logs
from glassbox.harness.records.prompted import STORE_KEY as PROMPTED_KEY
from glassbox.harness.records.prompted import Prompted

_WORDS = frozenset({"c", "i", "p", "n", "yes", "no", "true", "false"})
_TO_FLOAT = value_to_float()

Record = TypeVar("Record", Attempt, Prompted)


@dataclass(frozen=True)
class AuditedLog:
    """One log, read whole.

    Attributes:
      record: Its header in a leaderboard's words.
      log: The log itself, attachments resolved.
    """

    record: RunRecord
    log: EvalLog

    @classmethod
    def read(cls, record: RunRecord) -> AuditedLog:
        """Read the samples behind a header."""
        logs = whole_logs(record.path, attachments=True)
        return cls(record, next(log for log in logs if len(logs) == 1 or run_of(record.path, log).key == record.key))

    @classmethod
    def of(cls, path: Path) -> AuditedLog:
        """Read one log file.

        Raises:
          ValueError: It is no readable log.
        """
        records = load_logs(path) if path.is_file() else []
        if not records:
            raise ValueError(f"{path} is no readable inspect log; name a log file or a folder of them")
        return cls.read(records[0])

    @property
    def samples(self) -> Sequence[EvalSample]:
        """Its samples, one for each epoch, in the order of the data set.

        Raises:
          CannotCheck: It holds none.
        """
        if not self.log.samples:
            raise CannotCheck(
                "the log holds no samples, only its header", "run again without --no-log-samples, to the end"
            )
        return self._ordered

    @cached_property
    def _ordered(self) -> Sequence[EvalSample]:
        places = {str(key): place for place, key in enumerate(self.record.sample_ids)}
        return sorted(self.log.samples or (), key=lambda one: (places.get(str(one.id), len(places)), one.epoch))

    @property
    def once(self) -> Sequence[EvalSample]:
        """Its samples, each once: the first epoch."""
        found: dict[str | int, EvalSample] = {}
        for sample in self.samples:
            found.setdefault(sample.id, sample)
        return list(found.values())

    @cached_property
    def headline(self) -> str:
        """Name of the score that the run is judged by; empty where it has none."""
        known = list(dict.fromkeys(name for sample in self._ordered for name in values_of(sample)))
        return headline_of(known)

    def value(self, sample: EvalSample) -> float | None:
        """The sample's headline score as a number; None where it is unscored."""
        return values_of(sample).get(self.headline)

    @cached_property
    def scored(self) -> Sequence[tuple[EvalSample, float]]:
        """Samples with their headline score, the unscored left out."""
        return [(sample, value) for sample in self.samples if (value := self.value(sample)) is not None]

    @property
    def arguments(self) -> Mapping[str, object]:
        """What solver and task were told, defaults included; the solver's word counts."""
        return {**self.record.task_args, **self.record.solver_args}

    @property
    def never_calls(self) -> bool:
        """Whether the run has no model by its own account."""
        return self.record.model in ("none/none", "none", "")


def values_of(sample: EvalSample) -> dict[str, float]:
    """Every score of a sample that is a number or stands for one, by name; parts of a score by their own names."""
    found: dict[str, float] = {}
    for name, score in (sample.scores or {}).items():
        parts = score.value if isinstance(score.value, Mapping) else {name.rsplit("/", 1)[-1]: score.value}
        for part, value in parts.items():
            number = number_of(value)
            if number is not None:
                found.setdefault(part, number)
    return found


def number_of(value: object) -> float | None:
    """A score's value as a number; None where it stands for none."""
    if isinstance(value, bool | int | float):
        return None if value != value else float(value)
    return _TO_FLOAT(value) if isinstance(value, str) and value.lower() in _WORDS else None


def headline_score(log: AuditedLog, sample: EvalSample) -> Score | None:
    """The score object behind the headline."""
    for name, score in (sample.scores or {}).items():
        if name.rsplit("/", 1)[-1] == log.headline or (
            isinstance(score.value, Mapping) and log.headline in score.value
        ):
            return score
    return None


def attempt_of(sample: EvalSample) -> Attempt | None:
    """What one of our solvers left, or None; another project's entry of that name is none."""
    return _kept(Attempt, sample, STORE_KEY)


def prompted_of(sample: EvalSample) -> Prompted | None:
    """What a soft-prompt solver left, or None."""
    return _kept(Prompted, sample, PROMPTED_KEY)


def _kept(kind: type[Record], sample: EvalSample, key: str) -> Record | None:
    try:
        return kind.model_validate(sample.store[key]) if key in sample.store else None
    except ValidationError:
        return None


def model_events(sample: EvalSample, model: str | None = None) -> list[ModelEvent]:
    """Finished calls of a model (of `model` alone, where it is named), grader and candidate alike."""
    events = (event for event in sample.events if isinstance(event, ModelEvent) and not event.pending)
    return [event for event in events if model is None or event.model == model or not event.role]


def calls_of(sample: EvalSample) -> int | None:
    """How often the model was called for this sample by any account in the log; None where there is no account."""
    accounts = [len(model_events(sample))] if sample.events else []
    accounts += [1] if sample.model_usage else []
    accounts += [record.model_calls for record in (attempt_of(sample), prompted_of(sample)) if record is not None]
    values = values_of(sample)
    accounts += [int(values["model_calls"])] if "model_calls" in values else []
    accounts += [int(kept)] if isinstance(kept := sample.store.get("model_calls"), int | float) else []
    return max(accounts, default=None)


def wrote_text(sample: EvalSample) -> bool:
    """Whether the model generated text for this sample, by any account in the log; by its text where there is none."""
    attempt = attempt_of(sample)
    generated = attempt.generated_tokens if attempt is not None else 0
    if model_events(sample) or generated + sum(one.output_tokens for one in sample.model_usage.values()) > 0:
        return True
    return calls_of(sample) is None and bool(sample.output.completion)


def shown_to(sample: EvalSample) -> list[str]:
    """What the model was shown, one text a call; empty where the log does not hold it."""
    events = model_events(sample)
    if events:
        return ["\n".join(message.text for message in event.input) for event in events]
    texts = [message.text for message in sample.messages]
    last = max((at for at, message in enumerate(sample.messages) if message.role == "assistant"), default=0)
    return ["\n".join(texts[:last])] if last else []


def input_text(sample: EvalSample) -> str:
    """The question as text, whatever its form."""
    if isinstance(sample.input, str):
        return sample.input
    return "\n".join(message.text for message in sample.input if message.role == "user")


def target_text(sample: EvalSample) -> str:
    """The target as text; the first of several."""
    target = sample.target
    return target if isinstance(target, str) else (target[0] if target else "")


def said_by(sample: EvalSample) -> Iterator[Mapping[str, object]]:
    """Every mapping that solver or scorer left: store, score metadata, output metadata, and what is nested in them.

    The data set's own metadata is left out: it says nothing about the run.
    """
    roots: list[Mapping[str, object]] = [sample.store]
    roots += [score.metadata for score in (sample.scores or {}).values() if score.metadata]
    roots += [score.value for score in (sample.scores or {}).values() if isinstance(score.value, Mapping)]
    roots += [sample.output.metadata] if sample.output.metadata else []
    while roots:
        mapping = roots.pop(0)
        yield mapping
        nested = [value for value in mapping.values() if isinstance(value, Mapping)]
        lists = [value for value in mapping.values() if isinstance(value, list)]
        roots += nested + [one for items in lists for one in items if isinstance(one, Mapping)]
