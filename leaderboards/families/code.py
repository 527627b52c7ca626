"""The board of the code tasks: how many programs pass every case, with cases, outcomes, pass@k and groups.

glassbox leaderboard --task phase3 --by category
"""

from __future__ import annotations

import re

from glassbox.harness.outcome import Outcome
from glassbox.harness.records.frames import RunRecord
from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.tables.table import Cell, Column
from glassbox.leaderboards import figures
from glassbox.leaderboards.families.family import CAN_GO, Facts, Family, Measure, Run, number, share, words
from glassbox.leaderboards.runs import part_estimate

HEADLINE = "passed"
_PASS_AT = re.compile(r"pass@\d+")


def pass_at(record: RunRecord) -> dict[str, Estimate]:
    """`pass@k` by name, smallest k first; empty for a single epoch."""
    found = {}
    for name in record.scores.get(HEADLINE, {}):
        if _PASS_AT.fullmatch(name) and (share := part_estimate(record, HEADLINE, name)):
            found[name] = share
    return dict(sorted(found.items(), key=lambda item: int(item[0].removeprefix("pass@"))))


def groups(record: RunRecord) -> dict[str, Estimate]:
    """Share by category, complexity and flag: the header holds share and n, which give Wilson's interval."""
    return {
        name: share
        for name in record.scores.get(HEADLINE, {})
        if not _PASS_AT.fullmatch(name) and (share := part_estimate(record, HEADLINE, name))
    }


def outcomes(record: RunRecord) -> dict[str, int]:
    """Programs by outcome, over all epochs."""
    return {kind.value: int(count) for kind in Outcome if (count := record.metric("outcome", kind.value))}


def _largest_k() -> Measure:
    def cell(run: Run) -> Cell:
        found = pass_at(run.record)
        if not found:
            return Cell(figures.NONE)
        name = next(reversed(found))
        return Cell(f"{figures.proportion(found[name])} (k={name.removeprefix('pass@')})", found[name].value)

    def facts(run: Run) -> Facts:
        return {**pass_at(run.record)}

    return Measure(Column("pass@k", spare=CAN_GO, about="a right program among k, %; the largest k"), cell, facts)


def _cases() -> Measure:
    def counted(run: Run) -> tuple[int, int]:
        right, cases = (run.record.metric("cases_passed", name) for name in ("cases_right", "cases"))
        return int(right or 0), int(cases or 0)

    def cell(run: Run) -> Cell:
        right, cases = counted(run)
        return Cell(f"{right:,}/{cases:,}", right / cases if cases else None)

    def facts(run: Run) -> Facts:
        right, cases = counted(run)
        return {"cases_right": right, "cases": cases}

    return Measure(Column("cases", spare=CAN_GO, about="cases passed, over all samples and epochs"), cell, facts)


def _grouped(run: Run) -> Facts:
    return {"group": groups(run.record)}


def _failed(run: Run) -> str:
    return ", ".join(f"{kind} {count:,}" for kind, count in outcomes(run.record).items() if kind != Outcome.PASS)


def _each_ms(run: Run) -> float | None:
    return None if run.samples is None else run.samples.share_of_run_ms


FAMILY = Family(
    name="code",
    headline=HEADLINE,
    unit="tasks passed",
    criteria={"every case": HEADLINE},
    batch_ms=_each_ms,
    groups=groups,
    measures=(
        share("passed", interval=True, about="programs of which every case passes, % [95 % Wilson interval]"),
        _largest_k(),
        _cases(),
        words(
            "not passed",
            _failed,
            lambda run: {"outcome": {kind.value: outcomes(run.record).get(kind.value, 0) for kind in Outcome}},
            about="programs by outcome, over all epochs",
            brief=True,
        ),
        number(
            "each_ms",
            "each",
            _each_ms,
            figures.milliseconds,
            about="wall time of the run, judging included, over samples and epochs",
        ),
        number(
            "total_tokens",
            "tokens in all",
            lambda run: run.cost("tokens"),
            about="prompt and text, mean",
        ),
    ),
    more=(words("groups", lambda run: "", _grouped),),
    legend="passed: every case passes, % [95 % Wilson interval]; pass@k: the largest k; unsupported programs are "
    "undecided; each: wall time of the run over its programs",
)
