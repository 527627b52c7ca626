"""The board of the IR tasks: which run stands in which row, read from log headers and never recomputed.

    board(load_logs("logs"))

One section for each task and split; controls stand below the methods, because they show what a score is worth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from harness.records.frames import Arguments, RunRecord

CONTROLS = frozenset({"direct", "regex_only", "bag_of_tokens", "layer0", "shuffled_labels", "gold", "null"})
HEADLINE = "semantic"


class MixedVersions(ValueError):
    """Logs of different task versions were asked to stand on one board."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A proportion with its 95 % interval and the samples behind it."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Row:
    """One run on the board. Latencies in milliseconds; None is not measured or not applicable.

    Attributes:
      arguments: The solver's arguments that set it apart: those given, and those that differ between rows.
      n: Samples scored for the headline.
      complete: False for a run that did not finish, or lost samples to errors.
      samples: Digest of the sample ids, so that runs over other samples are seen to be so.
    """

    task: str
    task_version: str
    split: str
    solver: str
    arguments: str
    model: str
    control: bool
    n: int
    total: int
    status: str
    complete: bool
    samples: str
    semantic: Estimate | None
    structural: Estimate | None
    operation: Estimate | None
    first_operand: Estimate | None
    second_operand: Estimate | None
    program: Estimate | None
    parse_failure: Estimate | None
    alone_p50_ms: float | None
    alone_p95_ms: float | None
    amortised_p50_ms: float | None
    amortised_p95_ms: float | None
    prompt_tokens: float | None
    generated_tokens: float | None
    model_calls: float | None
    artefact: str | None
    created: str
    log: str

    @property
    def label(self) -> str:
        """Solver with its distinguishing arguments."""
        return f"{self.solver} {self.arguments}".strip()


@dataclass(frozen=True, slots=True)
class Section:
    """One task version and split: rows that may be compared."""

    task: str
    task_version: str
    split: str
    methods: tuple[Row, ...]
    controls: tuple[Row, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """Methods, then controls."""
        return self.methods + self.controls

    @property
    def comparable(self) -> bool:
        """Whether all rows were run on the same samples (`--limit` makes others of them)."""
        return len({row.samples for row in self.rows}) <= 1


@dataclass(frozen=True, slots=True)
class Board:
    """Sections in the order of task and split."""

    sections: tuple[Section, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows of all sections."""
        return tuple(row for section in self.sections for row in section.rows)


def board(records: Iterable[RunRecord], keep_all: bool = False) -> Board:
    """Put runs on a board.

    Args:
      records: Runs; those of tasks without the headline score are left out.
      keep_all: Keep every run instead of the latest of each task, split, model, solver and arguments.

    Raises:
      MixedVersions: A task comes in several versions.
    """
    places: dict[tuple[str, str, str], list[Row]] = {}
    for run in placed(records, HEADLINE, keep_all):
        places.setdefault(run.place, []).append(_row(run.record, run.split, run.arguments))
    return Board(tuple(_section(place, rows) for place, rows in sorted(places.items())))


@dataclass(frozen=True, slots=True)
class Placed:
    """A run and where it stands on a board: its data in words, and the solver's arguments that set it apart."""

    record: RunRecord
    split: str
    arguments: str

    @property
    def place(self) -> tuple[str, str, str]:
        """Task, version and split: a section."""
        return (self.record.task, self.record.task_version, self.split)


def placed(records: Iterable[RunRecord], headline: str, keep_all: bool) -> list[Placed]:
    """The runs that have this headline score, each in its place.

    Raises:
      MixedVersions: A task comes in several versions.
    """
    ours = [record for record in records if headline in record.scorers or headline in record.scores]
    refuse_mixed_versions(ours)
    kept = ours if keep_all else latest(ours)
    tasks = _telling((record.task, record.task_args, record.task_args_passed) for record in kept)
    solvers = _telling((record.solver, record.solver_args, record.solver_args_passed) for record in kept)
    # Other data is another section: the split is named first, then what else was given to the task.
    return [
        Placed(
            record,
            f"{record.split} {_shown(record.task_args, tasks[record.task] - {'split'})}".strip(),
            _shown(record.solver_args, solvers[record.solver]),
        )
        for record in kept
    ]


def refuse_mixed_versions(records: Iterable[RunRecord]) -> None:
    """Results of different task versions are not comparable: name them and the way out.

    Raises:
      MixedVersions: In one line.
    """
    versions: dict[str, set[str]] = {}
    for record in records:
        versions.setdefault(record.task, set()).add(record.task_version)
    for task, found in sorted(versions.items()):
        if len(found) > 1:
            names = sorted(found)
            raise MixedVersions(
                f"task {task} has logs of versions {', '.join(names)}, which cannot share a board; "
                f"choose one with --task-version {names[-1]}"
            )


def latest(records: Iterable[RunRecord]) -> list[RunRecord]:
    """The last run of each task, version, arguments, model and solver; a complete run is never hidden by another."""
    best: dict[tuple[object, ...], RunRecord] = {}
    for record in sorted(records, key=lambda record: (record.complete, record.created, record.path.name)):
        best[_identity(record)] = record
    return sorted(best.values(), key=lambda record: (record.created, record.path.name))


def _identity(record: RunRecord) -> tuple[object, ...]:
    return (*same_data(record), record.model, record.solver, _pairs(record.solver_args))


def same_data(record: RunRecord) -> tuple[object, ...]:
    """What two runs must share to be compared: task, version, split and every other argument of the task."""
    return (record.task, record.task_version, record.split, _pairs(record.task_args))


def _pairs(arguments: Arguments) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in arguments.items()))


