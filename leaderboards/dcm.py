"""The board of the soft-prompt tasks: how many pairs are held exactly, with losses, levels and cost, from log headers.

dcm_board(load_logs("logs"))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.dcm.criteria import GRADES
from harness.records.frames import RunRecord
from leaderboards.ir import Estimate, Placed, estimate, placed

HEADLINE = "exact_both"
GRIDS = ("well_formed", "valid_grid", "clue_respecting", "solved", "right_shape", "right_grid")
NAMED_CONTROLS = frozenset({"gold", "null"})


@dataclass(frozen=True, slots=True)
class DcmRow:
    """One run on the board.

    Attributes:
      arguments: The solver's arguments that set it apart.
      total: Pairs the run was to do.
      complete: False for a run that did not finish, or lost pairs to errors.
      samples: Digest of the pairs' ids.
      exact_both: Pairs of which both texts are decoded to the stop token; None for a run on one target alone.
      k: Content vectors, or their mean where a run mixes several.
      converged: By the seed's criteria, which are about losses.
      levels: The seed's level reached by `converged`, `loss_ratio_question`, `loss_ratio_answer` and `balance`.
      sure: The same at the unfavourable end of the interval.
      recognised: The seed's pass among the pairs that converged, by target.
      ratios: Mean loss over that of random vectors, by target; the interval is a bootstrap.
      curves: Loss curves by target and kind, such as `answer:healthy`.
      controls: Shares of the controls that came out yes, by name.
      grids: What was decoded of a grid, where the task has such.
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
    exact_both: Estimate | None
    exact_question: Estimate | None
    exact_answer: Estimate | None
    k: float | None
    converged: Estimate | None
    levels: Mapping[str, str]
    sure: Mapping[str, str]
    recognised: Mapping[str, Estimate]
    ratios: Mapping[str, Estimate]
    curves: Mapping[str, int]
    controls: Mapping[str, Estimate]
    grids: Mapping[str, Estimate]
    cell_accuracy: Estimate | None
    steps: Estimate | None
    restarts: Estimate | None
    per_minute: float | None
    created: str
    log: str

    @property
    def label(self) -> str:
        """Solver with its distinguishing arguments."""
        return f"{self.solver} {self.arguments}".strip()

    @property
    def scored(self) -> int:
        """Pairs behind the figures; a run on one target alone has no joint one."""
        found = self.exact_both or self.exact_question or self.exact_answer
        return found.n if found else 0


@dataclass(frozen=True, slots=True)
class DcmSection:
    """One task version and split: rows that may be compared, controls last."""

    task: str
    task_version: str
    split: str
    rows: tuple[DcmRow, ...]

    @property
    def comparable(self) -> bool:
        """Whether all rows were run on the same pairs."""
        return len({row.samples for row in self.rows}) <= 1


@dataclass(frozen=True, slots=True)
class DcmBoard:
    """Sections in the order of task and split."""

    sections: tuple[DcmSection, ...]

    @property
    def rows(self) -> tuple[DcmRow, ...]:
        """All rows of all sections."""
        return tuple(row for section in self.sections for row in section.rows)


def dcm_board(records: Iterable[RunRecord], keep_all: bool = False) -> DcmBoard:
    """Put runs on a board.

    Args:
      records: Runs; those of tasks without the headline score are left out.
      keep_all: Keep every run instead of the latest of each task, split, model, solver and arguments.

    Raises:
      MixedVersions: A task comes in several versions.
    """
    places: dict[tuple[str, str, str], list[DcmRow]] = {}
    for run in placed(records, HEADLINE, keep_all):
        places.setdefault(run.place, []).append(_row(run))
    return DcmBoard(tuple(DcmSection(*place, tuple(sorted(rows, key=_rank))) for place, rows in sorted(places.items())))


def _rank(row: DcmRow) -> tuple[object, ...]:
    """Methods, then controls; the best first; of equal ones the fewer vectors, then the faster; then by name."""
    exact = row.exact_both.value if row.exact_both else -1.0
    vectors = float("inf") if row.k is None else row.k
    return (row.control, -exact, vectors, -(row.per_minute or 0.0), row.label, row.model, row.created, row.log)


def _row(run: Placed) -> DcmRow:
    record = run.record
    return DcmRow(
        task=record.task,
        task_version=record.task_version,
        split=run.split,
        solver=record.solver,
        arguments=run.arguments,
        model=record.model,
        control=record.solver in NAMED_CONTROLS,
        total=record.total,
        status=record.status,
        complete=record.complete,
        samples=record.samples_digest,
        exact_both=estimate(record, HEADLINE),
        exact_question=estimate(record, "exact_question"),
        exact_answer=estimate(record, "exact_answer"),
        k=record.metric("k", "mean"),
        converged=estimate(record, "converged_both"),
        levels=_levels(record, "level"),
        sure=_levels(record, "level_sure"),
        recognised=_estimates(record, "recognised_if_converged_", ("question", "answer")),
        ratios=_estimates(record, "loss_ratio_", ("question", "answer"), "mean"),
        curves=_curves(record),
        controls=_controls(record),
        grids=_estimates(record, "", GRIDS),
        cell_accuracy=estimate(record, "cell_accuracy", "mean"),
        steps=estimate(record, "steps", "mean"),
        restarts=estimate(record, "restarts", "mean"),
        per_minute=record.metric("seconds", "per_minute"),
        created=record.created,
        log=record.path.name,
    )


def _levels(record: RunRecord, name: str) -> dict[str, str]:
    scores = {
        "converged": "converged_both",
        "loss_ratio_question": "loss_ratio_question",
        "loss_ratio_answer": "loss_ratio_answer",
        "balance": "worst_context_ratio",
    }
    found = {shown: record.metric(score, name) for shown, score in scores.items()}
    return {shown: GRADES[int(level)] for shown, level in found.items() if level is not None}


def _estimates(record: RunRecord, prefix: str, names: Iterable[str], metric: str = "accuracy") -> dict[str, Estimate]:
    return {name: found for name in names if (found := estimate(record, f"{prefix}{name}", metric))}


def _curves(record: RunRecord) -> dict[str, int]:
    kept = record.scores.get("curves", {})
    return {name.removeprefix("curve_"): int(value) for name, value in kept.items() if name.startswith("curve_")}


def _controls(record: RunRecord) -> dict[str, Estimate]:
    found = {}
    for name, value in record.scores.get("controls", {}).items():
        low, high, n = (record.metric("controls", f"{name}:{part}") for part in ("low", "high", "n"))
        if low is not None and high is not None and n is not None:
            found[name] = Estimate(value, low, high, int(n))
    return found
