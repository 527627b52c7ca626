"""Which runs stand on a board, in which section, under which name, and with which figures.

    for run in placed(load_logs("logs"), "semantic", keep_all=False): ...

A section is one task, version and data; results of different task versions are never on one board.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from glassbox.harness.records.frames import Arguments, RunRecord
from glassbox.harness.stats.estimate import Estimate


class MixedVersions(ValueError):
    """Logs of different task versions were asked to stand on one board."""


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

    @property
    def label(self) -> str:
        """Solver with its distinguishing arguments."""
        return f"{self.record.solver} {self.arguments}".strip()


def placed(records: Iterable[RunRecord], headline: str, keep_all: bool) -> list[Placed]:
    """The runs that have this headline score, each in its place.

    Raises:
      MixedVersions: A task comes in several versions.
    """
    ours = [record for record in records if stands(record, headline)]
    refuse_mixed_versions(ours)
    kept = ours if keep_all else latest(ours)
    solvers = _telling((record.solver, record.solver_args, record.solver_args_passed) for record in kept)
    return [
        Placed(record, data, _shown(record.solver_args, solvers[record.solver]))
        for record, data in zip(kept, data_in_words(kept), strict=True)
    ]


def stands(record: RunRecord, headline: str) -> bool:
    """Whether the run has this score, or was to have it."""
    return headline in record.scorers or headline in record.scores


def data_in_words(records: Sequence[RunRecord]) -> list[str]:
    """The data of each run: its split, then those arguments of its task that were given, or differ between the runs.

    A log that does not have an argument, as older ones and other harnesses' do not, may stand beside one that has:
    whether the samples are the same is seen from the samples.
    """
    tasks: dict[str, list[tuple[Arguments, Arguments]]] = {}
    for record in records:
        tasks.setdefault(record.task, []).append((record.task_args, record.task_args_passed))
    shown = {task: _given(group) | _differing(group) for task, group in tasks.items()}
    return [f"{record.split} {_shown(record.task_args, shown[record.task] - {'split'})}".strip() for record in records]


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
    ordered = sorted(records, key=lambda record: (record.complete, record.created, record.path.name))
    for record, data in zip(ordered, data_in_words(ordered), strict=True):
        task = (record.task, record.task_version, data)
        best[(*task, record.model, record.solver, _pairs(record.solver_args))] = record
    return sorted(best.values(), key=lambda record: (record.created, record.path.name))


def label(record: RunRecord) -> str:
    """Solver with the arguments it was given, for a run that stands outside a board."""
    return f"{record.solver} {_shown(record.solver_args, frozenset(record.solver_args_passed))}".strip()


def estimate(record: RunRecord, score: str, name: str = "accuracy") -> Estimate | None:
    """One proportion of a run with its interval; None where it was not measured.

    Other projects' scorers write an accuracy alone: it gets Wilson's interval over the distinct samples, which is
    conservative where samples have several epochs or are right in part.
    """
    value, low, high, n = (record.metric(score, part) for part in (name, "low", "high", "n"))
    if value is None:
        return None
    if low is not None and high is not None and n is not None:
        return Estimate(value, low, high, int(n))
    samples = min(record.completed, len(record.sample_ids)) if n is None else int(n)
    if name != "accuracy" or not samples or not 0 <= value <= 1:
        return None
    return Estimate.of_share(value, samples)


def part_estimate(record: RunRecord, score: str, name: str) -> Estimate | None:
    """One of several shares that one score holds side by side, as `name`, `name:low`, `name:high`, `name:n`.

    A group has no bounds: its share and n give Wilson's.
    """
    value, low, high, n = (record.metric(score, f"{name}{part}") for part in ("", ":low", ":high", ":n"))
    if value is None or not n:
        return None
    if low is None or high is None:
        return Estimate.of_share(value, int(n))
    return Estimate(value, low, high, int(n))


def _pairs(arguments: Arguments) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in arguments.items()))


def _telling(runs: Iterable[tuple[str, Arguments, Arguments]]) -> dict[str, frozenset[str]]:
    """For each solver the arguments worth showing: given in some run, or different between runs."""
    groups: dict[str, list[tuple[Arguments, Arguments]]] = {}
    for name, arguments, passed in runs:
        groups.setdefault(name, []).append((arguments, passed))
    shown: dict[str, frozenset[str]] = {}
    for name, group in groups.items():
        known = {argument for arguments, _ in group for argument in arguments}
        differing = {a for a in known if len({str(arguments.get(a)) for arguments, _ in group}) > 1}
        shown[name] = frozenset(differing) | _given(group)
    return shown


def _given(group: Iterable[tuple[Arguments, Arguments]]) -> frozenset[str]:
    return frozenset(argument for _, passed in group for argument in passed)


def _differing(group: Iterable[tuple[Arguments, Arguments]]) -> frozenset[str]:
    """Arguments that have more than one value among the runs that have them at all."""
    values: dict[str, set[str]] = {}
    for arguments, _ in group:
        for argument, value in arguments.items():
            values.setdefault(argument, set()).add(str(value))
    return frozenset(argument for argument, found in values.items() if len(found) > 1)


def _shown(arguments: Arguments, names: frozenset[str]) -> str:
    """Those arguments as `name=value`; of a file its name alone, as boards are read on other machines."""
    return " ".join(
        f"{name}={PurePath(value).name if name == 'path' else value}"
        for name, value in _pairs(arguments)
        if name in names
    )
