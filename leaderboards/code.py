"""The board of the code tasks: which run passes how many, with cases, outcomes, pass@k and groups, from log headers.

code_board(load_logs("logs"))
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from harness.outcome import Outcome
from harness.records.frames import RunRecord
from harness.stats.intervals import wilson
from leaderboards.ir import Estimate, Placed, estimate, placed

CONTROLS = frozenset({"gold", "null"})
HEADLINE = "passed"
_PASS_AT = re.compile(r"pass@\d+")


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One run on the board.

    Attributes:
      arguments: The solver's arguments that set it apart.
      total: Samples the run was to do.
      complete: False for a run that did not finish, or lost samples to errors.
      samples: Digest of the sample ids.
      passed: Share of tasks whose every case passes; None where nothing was decided.
      pass_at: `pass@k` by name, smallest k first; empty for a single epoch.
      cases: Cases of all samples and epochs.
      cases_right: Those that pass.
      outcomes: Programs by outcome, over all epochs.
      groups: Share by category, complexity and flag; the interval is Wilson's.
    """

    task: str
    task_version: str
    split: str
    solver: str
    arguments: str
    model: str
    control: bool
    total: int
    status: str
    complete: bool
    samples: str
    passed: Estimate | None
    pass_at: dict[str, Estimate]
    cases: int
    cases_right: int
    outcomes: dict[str, int]
    groups: dict[str, Estimate]
    created: str
    log: str

    @property
    def label(self) -> str:
        """Solver with its distinguishing arguments."""
        return f"{self.solver} {self.arguments}".strip()


@dataclass(frozen=True, slots=True)
class CodeSection:
    """One task version and split: rows that may be compared, controls last."""

    task: str
    task_version: str
    split: str
    rows: tuple[CodeRow, ...]

    @property
    def comparable(self) -> bool:
        """Whether all rows were run on the same samples."""
        return len({row.samples for row in self.rows}) <= 1

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups that some row has, in the order of the header."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row.groups))


@dataclass(frozen=True, slots=True)
class CodeBoard:
    """Sections in the order of task and split."""

    sections: tuple[CodeSection, ...]

    @property
    def rows(self) -> tuple[CodeRow, ...]:
        """All rows of all sections."""
        return tuple(row for section in self.sections for row in section.rows)


def code_board(records: Iterable[RunRecord], keep_all: bool = False) -> CodeBoard:
    """Put runs on a board.

    Args:
      records: Runs; those of tasks without the headline score are left out.
      keep_all: Keep every run instead of the latest of each task, split, model, solver and arguments.

    Raises:
      MixedVersions: A task comes in several versions.
    """
    places: dict[tuple[str, str, str], list[CodeRow]] = {}
    for run in placed(records, HEADLINE, keep_all):
        places.setdefault(run.place, []).append(_row(run))
    return CodeBoard(
        tuple(CodeSection(*place, tuple(sorted(rows, key=_rank))) for place, rows in sorted(places.items()))
    )


def _rank(row: CodeRow) -> tuple[object, ...]:
    """Methods, then controls; the best first; then by name."""
    return (row.control, -(row.passed.value if row.passed else -1.0), row.label, row.model, row.created, row.log)


def _row(run: Placed) -> CodeRow:
    record = run.record
    return CodeRow(
        task=record.task,
        task_version=record.task_version,
        split=run.split,
        solver=record.solver,
        arguments=run.arguments,
        model=record.model,
        control=record.solver in CONTROLS,
        total=record.total,
        status=record.status,
        complete=record.complete,
        samples=record.samples_digest,
        passed=estimate(record, HEADLINE),
        pass_at=_pass_at(record),
        cases=int(record.metric("cases_passed", "cases") or 0),
        cases_right=int(record.metric("cases_passed", "cases_right") or 0),
        outcomes={kind.value: int(count) for kind in Outcome if (count := record.metric("outcome", kind.value))},
        groups=_groups(record),
        created=record.created,
        log=record.path.name,
    )


def _pass_at(record: RunRecord) -> dict[str, Estimate]:
    found = {}
    for name in record.scores.get(HEADLINE, {}):
        parts = [record.metric(HEADLINE, f"{name}{part}") for part in ("", ":low", ":high", ":n")]
        if _PASS_AT.fullmatch(name) and None not in parts:
            value, low, high, n = (float(part or 0) for part in parts)
            found[name] = Estimate(value, low, high, int(n))
    return dict(sorted(found.items(), key=lambda item: int(item[0].removeprefix("pass@"))))


def _groups(record: RunRecord) -> dict[str, Estimate]:
    """What has an n of its own and no interval: the header holds share and n, which give it."""
    metrics = record.scores.get(HEADLINE, {})
    found = {}
    for name, share in metrics.items():
        n = metrics.get(f"{name}:n")
        if n and not _PASS_AT.fullmatch(name):
            interval = wilson(min(share * n, n), int(n))
            found[name] = Estimate(share, interval.low, interval.high, int(n))
    return found
