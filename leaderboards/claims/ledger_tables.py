"""The ledger as tables for every renderer: one a seed, "reported by the origin" and "measured here" side by side.

ledger_tables(load_logs("logs"))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from glassbox.harness.records.export import FIGURE
from glassbox.harness.records.frames import RunRecord
from glassbox.harness.tables.table import Cell, Column, Fact, Table, TableRow, Tone
from glassbox.leaderboards import figures
from glassbox.leaderboards.claims.claim import Book, Claim, load_books
from glassbox.leaderboards.claims.how_tables import how_tables
from glassbox.leaderboards.claims.ledger import Entry, by_the_origin, ledger, merged
from glassbox.leaderboards.claims.measured import Measured
from glassbox.leaderboards.claims.recorded import load_record
from glassbox.leaderboards.claims.selection import commands
from glassbox.leaderboards.claims.verdict import Standing, Threshold

COLUMNS = (
    Column("claim", text=True, about="seed document and name"),
    Column("line", about="of the seed document", brief=False),
    Column("what the document says", text=True, about="in our own words", brief=False),
    Column(
        "asked",
        spare=1,
        about="where the claim puts its statistic; * where the seed gives no figure and this is our reading",
    ),
    Column(
        "reported by the origin",
        text=True,
        about="theirs, not ours; intervals of counts are Wilson's, 95 %",
        brief=False,
    ),
    Column("model", text=True, spare=2, about="with the data and the setting where a claim leaves them open"),
    Column("measured here", about="point and 95 % interval"),
    Column("n", about="samples or pairs behind it", brief=False),
    Column("verdict", text=True, about="by the whole interval, never by the point"),
    Column("note", text=True, about="what weighs on the verdict, or what is missing", brief=False),
)
TONES: dict[Standing, Tone] = {
    Standing.SUPPORTED: "good",
    Standing.REFUTED: "bad",
    Standing.UNDETERMINED: "unsure",
}
NEVER = "never measured"
LEGEND = (
    "supported: the whole 95 % interval lies on the claim's side; refuted: wholly on the other; undetermined: it "
    "reaches across; by construction: the design cannot fail it, which is no evidence; not run: no log fits, or what "
    "would test it is not built. Where questions come from templates or passages, the interval is for new ones. A "
    "claim of 100 % or none, which no interval can prove, is supported where nothing speaks against it and its "
    "interval leaves 1 % at most (5 % where a claim says so); one counterexample refutes it. Each interval holds by "
    "itself, not for all at once. Threshold with *: the seed gives no figure, and this is how its words are read here"
)


def ledger_tables(records: Iterable[RunRecord]) -> list[Table]:
    """One table a seed, from logs first and from the shipped record where there are none.

    Args:
      records: Runs of any tasks; those that test no claim are left out.
    """
    books = load_books()
    entries = merged(ledger(books, records), load_record(books))
    return [*tables(books, entries), *how_tables(books, entries)]


def tables(books: Sequence[Book], entries: Iterable[Entry]) -> list[Table]:
    """One table for each seed that has rows."""
    by_seed = {seed: list(rows) for seed, rows in groupby(entries, key=lambda entry: entry.claim.seed)}
    return [_table(book, by_seed[book.seed]) for book in books if by_seed.get(book.seed)]


def _table(book: Book, entries: Sequence[Entry]) -> Table:
    counted = Counter(entry.standing for entry in entries)
    tally = ", ".join(f"{counted[standing]} {standing}" for standing in Standing if counted[standing])
    claims = len({entry.claim.id for entry in entries})
    rows = tuple(_row(entry) for entry in entries)
    recorded = any(entry.made.recorded for entry in entries)
    earlier = ("‡ from the record of earlier runs, with date and commit; no log of it at hand",)
    notes = (f"{claims} claims, {len(rows)} rows: {tally}", *(earlier if recorded else ()))
    return Table(f"Claims of seed document {book.seed} · {book.title}", COLUMNS, rows, notes, LEGEND)


def _row(entry: Entry) -> TableRow:
    claim, made = entry.claim, entry.made
    free = any(run.split is None for run in claim.runs.values())
    # The file is named in the facts: beside the name of its source it only takes room.
    setting = " ".join(word for word in entry.setting.split() if not word.startswith("path="))
    place = " · ".join(filter(None, [entry.model or figures.NONE, entry.split if free else "", setting]))
    measured = entry.measured
    found = measured.found if measured else None
    verdict = f"{entry.standing.mark} {entry.standing}"
    source = f"{made.created[:10]}, commit {made.commit or 'unknown'}" if made.recorded else ""
    return TableRow(
        cells=(
            _text(claim.id),
            Cell(str(claim.line), claim.line),
            _text(claim.statement),
            Cell(asked(claim), claim.threshold.low if claim.threshold.low is not None else claim.threshold.high),
            _text(reported(claim)),
            _text(place),
            Cell(shown(measured, claim.unit), found.value if found else None),
            Cell(figures.number(measured.n) if measured else figures.NONE, measured.n if measured else None),
            Cell(verdict, str(entry.standing), TONES.get(entry.standing, "")),
            _text("; ".join(filter(None, [entry.note, source]))),
        ),
        mark="‡" if made.recorded else "",
        facts=_facts(entry),
    )


def _facts(entry: Entry) -> dict[str, Fact]:
    claim, measured, made = entry.claim, entry.measured, entry.made
    first = next(iter(claim.runs.values()), None)
    found = measured.found if measured else None
    return {
        "claim": claim.id,
        "seed": claim.seed,
        "line": claim.line,
        "statement": claim.statement,
        "reported": reported(claim),
        "statistic": claim.statistic.kind,
        "unit": claim.unit,
        "asked": {"low": claim.threshold.low, "high": claim.threshold.high, "whose": claim.threshold.whose},
        "refuted_by": claim.refuted_by,
        "command": " && ".join(commands(claim)) or None,
        "needs": claim.needs or None,
        "task": first.task if first else "",
        "split": entry.split,
        "model": entry.model,
        "solver": first.solver if first else "",
        "setting": entry.setting,
        "measured": found or ({**dict.fromkeys(FIGURE), "n": measured.n} if measured else None),
        "verdict": str(entry.standing),
        "note": entry.note,
        "created": made.created or None,
        "commit": made.commit or None,
        "model_hash": made.model_hash,
        "recorded": made.recorded,
        "log": made.logs[0] if len(made.logs) == 1 else "",
        "logs": made.logs,
    }


def _text(content: str) -> Cell:
    return Cell(content, content)


def asked(claim: Claim) -> str:
    """`> 95 %`, `82 to 88 %`, `≥ -1.0 points *`."""
    threshold, unit = claim.threshold, claim.unit
    own = " *" if threshold.whose == "ours" else ""
    return f"{_range(threshold, unit)}{_suffix(unit)}{own}"


def _range(threshold: Threshold, unit: str) -> str:
    low, high = threshold.low, threshold.high
    if low is not None and high is not None:
        return _bare(low, unit) if low == high else f"{_bare(low, unit)} to {_bare(high, unit)}"
    signs = (">", "<") if threshold.strict else ("≥", "≤")
    return f"{signs[0]} {_bare(low, unit)}" if low is not None else f"{signs[1]} {_bare(high or 0.0, unit)}"


def _bare(value: float, unit: str) -> str:
    scaled = value * 100 if unit in ("%", "points") else value
    return f"{scaled:+g}" if unit == "points" and scaled else f"{round(scaled, 6):g}"


def _suffix(unit: str) -> str:
    return {"%": " %", "points": " points", "x": " x"}.get(unit, "")


def shown(measured: Measured | None, unit: str) -> str:
    """`99.4 [98.7, 99.7]` in the claim's unit; a dash where nothing was measured."""
    found = measured.found if measured else None
    if found is None:
        return figures.NONE
    write = {"%": figures.percent, "points": _points, "x": _times, "n": _whole, "r": _plain}[unit]
    if unit == "%" and not 0 <= found.value <= 1:
        write = _points
    value = write(found.value)
    return value if found.low == found.high else f"{value} [{write(found.low)}, {write(found.high)}]"


def _points(share: float) -> str:
    return f"{share * 100:+.1f}"


def _times(ratio: float) -> str:
    return figures.ratio(ratio).removesuffix(" x")


def _whole(count: float) -> str:
    return figures.number(round(count, 6))


def _plain(value: float) -> str:
    return f"{value:.2f}"


def reported(claim: Claim) -> str:
    """What the origin reported: words, and counts with the intervals and verdicts that follow from them."""
    parts = [claim.origin.text] if claim.origin.text else []
    for count in claim.origin.counts:
        measured, standing = by_the_origin(count, claim)
        judged = f" ({standing})" if standing is not None else ""
        parts.append(f"{count.of} {count.right}/{count.n}, {shown(measured, '%')} %{judged}")
    return "; ".join(parts) or NEVER
