"""Which log answers for a blessed row, and its samples beside the blessed ones, or why that cannot be.

    record = answering(row, load_logs("logs"))
    matched = match(row, baseline.samples[row.samples], observe(record))

The latest complete run counts, even where an older one would fit better: a gate that falls back on yesterday's log
passes whatever happened since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

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


def answering(row: BlessedRun, records: Iterable[RunRecord], model: str | None = None) -> RunRecord:
    """The latest complete run of the row's task, split, solver, arguments and model.

    Args:
      row: The blessed one.
      records: Runs to choose from.
      model: Another model that is to be as good as the blessed one.

    Raises:
      NotComparable: There is none, none is complete, or the latest is the blessed log itself.
    """
    wanted = model or row.model
    named = [
        record
        for record in records
        if (record.task, record.split, record.solver) == (row.task, row.split, row.solver)
        and _same(record.solver_args_passed, row.solver_args)
        and record.model == wanted
    ]
    # An argument may have been given as its default; other data is found out by the samples themselves.
    alike = [record for record in named if _same(record.task_args_passed, row.task_args)] or named
    if not alike:
        raise NotComparable(f"no log is of {row.solver} on {row.place} with {wanted}; run it, or gate with --run")
    complete = [record for record in alike if record.complete]
    if not complete:
        last = max(alike, key=_age)
        raise NotComparable(
            f"{last.path.name} is not complete ({last.status}, {last.completed} of {last.total} samples); run it again"
        )
    return max(complete, key=_age)


def match(row: BlessedRun, blessed: SampleSet, seen: Observed, part: bool = False) -> Matched:
    """Put the samples of both side by side.

    Args:
      row: The blessed run.
      blessed: Its samples.
      seen: The new run.
      part: Whether the new run may lack samples, because it was cut short on purpose.

    Raises:
      NotComparable: Another task version, the blessed log itself, other samples, other inputs or targets, or samples
        scored in one run only.
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
    _refuse_other_samples(blessed, seen, part)
    if row.data_hash and record.data_hash and row.data_hash != record.data_hash:
        raise NotComparable(
            f"{record.path.name} was run on other data ({record.data_hash}) than the blessed run ({row.data_hash}); "
            "bless it anew"
        )
    before, after = dict(zip(blessed.ids, row.values, strict=True)), seen.values
    present = [key for key in blessed.ids if key in seen.samples]
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


def _refuse_other_samples(blessed: SampleSet, seen: Observed, part: bool) -> None:
    checks, known = seen.checks, blessed.check_of
    missing = [] if part else [key for key in known if key not in checks]
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


def _same(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    return {name: str(value) for name, value in one.items()} == {name: str(value) for name, value in other.items()}


def _age(record: RunRecord) -> tuple[str, str]:
    return record.created, record.path.name


def _named(keys: Sequence[str]) -> str:
    more = ", ..." if len(keys) > _SHOWN else ""
    return f"{len(keys):,} sample{'s' if len(keys) > 1 else ''} ({', '.join(keys[:_SHOWN])}{more})"
