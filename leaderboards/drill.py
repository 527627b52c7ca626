"""A board taken apart by what its samples are: one row for each solver and category, with its interval.

    glassbox leaderboard --by category
    glassbox leaderboard --by origin.family --format csv

Any metadata of a sample is a category; a dot reaches into one that is a mapping, and a list counts in each of its
values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from glassbox.harness.records.frames import RunRecord
from glassbox.harness.records.scored import ScoredSample
from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.tables.table import Cell, Column, Table, TableRow
from glassbox.leaderboards import figures
from glassbox.leaderboards.board import Section, identity, marks, sections
from glassbox.leaderboards.board_notes import warnings
from glassbox.leaderboards.families.family import Run

KNOWN_AS = {"operation": ("op",), "tag": ("tags",), "family": ("origin.family", "pair_source")}
"""What tasks call a thing that users know by another name."""
NO_VALUE = "(none)"


class NoCategory(ValueError):
    """No sample has the metadata by which a board was to be taken apart; the message names what there is."""


def drill(
    records: Iterable[RunRecord], key: str, keep_all: bool = False, audits: Mapping[str, str] | None = None
) -> list[Table]:
    """A table for each section that has `key` in its samples' metadata.

    Args:
      records: Runs; those of tasks without a headline score are left out.
      key: A metadata key, dotted where it lies inside another.
      keep_all: As for the board.
      audits: As for the board.

    Raises:
      NoCategory: No sample of any run has it.
      MixedVersions: A task comes in several versions.
    """
    found = sections(records, keep_all)
    made = [table for section in found if (table := _table(section, key, audits or {})) is not None]
    if found and not made:
        known = sorted({name for section in found for run in section.runs for name in _keys(run)})
        raise NoCategory(f"no sample of these runs has {key!r} in its metadata; there are {', '.join(known) or 'none'}")
    return made


def categories(metadata: Mapping[str, object], key: str) -> tuple[str, ...] | None:
    """The categories of a sample; None where it has no such metadata."""
    for name in (key, *KNOWN_AS.get(key, ())):
        found: object = metadata
        for part in (name,) if name in metadata else name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        if isinstance(found, list | tuple):
            return tuple(map(str, found)) or (NO_VALUE,)
        if found is not None:
            return (str(found) or NO_VALUE,)
    return None


def _table(section: Section, key: str, audits: Mapping[str, str]) -> Table | None:
    shares = [_shares(run, key) for run in section.runs]
    if not any(shares):
        return None
    rows = [
        _row(section, run, marks(run, standing, audits), key, name, found)
        for run, standing, parts in zip(section.runs, section.standings, shares, strict=True)
        for name, found in parts.items()
    ]
    headline = section.family.headline.replace("_", " ")
    columns = (
        Column("solver", text=True, about="with the arguments that set it apart"),
        Column("model", text=True, brief=section.several_models, spare=1),
        Column(key, text=True),
        Column("n", spare=2, about="samples scored"),
        Column(headline, about="% [95 % Wilson interval, samples taken for independent]"),
    )
    notes = warnings(section, audits)
    missing = [run.placed.label for run, parts in zip(section.runs, shares, strict=True) if not parts]
    notes += [f"! no sample of {name} has {key}" for name in missing]
    return Table(
        f"{section.title} · by {key}",
        columns,
        tuple(rows),
        tuple(notes),
        legend="% [95 % Wilson interval]; a sample with several values counts in each",
    )


def _row(section: Section, run: Run, mark: str, key: str, name: str, found: Estimate) -> TableRow:
    cells = (
        Cell(run.placed.label, run.placed.label),
        Cell(run.record.model, run.record.model),
        Cell(name, name),
        Cell(figures.number(found.n), found.n),
        Cell(figures.with_interval(found), found.value),
    )
    control = section.is_control(run)
    facts = {
        **identity(section, run),
        "control": control,
        "by": key,
        "category": name,
        section.family.headline: found,
        "log": run.record.path.name,
    }
    return TableRow(cells, control, mark, facts)


def _shares(run: Run, key: str) -> dict[str, Estimate]:
    """The headline's share in each category, in the order of their names; a sample counts with its epochs' mean."""
    values: dict[str, list[float]] = {}
    for sample in _samples(run):
        for name in categories(sample.metadata, key) or ():
            values.setdefault(name, []).append(sample.value)
    return {name: Estimate.of_share(fmean(values[name]), len(values[name])) for name in sorted(values)}


def _samples(run: Run) -> Sequence[ScoredSample]:
    return list(run.samples.scored.values()) if run.samples else []


def _keys(run: Run) -> set[str]:
    return {name for sample in _samples(run) for name in sample.metadata}
