"""What a reader must know about the rows of a board, in lines below it, the gravest first.

notes(section, audits, rates, prices)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from glassbox.harness.records.judges import other_judges
from glassbox.leaderboards import figures
from glassbox.leaderboards.audits import fault_of
from glassbox.leaderboards.conditions import conditions
from glassbox.leaderboards.prices import Prices, Rate

if TYPE_CHECKING:
    from glassbox.leaderboards.board import Section

AUDIT_FAILED = "‡"


def notes(section: Section, audits: Mapping[str, str], rates: Sequence[Rate], prices: Prices) -> list[str]:
    """What a reader must know about the rows, the gravest first."""
    lines = [*warnings(section, audits), *other_judges(run.record for run in section.runs)]
    lines += [note for run in section.runs for note in section.family.notes(run)]
    lines += [section.note] if section.note else []
    if found := next((found for run in section.runs if (found := run.beyond)), None):
        lines.append(
            f"new {found.kinds}: the interval for questions from others than these {found.clusters:,} {found.kinds}; "
            "the one beside the share is for more questions from these"
        )
    lines += _time_notes(section)
    timed = [rate for run, rate in zip(section.runs, rates, strict=True) if section.family.batch_ms(run) is not None]
    known = [
        f"{rate.device} at {figures.dollars(rate.usd_per_hour)}/h" for rate in timed if rate.usd_per_hour is not None
    ]
    if known:
        lines.append(f"cost for 1,000 samples: {', '.join(dict.fromkeys(known))}, prices of {prices.as_of}")
    lacking = dict.fromkeys(rate.lacking for rate in timed if rate.lacking)
    return [*lines, *(f"cost {figures.NONE}: {reason}" for reason in lacking)]


def _time_notes(section: Section) -> Iterator[str]:
    """Whose times are withheld and why, and what weighs on all of those that are shown."""
    for run, reason in zip(section.runs, section.untimed, strict=True):
        if reason and section.family.batch_ms(run) is not None:
            yield f"times {figures.NONE}: {run.placed.label} {reason}, other than most rows here"
    shown = next((run for run, reason in zip(section.runs, section.untimed, strict=True) if not reason), None)
    if shown is not None and (words := conditions(shown.record, [run.record for run in section.runs]).words):
        yield f"times were taken {words}: they compare these rows, and are longer than on a machine of its own"


def warnings(section: Section, audits: Mapping[str, str]) -> list[str]:
    """Why runs are marked, the gravest first."""
    faults = [(run.placed.label, fault_of(run.record, audits)) for run in section.runs]
    return [
        *(f"{AUDIT_FAILED} {label}: audit failed: {fault}" for label, fault in faults if fault),
        *(standing.reason for standing in section.standings if standing.reason),
    ]
