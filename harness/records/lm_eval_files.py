"""What `lm-eval run --log_samples --output_path DIR` leaves behind, as typed records.

    results = LmEvalResults.read("out/arith/results_2026-11-21T14-11-02.973154.json")
    rows = results.rows("ir_arith")

One results file holds all tasks of a run; the samples of each lie beside it, in a file of their own of the same date.
Versions differ in what they write: before 0.4.9 the model's arguments are one text, before 0.4.3 there is no date and
no count of documents, and 0.3 has neither configurations nor filters. All of these are read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, field_validator
from pydantic_core import from_json

_NAMES = ("peft", "delta", "pretrained", "model", "path", "engine")
_BEGINS = re.compile(rb'\s*\{\s*"results"\s*:')
_DATED = re.compile(r"_(\d{4}-\d{2}-\d{2}T[\d.\-]+)$")


class NotLmEval(ValueError):
    """The file is no result of lm-eval; the message says what is missing."""


class LmEvalTask(BaseModel):
    """What the results say of one task's configuration.

    Its `metadata` may name, as `task`, the inspect task that shows the same documents under another name.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    output_type: str = "generate_until"
    dataset_path: str | None = None
    dataset_name: str | None = None
    dataset_kwargs: Mapping[str, JsonValue] | None = None
    test_split: str | None = None
    validation_split: str | None = None
    metadata: Mapping[str, JsonValue] = {}

    def known_as(self, name: str) -> str:
        """The task's name among inspect's, or `name`."""
        given = self.metadata.get("task")
        return given if isinstance(given, str) else name

    @property
    def split(self) -> str:
        """The split that was shown: a setting of the data set where it has one, else lm-eval's."""
        given = (self.dataset_kwargs or {}).get("split")
        return given if isinstance(given, str) else self.test_split or self.validation_split or ""


class Counted(BaseModel):
    """How many documents there are, and how many were asked."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    original: int
    effective: int


class Asked(BaseModel):
    """How the run was called.

    Attributes:
      model: The kind of model, such as `hf`.
      model_args: What it was given, by name; older versions keep the text of the command line.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    model: str | None = None
    model_args: Mapping[str, JsonValue] = {}

    @field_validator("model_args", mode="before")
    @classmethod
    def _by_name(cls, given: object) -> object:
        """`pretrained=lab/x,dtype=float32`, or the same as JSON, or nothing."""
        if given is None:
            return {}
        if not isinstance(given, str):
            return given
        if given.lstrip().startswith("{"):
            return from_json(given)
        pairs = (part.partition("=") for part in given.split(",") if part.strip())
        return {name.strip(): value if equals else True for name, equals, value in pairs}

    @property
    def model_name(self) -> str | None:
        """As lm-eval itself names it: the adapter where there is one, else the model."""
        return next((str(self.model_args[key]) for key in _NAMES if self.model_args.get(key)), None)

    def get(self, name: str) -> JsonValue:
        """Anything else that the run was asked for; None where it is not there."""
        return (self.model_extra or {}).get(name)


class LmEvalRow(BaseModel):
    """One line of a samples file: a document, what was asked, what came back, and its metrics.

    Attributes:
      doc_id: Its index in the data set.
      doc: The document.
      target: What was expected; of a multiple choice the index of the right one.
      arguments: What was asked, request by request.
      resps: What came back.
      filter: Which of the task's filters read the answer.
      metrics: Names of the metrics that stand on the line; older versions do not list them.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    doc_id: int
    doc: Mapping[str, JsonValue]
    target: JsonValue
    arguments: JsonValue = None
    resps: JsonValue = None
    filter: str = "none"
    metrics: tuple[str, ...] = ()

    def value(self, metric: str) -> float | None:
        """A metric of this document; None where it is no number (perplexities are pairs)."""
        found = (self.model_extra or {}).get(metric)
        return float(found) if isinstance(found, bool | int | float) else None

    @property
    def prompt(self) -> str:
        """The first text that was asked, examples included; empty where the line does not hold it."""
        requests = self.arguments
        every = list(requests.values()) if isinstance(requests, Mapping) else requests
        first = every[0] if isinstance(every, list) and every else None
        if isinstance(first, list):  # as versions before 0.4.3 have them
            first = {"arg_0": first[0]} if first else None
        text = first.get("arg_0") if isinstance(first, Mapping) else None
        return text if isinstance(text, str) else ""

    @property
    def completion(self) -> str:
        """What the model wrote first; empty where it was asked for likelihoods."""
        first = self.resps[0] if isinstance(self.resps, list) and self.resps else None
        text = first[0] if isinstance(first, list) and first else None
        return text if isinstance(text, str) else ""


class _Header(BaseModel):
    """A results file, as far as it is read here."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    results: Mapping[str, Mapping[str, JsonValue]]
    configs: Mapping[str, LmEvalTask] = {}
    config: Asked
    versions: Mapping[str, str | int | float | None] = {}
    counted: Mapping[str, Counted] = Field({}, alias="n-samples")
    shots: Mapping[str, int | None] = Field({}, alias="n-shot")
    higher_is_better: Mapping[str, Mapping[str, bool | None] | None] = {}
    groups: Mapping[str, JsonValue] = {}
    model_name: str | None = None
    date: float | None = None
    git_hash: str | None = None
    lm_eval_version: str | None = None
    transformers_version: str | None = None


