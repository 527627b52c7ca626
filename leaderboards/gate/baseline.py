"""A blessed result as a file: what was run, what every sample scored, and where the figures come from.

    baseline = read_baseline("baselines/results/quick.json")
    write_baseline(baseline, path)

Rows over the same data share one `SampleSet`; scores of right and wrong are one character a sample, so that 25 rows of
1,000 samples take some 200 kB. Each sample has a digest of its own, so that a changed one can be named.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from glassbox.harness.data.readers.opened import open_file

FOLDER = Path("baselines/results")
NOT_SCORED = "-"
DIGITS = 8
"""Of a sample's digest: 32 bits, so that a changed sample goes unseen once in four thousand million."""

Rule = Literal["paired", "exact"]
"""`paired`: no evidence of a loss and none of the margin possible; `exact`: every sample as blessed."""


class UnusableBaseline(ValueError):
    """The file is missing, broken, or of another format; the message names it."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SampleSet(_Frozen):
    """Samples that several rows were run on.

    Attributes:
      ids: In the order of the data set.
      checks: For each sample `DIGITS` hexadecimal digits over its id, input and target, all in one string.
      cluster: Metadata key that samples share (`template`, `passage`); empty where they share none.
      groups: Its values.
      group_of: For each sample the position of its group; empty where there are none.
    """

    ids: tuple[str, ...]
    checks: str
    cluster: str = ""
    groups: tuple[str, ...] = ()
    group_of: tuple[int, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> SampleSet:
        n = len(self.ids)
        if len(self.checks) != n * DIGITS or len(self.group_of) not in (0, n) or len(set(self.ids)) != n:
            raise ValueError(f"{n} sample ids must be unique, with a check and a group each")
        if self.group_of and not 0 <= min(self.group_of) <= max(self.group_of) < len(self.groups):
            raise ValueError("a sample has a group that is not listed")
        return self

    @property
    def check_of(self) -> dict[str, str]:
        """Each sample's digest, by id."""
        return {key: self.checks[at * DIGITS : (at + 1) * DIGITS] for at, key in enumerate(self.ids)}

    @property
    def group_by_id(self) -> dict[str, str]:
        """Each sample's group, by id; empty where there are none."""
        return {key: self.groups[at] for key, at in zip(self.ids, self.group_of, strict=False)}


class BlessedRun(_Frozen):
    """One row.

    Attributes:
      task_args: Arguments that were given to the task.
      solver_args: Arguments that were given to the solver.
      limit: Samples asked for by `--limit`; None for all.
      epochs: How often each sample was run.
      generation: Settings of generation that were given.
      scorers: Options of each scorer, by its name; None where the baseline is older than that.
      rule: How a new run is judged.
      score: The headline score, 0..1 a sample.
      mean: Its mean over the scored samples.
      samples: Key of the sample set.
      scores: A character a sample (`1`, `0`, `-` for unscored), or a number each where they are not all 0 or 1.
      alone_ms: Latency of a sample served alone, by its position in the sample set.
      amortised_ms: Mean share of a sample in its batch; None where not measured.
      data_hash: Content address of the task's whole data set, from the log; None where it does not say.
      model_hash: Content address of the model; None where it is not known.
      artefact: Content address of the fitted part; None without one.
      created: When the run began, ISO 8601.
      log: Name of its log file.
      log_sha256: Of the log's bytes.
      git_commit: Of the code that ran; None where it was installed.
      git_dirty: Whether that code had been changed since.
      versions: Of the packages that ran.
      machine: Device, accelerator and processor.
    """

    task: str
    task_version: str
    split: str
    task_args: dict[str, JsonValue]
    solver: str
    solver_args: dict[str, JsonValue]
    model: str
    limit: int | None = None
    epochs: int = 1
    generation: dict[str, JsonValue] = Field(default_factory=dict)
    scorers: dict[str, JsonValue] | None = None
    rule: Rule
    score: str
    mean: float
    samples: str
    scores: str | tuple[float | None, ...]
    alone_ms: dict[int, float] = Field(default_factory=dict)
    amortised_ms: float | None = None
    data_hash: str | None = None
    model_hash: str | None = None
    artefact: str | None = None
    created: str
    log: str
    log_sha256: str
    git_commit: str | None = None
    git_dirty: bool | None = None
    versions: dict[str, str] = Field(default_factory=dict)
    machine: dict[str, JsonValue] = Field(default_factory=dict)

    @property
    def values(self) -> list[float | None]:
        """Score of each sample of the set; None where it could not be scored."""
        if not isinstance(self.scores, str):
            return list(self.scores)
        return [None if mark == NOT_SCORED else float(mark) for mark in self.scores]

    @property
    def place(self) -> str:
        """Task and split, with what else was given: `ir_arith held_out_both n=200`."""
        others = (f"{name}={value}" for name, value in sorted(self.task_args.items()) if name != "split")
        return " ".join([self.task, *filter(None, [self.split]), *others])

    @property
    def method(self) -> str:
        """The solver with its arguments."""
        return " ".join([self.solver, *(f"{name}={value}" for name, value in sorted(self.solver_args.items()))])

    @property
    def label(self) -> str:
        """`ir_arith held_out_both · ir_head`."""
        return f"{self.place} · {self.method}"

    @property
    def identity(self) -> tuple[str, str]:
        """What a baseline has once: the label and the model."""
        return self.label, self.model


