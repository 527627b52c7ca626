"""Which log answers for a blessed row, and its samples beside the blessed ones, or why that cannot be.

    record = answering(row, load_logs("logs"), baseline.runs)
    matched = match(row, baseline.samples[row.samples], observe(record))

The latest run counts, even where an older one would fit better: a gate that falls back on yesterday's log passes
whatever happened since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from glassbox.harness.plugins.registered import defaults_of
from glassbox.harness.records.frames import RunRecord
from glassbox.harness.records.scored import NotComparable
from glassbox.leaderboards.gate.baseline import BlessedRun, SampleSet
from glassbox.leaderboards.gate.observed import Observed

_SHOWN = 3


@dataclass(frozen=True)
class Matched:
    """Blessed and new scores of the same samples.

    Attributes:
      ids: Samples scored in both, in the blessed order.
      blessed: Their blessed scores.
      now: Their scores in the new run.
      groups: What they share, one a sample; None where they are independent.
      cluster: The key of the groups.
      left_out: Blessed samples that the new run, cut short on purpose, does not have.
    """

    ids: tuple[str, ...]
    blessed: Sequence[float] = field(repr=False)
    now: Sequence[float] = field(repr=False)
    groups: tuple[str, ...] | None = field(repr=False)
    cluster: str
    left_out: int


def answering(
    row: BlessedRun, records: Iterable[RunRecord], others: Sequence[BlessedRun] = (), model: str | None = None
) -> RunRecord:
    """The latest run of the row's task, split, solver and model, if it is one that can answer.

    Args:
      row: The blessed one.
      records: Runs to choose from.
      others: All rows of the baseline: a run of another of them is none of this one.
      model: Another model that is to be as good as the blessed one.

    Raises:
      NotComparable: There is none, or the latest is not complete or was given other arguments.
    """
    wanted = model or row.model
    others = [one for one in others if one.identity != row.identity]
    alike = [
        record
        for record in records
        if (record.task, record.split, record.solver, record.model) == (row.task, row.split, row.solver, wanted)
        and (_given_alike(record, row) or not any(_given_alike(record, one) for one in others))
    ]
    if not alike:
        raise NotComparable(f"no log is of {row.solver} on {row.place} with {wanted}; run it, or gate with --run")
    last = max(alike, key=_age)
    if not last.complete:
        raise NotComparable(
            f"{last.path.name} is not complete ({last.status}, {last.completed} of {last.total} samples); run it again"
        )
    if not _given_alike(last, row):
        raise NotComparable(
            f"the latest run, {last.path.name}, was given {_other_arguments(last, row)}; run the row again"
        )
    return last


def _given_alike(record: RunRecord, row: BlessedRun) -> bool:
    return not _other_arguments(record, row)


def _other_arguments(record: RunRecord, row: BlessedRun) -> str:
    """Arguments that have another value now, `layer 2, blessed with 3`; to give a default is to give nothing."""
    sides = (
        (defaults_of("task", record.task), record.task_args_passed, row.task_args),
        (defaults_of("solver", record.solver), record.solver_args_passed, row.solver_args),
    )
    found = []
    for default, now, then in sides:
        for name in sorted({*now, *then} - {"split"}):
            values = [side.get(name, default.get(name)) for side in (now, then)]
            if str(values[0]) != str(values[1]):
                found.append(f"{name} {values[0]}, blessed with {values[1]}")
    return "; ".join(found)


def match(row: BlessedRun, blessed: SampleSet, seen: Observed, limit: int | None = None) -> Matched:
    """Put the samples of both side by side.

    Args:
      row: The blessed run.
      blessed: Its samples.
      seen: The new run.
      limit: Judge only the first so many samples; the new run may lack the others.

    Raises:
      NotComparable: Another task version, the blessed log itself, other settings, samples, inputs or targets, or scores
        in one run only.
    """
    record = seen.record
    if record.task_version != row.task_version:
        raise NotComparable(
            f"{row.task} is version {record.task_version} now and was blessed as {row.task_version}; bless it anew"
        )
    if seen.log_sha256 == row.log_sha256:
        raise NotComparable(f"the latest run is the blessed one itself, {record.path.name}; run it again")
    if seen.score != row.score:
        raise NotComparable(f"{record.path.name} has the headline {seen.score}, blessed was {row.score}; bless it anew")
    _refuse_other_settings(row, seen)
    _refuse_other_samples(blessed, seen, limit)
    if row.data_hash and record.data_hash and row.data_hash != record.data_hash:
        raise NotComparable(
            f"{record.path.name} was run on other data ({record.data_hash}) than the blessed run ({row.data_hash}); "
            "bless it anew"
        )
    before, after = dict(zip(blessed.ids, row.values, strict=True)), seen.values
    present = blessed.ids[:limit]
    for key_lists, where in (
        ([key for key in present if before[key] is not None and key not in after], "was scored when blessed, not now"),
        ([key for key in present if before[key] is None and key in after], "is scored now, not when blessed"),
    ):
        if key_lists:
            raise NotComparable(f"{_named(key_lists)} {where}: {record.path.name}; bless it anew or mend the scorer")
    pairs = [(key, value, after[key]) for key in present if (value := before[key]) is not None]
    if len(pairs) < 2:
        raise NotComparable(f"{record.path.name} and the blessed run share {len(pairs)} scored samples; 2 are needed")
    group = blessed.group_by_id
    return Matched(
        ids=tuple(key for key, _, _ in pairs),
        blessed=[value for _, value, _ in pairs],
        now=[value for _, _, value in pairs],
        groups=tuple(group[key] for key, _, _ in pairs) if group else None,
        cluster=blessed.cluster,
        left_out=len(blessed.ids) - len(present),
    )


def _refuse_other_settings(row: BlessedRun, seen: Observed) -> None:
    """What changes answers or scores without being an argument of task or solver."""
    settings: tuple[tuple[str, object, object], ...] = (
        ("epochs", seen.epochs, row.epochs),
        ("generation", seen.generation or "defaults", row.generation or "defaults"),
        *([("scorers", seen.scorers, row.scorers)] if row.scorers is not None else []),
    )
    for name, now, then in settings:
        if now != then:
            raise NotComparable(
                f"{seen.record.path.name} was run with other {name} ({now}) than the blessed run ({then}); run the row "
                "again, or bless it anew"
            )


def _refuse_other_samples(blessed: SampleSet, seen: Observed, limit: int | None) -> None:
    checks, known = seen.checks, blessed.check_of
    missing = [key for key in blessed.ids[:limit] if key not in checks]
    extra = [key for key in checks if key not in known]
    if missing or extra:
        shared = sum(key in known for key in checks)
        faults = [f"{_named(keys)} {word}" for keys, word in ((missing, "missing"), (extra, "not blessed")) if keys]
        raise NotComparable(
            f"{seen.record.path.name} has other samples than the blessed run: {', '.join(faults)}, {shared} in both; "
            "run the same ones, or bless anew"
        )
    changed = [key for key, check in checks.items() if known[key] != check]
    if changed:
        raise NotComparable(
            f"{seen.record.path.name} has other data than the blessed run: {_named(changed)} with another input or "
            "target; bless it anew"
        )


def _age(record: RunRecord) -> tuple[str, str]:
    return record.created, record.path.name


def _named(keys: Sequence[str]) -> str:
    more = ", ..." if len(keys) > _SHOWN else ""
    return f"{len(keys):,} sample{'s' if len(keys) > 1 else ''} ({', '.join(keys[:_SHOWN])}{more})"
