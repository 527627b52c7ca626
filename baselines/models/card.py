"""The card of a reference model: what made it and what it can do, as JSON for programs and as a page for people.

`card.json` is the record; `README.md` is written from it and from the recipe's own page, and holds nothing else.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.stats.intervals import wilson

CARD, PAGE, WEIGHTS = "card.json", "README.md", "model.safetensors"


class CardError(ValueError):
    """A model folder whose card is missing, unreadable or not about its weights."""


class Record(BaseModel):
    """Base of everything in a card: frozen, and closed to fields nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Metric(Record):
    """One measured share, with its 95 % Wilson interval.

    Attributes:
      family: Which problems: `single`, `chain` or `loop`.
      split: Which split of them.
      measure: What counts as right; the recipe's page says it in words.
      successes: Problems that were right.
      n: Problems asked.
      low: Lower end of the interval.
      high: Upper end.
    """

    family: str
    split: str
    measure: str
    successes: int
    n: int
    low: float
    high: float

    @classmethod
    def of(cls, family: str, split: str, measure: str, successes: int, n: int) -> Metric:
        """The metric with its interval."""
        found = Estimate.of_count(successes, n)
        return cls(
            family=family, split=split, measure=measure, successes=successes, n=n, low=found.low, high=found.high
        )

    @property
    def name(self) -> str:
        """`single/iid/pipeline`."""
        return f"{self.family}/{self.split}/{self.measure}"

    @property
    def share(self) -> float:
        """Successes over n."""
        return self.successes / self.n

    def is_worse_than(self, recorded: Metric) -> bool:
        """Whether this share lies below the interval that `recorded`'s share has at the number asked here."""
        expected = round(recorded.share * self.n)
        return self.share < wilson(expected, self.n).low

    def text(self) -> str:
        """Share and interval in per cent."""
        return str(Estimate(self.share, self.low, self.high, self.n))


class Training(Record):
    """Where and how long. `recorded` by the training itself, or `estimated` from the times of its checkpoints."""

    hardware: str
    seconds: float | None
    timing: Literal["recorded", "estimated"]
    sessions: int


class Card(Record):
    """Everything that decides a reference model, and what was measured on the file that is shipped."""

    name: str
    parameters: int
    weights_bytes: int
    weights_sha256: str
    address: str
    plan: dict[str, int | float]
    seed: int
    corpus: str
    corpus_sha256: str
    documents_seen: int
    training: Training
    versions: dict[str, str]
    metrics: tuple[Metric, ...]


def read_card(folder: Path) -> Card:
    """The card in `folder`.

    Raises:
      CardError: There is none, or it is not a card.
    """
    path = folder / CARD
    if not path.is_file():
        raise CardError(f"{folder} has no {CARD}; `glassbox models train` writes one")
    try:
        return Card.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the file"
        raise CardError(f"{path}: {field}: {first['msg']}; write it anew with `glassbox models train`") from error


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_weights(folder: Path, card: Card) -> None:
    """Refuse weights that are not those the card speaks of.

    Raises:
      CardError: The weights are missing or have another hash.
    """
    path = folder / WEIGHTS
    found = sha256(path) if path.is_file() else "no file"
    if found != card.weights_sha256:
        raise CardError(
            f"{path} is {found[:12]}, its card describes {card.weights_sha256[:12]}; restore the file or train anew"
        )


def write_card(folder: Path, card: Card, about: str) -> None:
    """Write `card.json` and the page."""
    (folder / CARD).write_text(card.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (folder / PAGE).write_text(render(card, about), encoding="utf-8")


def render(card: Card, about: str) -> str:
    """The page: what the model is for, what was measured, how it was made."""
    training = card.training
    guessed = training.timing == "estimated" and training.seconds is not None
    pace = ", estimated from the times of the last checkpoints" if guessed else ""
    sessions = f" in {training.sessions} sessions" if training.sessions > 1 else ""
    plan = ", ".join(f"{key} {value}" for key, value in card.plan.items())
    versions = ", ".join(f"{key} {value}" for key, value in card.versions.items())
    return "\n".join(
        [
            "---",
            "license: mit",
            "library_name: transformers",
            "pipeline_tag: text-generation",
            "---",
            "",
            f"# {card.name}",
            "",
            about,
            "",
            "## Measured",
            "",
            "Share of problems with its 95 % Wilson interval; greedy decoding of the shipped file, float32 on the CPU.",
            "",
            *_table(card.metrics),
            "",
            f"Measure again: `glassbox models check {card.name}`.",
            "",
            "## Made",
            "",
            f"- {card.parameters:,} parameters; {card.weights_bytes:,} bytes; weights SHA-256 `{card.weights_sha256}`",
            f"- plan: {plan}",
            f"- corpus: {card.documents_seen:,} documents of `{card.corpus}`, seed {card.seed}; the first thousand have"
            f" SHA-256 `{card.corpus_sha256}`",
            f"- trained on {training.hardware}, {duration(training.seconds)}{sessions}{pace}",
            f"- with {versions}",
            "",
            f"Make again: `glassbox models train {card.name}`. The same seed gives the same weights on the same machine"
            " only.",
            "",
        ]
    )


def duration(seconds: float | None) -> str:
    """Wall time for people."""
    if seconds is None:
        return "a time that was not recorded"
    minutes = round(seconds / 60)
    if minutes < 2:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def _table(metrics: tuple[Metric, ...]) -> list[str]:
    measures = list(dict.fromkeys(metric.measure for metric in metrics))
    cells: dict[tuple[str, str, int], dict[str, str]] = {}
    for metric in metrics:
        cells.setdefault((metric.family, metric.split, metric.n), {})[metric.measure] = metric.text()
    rows = [f"| problems | split | n | {' | '.join(measures)} |", f"|---|---|---:|{'---:|' * len(measures)}"]
    for (family, split, n), by_measure in cells.items():
        shown = " | ".join(by_measure.get(measure, "") for measure in measures)
        rows.append(f"| {family} | {split} | {n:,} | {shown} |")
    return rows
