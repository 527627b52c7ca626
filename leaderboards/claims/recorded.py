"""The ledger's own memory: verdicts of earlier runs, so that it can be read where their logs are not.

    glassbox claims --record                 # writes leaderboards/claims/measured.json from the logs at hand
    load_record(load_books())

A row counts only as long as its claim is tested as it was then: statistic, runs, threshold and counts are in its
digest. Nothing in the file comes from a clock or from the machine that writes it; dates and commits are the logs'.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from glassbox.harness.stats.estimate import Estimate
from glassbox.leaderboards.claims.claim import BadClaims, Book, claims_of
from glassbox.leaderboards.claims.ledger import Entry, Made
from glassbox.leaderboards.claims.measured import Measured
from glassbox.leaderboards.claims.verdict import Standing


class Row(BaseModel):
    """One recorded verdict."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    claim: str
    digest: str
    model: str
    split: str
    setting: str
    standing: Standing
    value: float | None
    low: float | None
    high: float | None
    n: int
    note: str
    created: str
    commit: str
    model_hash: str | None
    logs: tuple[str, ...]

    @property
    def found(self) -> Estimate | None:
        """The figure, where there is one."""
        if self.value is None or self.low is None or self.high is None:
            return None
        return Estimate(self.value, self.low, self.high, self.n)


class Record(BaseModel):
    """The file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: tuple[Row, ...] = ()


def record_path() -> Path:
    """Where the shipped record lies."""
    return Path(str(resources.files("glassbox.leaderboards.claims"))) / "measured.json"


def load_record(books: Sequence[Book], path: Path | None = None) -> list[Entry]:
    """Recorded rows of claims that are still tested in the same way; none where there is no record.

    Raises:
      BadClaims: The file is no record.
    """
    place = path or record_path()
    if not place.exists():
        return []
    try:
        record = Record.model_validate_json(place.read_bytes())
    except ValidationError as error:
        raise BadClaims(f"{place.name} is no record of claims: {error.errors()[0]['msg']}; write it anew") from error
    known = {(claim.id, claim.digest): claim for claim in claims_of(books)}
    return [
        Entry(
            claim=known[row.claim, row.digest],
            model=row.model,
            split=row.split,
            setting=row.setting,
            measured=Measured(row.found, row.note, looked_at=row.n),
            standing=known[row.claim, row.digest].standing(row.standing, row.found),
            note=row.note,
            made=Made(row.created, row.commit, row.logs, row.model_hash, recorded=True),
        )
        for row in record.rows
        if (row.claim, row.digest) in known
    ]


def record_text(entries: Iterable[Entry]) -> str:
    """The record as it is written: every row that was measured, in the order of claim, model, data and setting."""
    rows = [_row(entry) for entry in entries if entry.measured is not None and entry.claim.runs]
    rows.sort(key=lambda row: (row.claim, row.model, row.split, row.setting))
    content = Record(rows=tuple(rows)).model_dump(mode="json")
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _row(entry: Entry) -> Row:
    measured, made = entry.measured, entry.made
    assert measured is not None
    found = measured.found
    return Row(
        claim=entry.claim.id,
        digest=entry.claim.digest,
        model=entry.model,
        split=entry.split,
        setting=entry.setting,
        standing=entry.standing,
        value=found.value if found else None,
        low=found.low if found else None,
        high=found.high if found else None,
        n=measured.n,
        note=entry.note,
        created=made.created,
        commit=made.commit,
        model_hash=made.model_hash,
        logs=made.logs,
    )
