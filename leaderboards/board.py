"""Runs of any task as tables: a section for each task, version and data, methods ranked, controls below a line.

    for table in tables(load_logs("logs")): ...

Figures, ranks, costs and tokens come from the samples of the logs; a header that says otherwise is marked. Nothing is
scored again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from glassbox.harness.records.controls import is_control
from glassbox.harness.records.frames import RunRecord
from glassbox.harness.tables.table import Cell, Column, Fact, Table, TableRow
from glassbox.leaderboards import figures
from glassbox.leaderboards.audits import fault_of
from glassbox.leaderboards.board_notes import AUDIT_FAILED, notes
from glassbox.leaderboards.conditions import withheld
from glassbox.leaderboards.families import other
from glassbox.leaderboards.families.family import Facts, Family, Run, installed_families
from glassbox.leaderboards.prices import Prices, Rate, shipped_prices
from glassbox.leaderboards.ranks import Standing, rank
from glassbox.leaderboards.runs import estimate, placed, stands
from glassbox.leaderboards.samples import read_samples

GROUPS_SHOWN = 4
HEAD = (
    Column("solver", text=True, about="with the arguments that set it apart"),
    Column("rank", spare=1, about="1 + the rows that are better with evidence; rows that share a letter are tied"),
    Column("model", text=True, spare=1),
    Column("n", spare=3, about="samples scored"),
)
BEYOND = "the headline's share were the questions made from as many other templates, or passages: [95 % interval]"
COST = Column("cost", spare=9, about="USD for 1,000 samples: the machine's time in the run, at its price")


@dataclass(frozen=True, slots=True)
class Section:
    """Runs on the same task, version and data, in the order of the board.

    Attributes:
      standings: Of each run.
      untimed: Of each run why its times do not stand beside the others; empty where they do.
      note: How ranked rows were told apart; empty where there are fewer than two.
    """

    family: Family
    task: str
    task_version: str
    split: str
    runs: tuple[Run, ...]
    standings: tuple[Standing, ...]
    untimed: tuple[str, ...]
    note: str

    @property
    def title(self) -> str:
        """`ir_arith 1-A · held_out_both · open/arith`, the model only where all rows share one."""
        models = {run.record.model for run in self.runs}
        shared = models.pop() if len(models) == 1 else ""
        return " · ".join(filter(None, [f"{self.task} {self.task_version}", self.split, shared]))

    @property
    def several_models(self) -> bool:
        """Whether the model tells rows apart."""
        return len({run.record.model for run in self.runs}) > 1

    def is_control(self, run: Run) -> bool:
        """Whether the run shows what a score is worth, rather than compete."""
        return is_control(run.record)


def tables(
    records: Iterable[RunRecord],
    keep_all: bool = False,
    audits: Mapping[str, str] | None = None,
    prices: Prices | None = None,
) -> list[Table]:
    """The board of each task, version and data; for code tasks their groups below it.

    Args:
      records: Runs; those without a score that is a proportion are left out.
      keep_all: Keep every run instead of the latest of each task, split, model, solver and arguments.
      audits: By log file name, why the run's audit failed, in one line.
      prices: Of devices; the shipped ones by default.

    Raises:
      MixedVersions: A task comes in several versions.
    """
    found = sections(records, keep_all)
    made = []
    for section in found:
        made.append(_table(section, audits or {}, prices or shipped_prices()))
        if (beside := _groups(section)) is not None:
            made.append(beside)
    return made


def sections(records: Iterable[RunRecord], keep_all: bool = False) -> list[Section]:
    """Runs in their places: families one after the other, sections by task and split, the best row first.

    Runs of tasks that no family knows come last, led by their first proportion.

    Raises:
      MixedVersions: A task comes in several versions.
    """
    given = list(records)
    known = installed_families()
    foreign = [record for record in given if not any(stands(record, family.headline) for family in known)]
    found = []
    for family, records in (*((family, given) for family in known), *other.families(foreign)):
        places: dict[tuple[str, str, str], list[Run]] = {}
        for one in placed(records, family.headline, keep_all):
            places.setdefault(one.place, []).append(Run(one, read_samples(one.record, family.headline)))
        found += [_section(family, place, runs, given) for place, runs in sorted(places.items())]
    return found


def _section(family: Family, place: tuple[str, str, str], runs: Sequence[Run], every: Sequence[RunRecord]) -> Section:
    """Ranked methods first, then those that are not ranked, then controls; the best of each first."""
    ordered = sorted(runs, key=lambda run: _best(family, run))
    controls = [is_control(run.record) for run in ordered]
    ranking = rank(ordered, controls, [family.n(run.record) for run in ordered])
    at = sorted(range(len(ordered)), key=lambda i: (controls[i], bool(ranking.standings[i].mark) and not controls[i]))
    shown = tuple(ordered[i] for i in at)
    untimed = tuple(withheld([run.record for run in shown], every))
    return Section(family, *place, shown, tuple(ranking.standings[i] for i in at), untimed, ranking.note)


def _best(family: Family, run: Run) -> tuple[object, ...]:
    """Best headline first, then the family's own order, then by name, so that no file system decides."""
    record = run.record
    headline = estimate(record, family.headline)
    value = headline.value if headline else -1.0
    return (-value, *family.order(record), run.placed.label, record.model, record.created, record.path.name)


