"""How each claim is tested, as tables: on which runs, by which command, and what would refute it.

how_tables(load_books(), entries)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from glassbox.harness.tables.table import Cell, Column, Table, TableRow
from glassbox.leaderboards import figures
from glassbox.leaderboards.claims.claim import Book, Claim, Run
from glassbox.leaderboards.claims.ledger import Entry
from glassbox.leaderboards.claims.selection import commands, given

COLUMNS = (
    Column("claim", text=True),
    Column("condition", text=True, about="runs that fit: solver, arguments, task, data"),
    Column("statistic", text=True),
    Column("refuted by", text=True),
    Column("command", text=True, about="whose logs test it; all of them"),
)


def how_tables(books: Sequence[Book], entries: Iterable[Entry]) -> list[Table]:
    """One table a seed, with the claims that have rows; no records, as the ledger holds all of it."""
    shown = {entry.claim.id for entry in entries}
    chosen = [(book, [claim for claim in book.claims if claim.id in shown]) for book in books]
    return [
        Table(f"How the claims of seed document {book.seed} are tested", COLUMNS, tuple(map(_row, claims)), record="")
        for book, claims in chosen
        if claims
    ]


def _row(claim: Claim) -> TableRow:
    lines = commands(claim)
    cells = (
        claim.id,
        condition(claim),
        statistic(claim),
        claim.refuted_by,
        " && ".join(lines) if lines else figures.NONE,
    )
    return TableRow(tuple(Cell(text, text) for text in cells))


def condition(claim: Claim) -> str:
    """`ir_head epochs=20 on ir_arith single_op, beside regex_pipeline on ir_arith single_op`, or what is missing."""
    if claim.needs:
        return f"not built: {claim.needs}"
    return ", beside ".join(map(_said, claim.runs.values())) or claim.statistic.basis


def _said(run: Run) -> str:
    ranges = [f"{name} in {', '.join(map(str, values))}" for name, values in run.vary.items()]
    solver = " ".join([run.solver, *given(run.solver_args), *ranges])
    data = " ".join(filter(None, [run.task, run.split or "any data", *given(run.task_args)]))
    free = f" ({', '.join(run.free)} free)" if run.free else ""
    return f"{solver} on {data}{free}"


def statistic(claim: Claim) -> str:
    """`metric score=semantic name=accuracy`: the kind and what it was given."""
    given_to = claim.statistic.model_dump(mode="json", exclude={"kind"}, exclude_defaults=True)
    return " ".join(
        [claim.statistic.kind.replace("_", " "), *(f"{name}={_plain(one)}" for name, one in given_to.items())]
    )


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return " and ".join(f"{name}={_plain(one)}" for name, one in value.items())
    return "|".join(map(str, value)) if isinstance(value, list) else str(value)
