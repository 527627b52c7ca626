"""The ledger: every claim, what its origin reported, what was measured here, and where it stands on each model.

    entries = ledger(load_books(), load_logs("logs"))
    entries = merged(entries, load_record())            # where logs are missing, what was recorded of earlier ones

Logs first; a claim without logs has one row that says what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from glassbox.harness.records.frames import RunRecord
from glassbox.harness.stats.estimate import Estimate
from glassbox.leaderboards.audits import fault_of
from glassbox.leaderboards.claims.claim import Book, Claim
from glassbox.leaderboards.claims.kind import Count
from glassbox.leaderboards.claims.measured import CannotMeasure, Measured
from glassbox.leaderboards.claims.selection import Group, commands, groups
from glassbox.leaderboards.claims.verdict import Standing, judge, needed_for_share


@dataclass(frozen=True, slots=True)
class Made:
    """Where a row's figures come from.

    Attributes:
      created: When the newest of its runs began, as the log has it.
      commit: Of the code that ran it, 12 hexadecimal digits; `+` behind it where files had been changed.
      logs: File names of the logs.
      model_hash: Content address of the model; None where it is not known.
      recorded: Whether the row comes from the record and not from logs at hand.
    """

    created: str = ""
    commit: str = ""
    logs: tuple[str, ...] = ()
    model_hash: str | None = None
    recorded: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One claim on one model, data and setting.

    Attributes:
      model: As shown; empty where nothing was run.
      split: Of the data.
      setting: Free arguments of the run.
      measured: The figure; None where nothing was run.
      standing: The verdict.
      note: What a reader must know, or what is missing.
    """

    claim: Claim
    model: str
    split: str
    setting: str
    measured: Measured | None
    standing: Standing
    note: str
    made: Made = Made()

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells rows of a ledger apart."""
        return self.claim.id, self.model, self.split, self.setting


def ledger(books: Sequence[Book], records: Iterable[RunRecord]) -> list[Entry]:
    """All claims in the order of the books, each with a row for every model, data set and setting that tested it."""
    runs = list(records)
    return [entry for book in books for claim in book.claims for entry in _entries(claim, runs)]


def _entries(claim: Claim, runs: Sequence[RunRecord]) -> list[Entry]:
    if claim.needs:
        return [_not_run(claim, f"needs {claim.needs}")]
    if not claim.statistic.roles:
        measured = claim.statistic.measure({}, claim.origin.counts)
        return [_judged(claim, Group(claim.statistic.basis, "", "", {}), measured, Made())]
    found = groups(claim, runs)
    return [_entry(claim, group) for group in found] if found else [_not_run(claim, _no_log(claim))]


def _entry(claim: Claim, group: Group) -> Entry:
    if group.lacking:
        return _not_run(claim, group.lacking, group)
    try:
        measured = claim.statistic.measure(group.runs, claim.origin.counts)
    except CannotMeasure as fault:
        return _not_run(claim, str(fault), group)
    faults = [f"{record.path.name}: {found}" for record in group.records if (found := fault_of(record, {}))]
    note = "; ".join([*faults, *filter(None, [measured.note])])
    return _judged(claim, group, replace(measured, note=note), _made(group))


def _judged(claim: Claim, group: Group, measured: Measured, made: Made) -> Entry:
    standing = claim.standing(measured.verdict or _stands(claim, measured), measured.found)
    why = claim.by_construction if standing is Standing.BY_CONSTRUCTION else ""
    note = "; ".join(filter(None, [measured.note, _needed(claim, measured, standing), why]))
    return Entry(claim, group.model, group.split, group.setting, measured, standing, note, made)


def _stands(claim: Claim, measured: Measured) -> Standing:
    if measured.found is None:
        return Standing.UNDETERMINED
    return judge(measured.found.low, measured.found.high, claim.threshold)


def _needed(claim: Claim, measured: Measured, standing: Standing) -> str:
    """For an undecided share: how many samples would decide it, were the observed share the true one."""
    share = claim.statistic.is_share and claim.unit == "%"
    if standing is not Standing.UNDETERMINED or not share or measured.found is None or measured.clusters:
        return ""
    needed = needed_for_share(measured.found.value, claim.threshold)
    return f"n = {needed:,} would decide at this share" if needed and needed > measured.n else ""


def _not_run(claim: Claim, reason: str, group: Group | None = None) -> Entry:
    where = (group.model, group.split, group.setting) if group else ("", "", "")
    return Entry(claim, *where, None, Standing.NOT_RUN, reason)


def _no_log(claim: Claim) -> str:
    first = commands(claim)
    more = f" and {len(first) - 1} more" if len(first) > 1 else ""
    return f"no log; run `{first[0]}`{more}"


def _made(group: Group) -> Made:
    records = group.records
    newest = max(records, key=lambda record: (record.created, record.path.name))
    origin = newest.provenance
    commit = origin.commit[:12] if origin and origin.commit else ""
    changed = "+" if origin and commit and origin.dirty else ""
    names = tuple(sorted(record.path.name for record in records))
    return Made(newest.created, f"{commit}{changed}", names, newest.model_hash)


def merged(entries: Sequence[Entry], recorded: Iterable[Entry]) -> list[Entry]:
    """What logs say, and what the record says of models, data and settings that no log at hand is about.

    Rows of the record take the place of the row that says that a claim was not run.
    """
    judged = {entry.key for entry in entries if entry.measured is not None}
    kept: dict[str, list[Entry]] = {}
    for entry in recorded:
        if entry.key not in judged:
            kept.setdefault(entry.claim.id, []).append(entry)
    found: list[Entry] = []
    for name, mine in groupby(entries, key=lambda entry: entry.claim.id):
        extra = kept.get(name, [])
        known = {entry.key for entry in extra}
        rows = [entry for entry in mine if not extra or (entry.model and entry.key not in known)]
        found += sorted([*rows, *extra], key=lambda entry: entry.key)
    return found


def by_the_origin(count: Count, claim: Claim) -> tuple[Measured, Standing | None]:
    """A reported count with its interval, and what it alone says of the claim where it is the claim's statistic."""
    measured = Measured(Estimate.of_count(count.right, count.n))
    return measured, _stands(claim, measured) if count.judged else None