def _table(section: Section, audits: Mapping[str, str], prices: Prices) -> Table:
    rates = [prices.rate(run.record) for run in section.runs]
    model = Column("model", text=True, brief=section.several_models, spare=1)
    columns = (HEAD[0], HEAD[1], model, HEAD[3], *_measured_columns(section))
    return Table(
        title=section.title,
        columns=columns,
        rows=tuple(_row(section, at, rate, audits, bool(_kinds(section))) for at, rate in enumerate(rates)),
        notes=tuple(notes(section, audits, rates, prices)),
        legend=section.family.legend,
    )


def _measured_columns(section: Section) -> Iterator[Column]:
    """The family's measures with what all boards have: the headline's share beyond these samples, and the cost."""
    figures_first, words = section.family.parted
    for measure in figures_first:
        yield measure.column
        if measure.name == section.family.headline and (kinds := _kinds(section)):
            yield Column(f"new {kinds}", about=BEYOND, spare=2)
    yield COST
    yield from (measure.column for measure in words)


def _kinds(section: Section) -> str:
    """What samples share, as `templates`; empty where they share nothing."""
    return next((found.kinds for run in section.runs if (found := run.beyond)), "")


def _measured_cells(family: Family, run: Run, clustered: bool, timed: bool) -> Iterator[Cell]:
    """The cells of `_measured_columns` before the cost's."""
    for measure in family.parted[0]:
        yield measure.cell(run) if timed or not measure.timed else Cell(figures.NONE)
        if measure.name == family.headline and clustered:
            found = run.beyond
            yield Cell(found.share.bounds if found else figures.NONE, found.share.low if found else None)


def _row(section: Section, at: int, rate: Rate, audits: Mapping[str, str], clustered: bool) -> TableRow:
    run, standing, timed = section.runs[at], section.standings[at], not section.untimed[at]
    family, record = section.family, run.record
    control, audit = section.is_control(run), fault_of(record, audits)
    cost = rate.per_thousand(family.batch_ms(run)) if timed else None
    n = family.n(record)
    beyond = run.beyond
    cells = [
        Cell(run.placed.label, run.placed.label),
        _rank_cell(standing, control, bool(section.note)),
        Cell(record.model, record.model),
        Cell(figures.number(n), n),
        *_measured_cells(family, run, clustered, timed),
        Cell(figures.dollars(cost), cost),
        *(measure.cell(run) for measure in family.parted[1]),
    ]
    facts: dict[str, Fact] = {
        **identity(section, run),
        "control": control,
        "rank": standing.placing.rank if standing.placing else None,
        "tie": standing.placing.groups if standing.placing else None,
        "n": n,
        "total": record.total,
        "status": record.status,
        "complete": record.complete,
        "samples": record.samples_digest,
        "unranked": standing.reason or None,
        "audit_failed": audit or None,
    }
    for measure in (*family.measures, *family.more):
        found = measure.facts(run)
        facts |= found if timed or not measure.timed else dict.fromkeys(found)
    facts |= {
        "beyond": beyond.share if beyond else None,
        "cluster": beyond.kind if beyond else None,
        "clusters": beyond.clusters if beyond else None,
        "untimed": section.untimed[at] or None,
    }
    facts |= {"cost_usd_per_1000": cost, "device": rate.device, "device_usd_per_hour": rate.usd_per_hour}
    facts |= {"created": record.created, "log": record.path.name}
    return TableRow(tuple(cells), control, marks(run, standing, audits), facts)


def marks(run: Run, standing: Standing, audits: Mapping[str, str]) -> str:
    """The signs behind a run's name; `warnings` says what they mean."""
    return standing.mark + (AUDIT_FAILED if fault_of(run.record, audits) else "")


def identity(section: Section, run: Run) -> Facts:
    """Which run a row is of; every table of a board is filtered by these."""
    return {
        "family": section.family.name,
        "task": section.task,
        "task_version": section.task_version,
        "split": section.split,
        "solver": run.record.solver,
        "arguments": run.placed.arguments,
        "model": run.record.model,
        "tags": run.record.tags,
    }


def _rank_cell(standing: Standing, control: bool, several: bool) -> Cell:
    if standing.placing is None:
        return Cell("" if control else figures.NONE)
    letters = f" {standing.placing.groups}" if several else ""
    return Cell(f"{standing.placing.rank}{letters}", standing.placing.rank)


def _groups(section: Section) -> Table | None:
    """Groups of samples down, runs across, None where there are none."""
    shares = [section.family.groups(run.record) for run in section.runs]
    names = list(dict.fromkeys(name for found in shares for name in found))
    if not names:
        return None
    heads = [
        Column(
            f"{run.placed.label} {run.record.model}" if section.several_models else run.placed.label,
            about=f"{section.family.headline}, % [95 % interval]",
            brief=at < GROUPS_SHOWN,
            spare=at,
        )
        for at, run in enumerate(section.runs)
    ]
    rows = []
    for name in names:
        found = [one.get(name) for one in shares]
        sizes = sorted({part.n for part in found if part})
        cells = [Cell(figures.with_interval(part), part.value if part else None) for part in found]
        rows.append(TableRow((Cell(name, name), Cell("/".join(map(str, sizes)), sizes[0]), *cells)))
    hidden = len(heads) - GROUPS_SHOWN
    notes = (f"{hidden} more columns in the other formats; --by has a row for each",) if hidden > 0 else ()
    return Table(
        title=" · ".join(filter(None, [f"{section.task} {section.task_version}", section.split, "by group"])),
        columns=(Column("group", text=True), Column("n", about="samples scored"), *heads),
        rows=tuple(rows),
        notes=notes,
        legend=section.family.legend,
        record="",
    )