class Baseline(_Frozen):
    """What a gate compares with.

    Attributes:
      reason: Why it was blessed, in the words of whoever did.
      former_sha256: Of the baseline that it replaced; None for the first.
      samples: Sample sets by the digest of their data.
      runs: The rows.
    """

    format: Literal[1] = 1
    name: str
    reason: str = Field(min_length=1)
    former_sha256: str | None = None
    samples: dict[str, SampleSet]
    runs: tuple[BlessedRun, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits(self) -> Baseline:
        for run in self.runs:
            known = self.samples.get(run.samples)
            if known is None or len(run.values) != len(known.ids):
                raise ValueError(f"{run.label} has scores for other samples than those of set {run.samples}")
        if len({run.identity for run in self.runs}) < len(self.runs):
            raise ValueError("two rows are of the same task, arguments, solver and model")
        return self


def find_baseline(name: str | Path) -> Path:
    """The file meant: a path, or a name looked up in `baselines/results` here and then in the installed package.

    Raises:
      UnusableBaseline: There is none.
    """
    path = Path(name)
    if path.is_file():
        return path
    own = Path(__file__).resolve().parents[2] / FOLDER
    places = [folder / f"{path.name.removesuffix('.json')}.json" for folder in (FOLDER, own)]
    found = next((place for place in places if place.is_file() and path.parent in (Path(), FOLDER)), None)
    if found is None:
        raise UnusableBaseline(f"there is no baseline {name}; make one with glassbox bless --name NAME --reason ...")
    return found


def read_baseline(name: str | Path) -> Baseline:
    """Read a baseline by path or by name.

    Raises:
      UnusableBaseline: There is none, or it is none.
      SourceError: It cannot be read.
    """
    path = find_baseline(name)
    try:
        return Baseline.model_validate_json(open_file(path).text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise UnusableBaseline(f"{path} is no baseline of format 1: {where}: {first['msg']}") from error


def write_baseline(baseline: Baseline, path: Path) -> None:
    """Write it whole or not at all; the folder is made where it is missing."""
    from glassbox.harness.records.files import write_atomically

    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, baseline_text(baseline))


def baseline_text(baseline: Baseline) -> str:
    """The file's content: one fact a line, lists of numbers and ids on one."""
    content = baseline.model_dump(mode="json", exclude_defaults=True) | {"format": baseline.format}
    ordered = {"format": content.pop("format"), **content}
    text = json.dumps(ordered, indent=1, ensure_ascii=False, allow_nan=False)
    # A line feed stands in no JSON string, so that this changes spaces between values only.
    return (
        re.sub(r"\[\n\s*([^\[\]{}]*?)\n\s*\]", lambda found: "[" + re.sub(r"\n\s*", " ", found[1]) + "]", text) + "\n"
    )