@dataclass(frozen=True)
class LmEvalResults:
    """A results file and where it lies."""

    path: Path
    header: _Header

    @classmethod
    def read(cls, path: str | Path) -> LmEvalResults:
        """Read a results file, or the one beside a samples file.

        Raises:
          NotLmEval: It is none, or the samples file has none beside it.
        """
        given = Path(path)
        file = _results_beside(given) if given.suffix == ".jsonl" else given
        try:
            return cls(file, _Header.model_validate_json(file.read_bytes()))
        except ValidationError as error:
            fault = error.errors()[0]
            where = ".".join(map(str, fault["loc"]))
            raise NotLmEval(f"no results of lm-eval either: {where or file.name}: {fault['msg']}") from error

    def samples_file(self, task: str) -> Path | None:
        """The samples of a task, where they were logged."""
        dated = _DATED.search(self.path.stem)
        file = self.path.with_name(f"samples_{task}_{dated[1]}.jsonl") if dated else None
        return file if file is not None and file.is_file() else None

    def rows(self, task: str) -> list[LmEvalRow]:
        """The samples of a task by document and filter; none where they were not logged.

        Raises:
          NotLmEval: A line is no sample.
        """
        file = self.samples_file(task)
        lines = file.read_bytes().splitlines() if file else []
        try:
            return [LmEvalRow.model_validate_json(line) for line in lines if line.strip()]
        except ValidationError as error:
            raise NotLmEval(f"{file} holds a line that is no sample of lm-eval: {error.errors()[0]['msg']}") from error

    def tasks(self) -> list[str]:
        """The tasks of the run, without their groups."""
        configured, found = self.header.configs, self.header.results
        return [task for task in configured or found if task in found and task not in self.header.groups]

    def task(self, name: str) -> LmEvalTask:
        """A task's configuration, empty where the version kept none."""
        return self.header.configs.get(name, LmEvalTask())

    @property
    def model(self) -> str:
        """`hf/lab/x`."""
        asked = self.header.config
        return f"{asked.model or 'unknown'}/{asked.model_name or self.header.model_name or 'unnamed'}"

    @property
    def begun(self) -> datetime:
        """When the run began: by its header, by its file's name, or when the file was written."""
        if self.header.date is not None:
            return datetime.fromtimestamp(self.header.date, UTC)
        if dated := _DATED.search(self.path.stem):
            day, _, time = dated[1].partition("T")
            with suppress(ValueError):
                return datetime.fromisoformat(f"{day}T{time.replace('-', ':')}").replace(tzinfo=UTC)
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)


def is_lm_eval(path: Path) -> bool:
    """Whether a file looks like one of lm-eval's, by its first bytes: a results file, or samples beside one."""
    if path.suffix == ".jsonl":
        return path.name.startswith("samples_")
    if path.suffix != ".json" or not path.is_file():
        return False
    with path.open("rb") as file:
        return _BEGINS.match(file.read(64)) is not None


def _results_beside(samples: Path) -> Path:
    dated = _DATED.search(samples.stem)
    beside = sorted(samples.parent.glob(f"*_{dated[1]}.json")) if dated else []
    if not beside:
        raise NotLmEval(
            f"{samples} has no results file of its date beside it; keep results_*.json and samples together"
        )
    return beside[0]
