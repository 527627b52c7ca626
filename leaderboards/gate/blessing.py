"""From runs to a baseline, with what may not be blessed refused by name, and what changes against the former one.

baseline = bless(runs, name="quick", reason="first release", exact=("gold", "null"))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from glassbox.harness.plugins.entries import called
from glassbox.harness.records.frames import RunRecord
from glassbox.leaderboards.gate.baseline import NOT_SCORED, Baseline, BlessedRun, SampleSet
from glassbox.leaderboards.gate.loss import Loss, loss_of
from glassbox.leaderboards.gate.observed import Observed, observe
from glassbox.leaderboards.runs import refuse_mixed_versions


class CannotBless(ValueError):
    """Runs that are no result to hold others to; the message names the run and the way out."""


@dataclass(frozen=True, slots=True)
class Change:
    """A row against its former self.

    Attributes:
      label: The row.
      kind: `new`, `gone`, `same`, `changed`, or `other data`.
      before: Former mean; None for a new row.
      after: New mean; None for one that is gone.
      loss: Paired, former less new; None where the samples are others.
    """

    label: str
    kind: str
    before: float | None
    after: float | None
    loss: Loss | None


def bless(
    records: Sequence[RunRecord],
    *,
    name: str,
    reason: str,
    exact: Sequence[str] = (),
    score: str | None = None,
    cluster: str | None = None,
    former: Baseline | None = None,
    former_sha256: str | None = None,
    add: bool = False,
) -> Baseline:
    """Make a baseline of complete runs, in the order of task, split and solver.

    Args:
      records: One run a row.
      name: Of the baseline.
      reason: Why these results are what later ones are held to.
      exact: Solvers whose every sample must come out the same, besides the rows that were `exact` in the former one.
      score: The headline; each task's own by default.
      cluster: Metadata key that samples share; found by itself where None.
      former: The baseline to be replaced.
      former_sha256: Of its file.
      add: Keep the former rows that these runs do not replace.

    Raises:
      CannotBless: No reason, no run, an incomplete one, two of the same row, or an `exact` solver that did not run.
      MixedVersions: Runs of several versions of one task.
      NotComparable: A run without samples or scores.
    """
    if not reason.strip():
        raise CannotBless("a baseline needs a reason; say why these results are right with --reason")
    if not records:
        raise CannotBless("there is no run to bless; name log files or a --log-dir with some")
    refuse_mixed_versions(records)
    for record in records:
        if not record.complete:
            raise CannotBless(
                f"{record.path.name} is not complete ({record.status}, {record.completed} of {record.total} samples); "
                f"run {record.task} with {record.solver} again"
            )
    names = {record.solver: [one for one in exact if called(record.solver, one)] for record in records}
    if absent := sorted(set(exact).difference(*names.values())):
        raise CannotBless(f"--exact {absent[0]} names no solver of these runs")
    rows, samples = [], dict(former.samples) if former and add else {}
    for record in records:
        seen = observe(record, score)
        key, found = _sample_set(seen, cluster)
        samples[key] = found
        rows.append(_row(seen, key, found))
    _refuse_twice(rows)
    held = {row.identity for row in former.runs if row.rule == "exact"} if former else set()
    exactly = [bool(names[row.solver]) or row.identity in held for row in rows]
    rows = [row.model_copy(update={"rule": "exact"}) if one else row for row, one in zip(rows, exactly, strict=True)]
    if former and add:
        replaced = {row.identity for row in rows}
        rows += [row for row in former.runs if row.identity not in replaced]
        _refuse_other_versions(rows)
    rows.sort(key=lambda row: (row.place, row.method, row.model))
    used = {row.samples for row in rows}
    return Baseline(
        name=name,
        reason=reason.strip(),
        former_sha256=former_sha256,
        samples={key: samples[key] for key in sorted(used)},
        runs=tuple(rows),
    )


def changes(former: Baseline, new: Baseline, alpha: float = 0.05) -> list[Change]:
    """Row by row, paired where the samples are the same."""
    before, after = ({row.identity: row for row in one.runs} for one in (former, new))
    found = []
    for identity, now in after.items():
        old = before.get(identity)
        if old is None:
            found.append(Change(now.label, "new", None, now.mean, None))
            continue
        loss = _loss(former.samples[old.samples], old, new.samples[now.samples], now, alpha)
        kind = "other data" if loss is None else "changed" if loss.lost or loss.gained else "same"
        found.append(Change(now.label, kind, old.mean, now.mean, loss))
    gone = [row for identity, row in before.items() if identity not in after]
    return found + [Change(row.label, "gone", row.mean, None, None) for row in gone]


def inconclusive_at(row: BlessedRun, margin: float, alpha: float = 0.05) -> float | None:
    """The loss that stays possible even if a new run comes out the same, where that is the margin or more."""
    scores = [value for value in row.values if value is not None]
    possible = loss_of(scores, scores, alpha=alpha).high
    return possible if row.rule == "paired" and possible >= margin else None


def _sample_set(seen: Observed, cluster: str | None) -> tuple[str, SampleSet]:
    key, groups = seen.groups(cluster)
    names = {name: at for at, name in enumerate(dict.fromkeys(groups))}
    found = SampleSet(
        ids=tuple(seen.samples),
        checks="".join(seen.checks.values()),
        cluster=key,
        groups=tuple(names),
        group_of=tuple(names[name] for name in groups),
    )
    return seen.data, found


def _row(seen: Observed, key: str, samples: SampleSet) -> BlessedRun:
    record, values = seen.record, seen.values
    alone = seen.alone_ms
    return BlessedRun.model_validate(
        {
            "task": record.task,
            "task_version": record.task_version,
            "split": record.split,
            "task_args": dict(record.task_args_passed),
            "solver": record.solver,
            "solver_args": dict(record.solver_args_passed),
            "model": record.model,
            "limit": seen.limit,
            "epochs": seen.epochs,
            "generation": seen.generation,
            "scorers": seen.scorers,
            "rule": "paired",
            "score": seen.score,
            "mean": sum(values.values()) / len(values),
            "samples": key,
            "scores": _scores([values.get(sample) for sample in samples.ids]),
            "alone_ms": {at: float(f"{alone[key]:.4g}") for at, key in enumerate(samples.ids) if key in alone},
            "amortised_ms": None if seen.amortised_ms is None else float(f"{seen.amortised_ms:.4g}"),
            "data_hash": record.data_hash,
            "model_hash": seen.model_hash,
            "artefact": record.artefact,
            "created": record.created,
            "log": record.path.name,
            "log_sha256": seen.log_sha256,
            "git_commit": seen.provenance.commit,
            "git_dirty": seen.provenance.dirty,
            "versions": dict(seen.provenance.versions),
            "machine": seen.machine,
        }
    )


def _scores(values: Sequence[float | None]) -> str | tuple[float | None, ...]:
    marks = {None: NOT_SCORED, 0.0: "0", 1.0: "1"}
    if all(value in marks for value in values):
        return "".join(marks[value] for value in values)
    return tuple(values)


def _loss(old_set: SampleSet, old: BlessedRun, new_set: SampleSet, new: BlessedRun, alpha: float) -> Loss | None:
    """None where the two have other samples."""
    if old_set.check_of != new_set.check_of or old.task_version != new.task_version:
        return None
    before = dict(zip(old_set.ids, old.values, strict=True))
    after = dict(zip(new_set.ids, new.values, strict=True))
    pairs = [(one, after[key]) for key, one in before.items()]
    both = [(one, other) for one, other in pairs if one is not None and other is not None]
    return loss_of([one for one, _ in both], [other for _, other in both], alpha=alpha) if len(both) > 1 else None


def _refuse_twice(rows: Sequence[BlessedRun]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for row in rows:
        former = seen.setdefault(row.identity, row.log)
        if former != row.log:
            raise CannotBless(f"{former} and {row.log} are both runs of {row.label} on {row.model}; name one of them")


def _refuse_other_versions(rows: Sequence[BlessedRun]) -> None:
    versions: dict[str, str] = {}
    for row in rows:
        if versions.setdefault(row.task, row.task_version) != row.task_version:
            raise CannotBless(
                f"the former baseline has {row.task} in another version; run all its rows again instead of adding to it"
            )