def _telling(runs: Iterable[tuple[str, Arguments, Arguments]]) -> dict[str, frozenset[str]]:
    """For each task or solver the arguments worth showing: given in some run, or different between runs."""
    groups: dict[str, list[tuple[Arguments, Arguments]]] = {}
    for name, arguments, passed in runs:
        groups.setdefault(name, []).append((arguments, passed))
    shown: dict[str, frozenset[str]] = {}
    for name, group in groups.items():
        known = {argument for arguments, _ in group for argument in arguments}
        differing = {a for a in known if len({str(arguments.get(a)) for arguments, _ in group}) > 1}
        shown[name] = frozenset(differing | {argument for _, passed in group for argument in passed})
    return shown


def _shown(arguments: Arguments, names: frozenset[str]) -> str:
    """Those arguments as `name=value`; of a file its name alone, as boards are read on other machines."""
    return " ".join(
        f"{name}={PurePath(value).name if name == 'path' else value}"
        for name, value in _pairs(arguments)
        if name in names
    )


def label(record: RunRecord) -> str:
    """Solver with the arguments it was given, for a run that stands outside a board."""
    return f"{record.solver} {_shown(record.solver_args, frozenset(record.solver_args_passed))}".strip()


def _section(place: tuple[str, str, str], rows: list[Row]) -> Section:
    ordered = sorted(rows, key=_rank)
    methods = tuple(row for row in ordered if not row.control)
    return Section(*place, methods, tuple(row for row in ordered if row.control))


def _rank(row: Row) -> tuple[object, ...]:
    """Best headline first; then the faster; then by name, so that the order never depends on the file system."""
    accuracy = row.semantic.value if row.semantic else -1.0
    milliseconds = float("inf") if row.alone_p50_ms is None else row.alone_p50_ms
    return (-accuracy, milliseconds, row.label, row.model, row.created, row.log)


def _row(record: RunRecord, split: str, arguments: str) -> Row:
    headline = estimate(record, HEADLINE)
    return Row(
        task=record.task,
        task_version=record.task_version,
        split=split,
        solver=record.solver,
        arguments=arguments,
        model=record.model,
        control=record.solver in CONTROLS,
        n=headline.n if headline else 0,
        total=record.total,
        status=record.status,
        complete=record.complete,
        samples=record.samples_digest,
        semantic=headline,
        structural=_over_the_whole_run(estimate(record, "structural"), headline),
        operation=estimate(record, "operation"),
        first_operand=estimate(record, "first_operand"),
        second_operand=estimate(record, "second_operand"),
        program=estimate(record, "program"),
        parse_failure=estimate(record, "parse_failure", "rate"),
        alone_p50_ms=record.metric("alone_ms", "p50"),
        alone_p95_ms=record.metric("alone_ms", "p95"),
        amortised_p50_ms=record.metric("amortised_ms", "p50"),
        amortised_p95_ms=record.metric("amortised_ms", "p95"),
        prompt_tokens=record.metric("prompt_tokens", "mean"),
        generated_tokens=record.metric("generated_tokens", "mean"),
        model_calls=record.metric("model_calls", "mean"),
        artefact=record.artefact,
        created=record.created,
        log=record.path.name,
    )


def estimate(record: RunRecord, score: str, name: str = "accuracy") -> Estimate | None:
    """One proportion of a run with its interval, as its log header has it; None where it was not measured."""
    value, low, high, n = (record.metric(score, part) for part in (name, "low", "high", "n"))
    if value is None or low is None or high is None or n is None:
        return None
    return Estimate(value, low, high, int(n))


def _over_the_whole_run(part: Estimate | None, headline: Estimate | None) -> Estimate | None:
    """A proportion over some of the samples only does not stand beside proportions over all of them."""
    return part if part and headline and part.n >= headline.n else None
