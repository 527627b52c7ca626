"""The board of the soft-prompt tasks: how many pairs are held exactly, with losses, levels and what it took.

glassbox leaderboard --task 'dcm_*'
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from glassbox.harness.dcm.criteria import GRADES
from glassbox.harness.records.frames import RunRecord
from glassbox.harness.records.prompted import TargetName
from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.tables.table import Cell, Column
from glassbox.leaderboards import figures
from glassbox.leaderboards.families.family import CAN_GO, Facts, Family, Measure, Run, metric, number, share, words
from glassbox.leaderboards.runs import estimate, part_estimate

HEADLINE = "exact_both"
Criterion = Literal["exact", "loss"]
"""By what a pair counts: greedy decoding to the stop token, or the seed's criteria on losses."""

CRITERIA: dict[Criterion, dict[TargetName | None, tuple[str, str | None]]] = {
    "exact": {
        None: ("exact_both", None),
        "question": ("decoding", "exact_question"),
        "answer": ("decoding", "exact_answer"),
    },
    "loss": {
        None: ("convergence", "converged_both"),
        "question": ("convergence", "converged_question"),
        "answer": ("convergence", "converged_answer"),
    },
}
"""The score that says so of each target, or of both."""
GRIDS = ("well_formed", "valid_grid", "clue_respecting", "solved", "right_shape", "right_grid")
TARGETS = ("question", "answer")
_JUDGED = {
    "converged": "converged_both",
    "loss_ratio_question": "loss_ratio_question",
    "loss_ratio_answer": "loss_ratio_answer",
    "balance": "worst_context_ratio",
}


def levels(record: RunRecord, name: str) -> dict[str, str]:
    """The seed's level that each of its criteria reaches: at the point (`level`) or with certainty (`level_sure`)."""
    found = {shown: record.metric(score, name) for shown, score in _JUDGED.items()}
    return {shown: GRADES[int(level)] for shown, level in found.items() if level is not None}


def estimates(
    record: RunRecord, names: Iterable[str], prefix: str = "", metric: str = "accuracy"
) -> dict[str, Estimate]:
    """Several estimates by name; those that were not measured are left out."""
    return {name: found for name in names if (found := estimate(record, f"{prefix}{name}", metric))}


def curves(record: RunRecord) -> dict[str, int]:
    """Loss curves by target and kind, such as `answer:healthy`."""
    kept = record.scores.get("curves", {})
    return {name.removeprefix("curve_"): int(value) for name, value in kept.items() if name.startswith("curve_")}


def controls(record: RunRecord) -> dict[str, Estimate]:
    """Shares of a run's own controls that came out yes, by name."""
    return {
        name: share
        for name in record.scores.get("controls", {})
        if record.metric("controls", f"{name}:low") is not None and (share := part_estimate(record, "controls", name))
    }


def _ratios(record: RunRecord) -> dict[str, Estimate]:
    return estimates(record, TARGETS, "loss_ratio_", "mean")


def _recognised(record: RunRecord) -> dict[str, Estimate]:
    return estimates(record, TARGETS, "recognised_if_converged_")


def _losses() -> Measure:
    def cell(run: Run) -> Cell:
        found = _ratios(run.record)
        text = "/".join(f"{found[name].value:.2f}" if name in found else figures.NONE for name in TARGETS)
        return Cell(text, max((part.value for part in found.values()), default=None))

    about = "mean loss over that of random vectors, question/answer; sorted by the worse"
    return Measure(Column("loss Q/A", about=about, spare=CAN_GO), cell, lambda run: {"loss_ratio": _ratios(run.record)})


def _levels(run: Run) -> str:
    sure = levels(run.record, "level_sure")
    return ", ".join(f"{name} {level} ({sure.get(name, '–')})" for name, level in levels(run.record, "level").items())  # noqa: RUF001


def _grids(run: Run) -> str:
    parts = [f"{name} {figures.proportion(found)}" for name, found in estimates(run.record, GRIDS).items()]
    cells = estimate(run.record, "cell_accuracy", "mean")
    return ", ".join([*parts, *([f"cells {figures.proportion(cells)}"] if cells else [])])


def _grid_facts(run: Run) -> Facts:
    return {**estimates(run.record, GRIDS), **estimates(run.record, ("cell_accuracy",), "", "mean")}


def _both(found: Mapping[str, Estimate]) -> str:
    return "/".join(figures.proportion(found.get(name)) for name in TARGETS) if found else ""


def _restarts(run: Run) -> float | None:
    return run.record.metric("restarts", "mean")


def _decoding_controls(run: Run) -> tuple[str, ...]:
    """A control that decodes its pairs says that success is no sign of understanding."""
    return tuple(
        f"! {run.placed.label}: control {name} decodes {figures.proportion(found)} % of its pairs"
        for name, found in controls(run.record).items()
        if found.value > 0 and name.startswith(("shuffled", "random"))
    )


def _each_ms(run: Run) -> float | None:
    """A pair's share of the search, which a stored vector's record keeps though it was not searched again."""
    rate = run.record.metric("seconds", "per_minute")
    return 60_000 / rate if rate else None


def _fewest(record: RunRecord) -> tuple[float, ...]:
    """The fewer vectors, then the faster."""
    k = record.metric("k", "mean")
    return (float("inf") if k is None else k, -(record.metric("seconds", "per_minute") or 0.0))


FAMILY = Family(
    name="soft_prompt",
    headline=HEADLINE,
    unit="pairs exact",
    criteria={name: scores[None][1] or scores[None][0] for name, scores in CRITERIA.items()},
    scored=("exact_question", "exact_answer"),
    order=_fewest,
    batch_ms=_each_ms,
    notes=_decoding_controls,
    measures=(
        metric("k", "K", "k", "mean", about="content vectors, or their mean where a run mixes several"),
        share(HEADLINE, "exact both", interval=True, about="greedy decoding writes both texts and stops, % [95 %]"),
        share("exact_question", "Q", about="the question is decoded exactly, %"),
        share("exact_answer", "A", about="the answer is decoded exactly, %"),
        share("converged_both", "converged", about="by the seed's criteria, which are about losses, %", brief=False),
        _losses(),
        metric("steps", "steps", "steps", "mean", lambda value: figures.number(value and round(value))),
        metric("per_minute", "pairs/min", "seconds", "per_minute"),
        number(
            "restarts",
            "restarts",
            _restarts,
            lambda value: figures.NONE if value is None else f"{value:.1f}",
            brief=False,
        ),
        words(
            "levels (sure)",
            _levels,
            lambda run: {name: levels(run.record, name) for name in ("level", "level_sure")},
            about="the seed's levels, in brackets those of the whole interval",
        ),
        words(
            "recognised Q/A",
            lambda run: _both(_recognised(run.record)),
            lambda run: {"recognised_if_converged": _recognised(run.record)},
            about="the seed's pass among the pairs that converged, %",
        ),
        words("grids", _grids, _grid_facts, about="what was decoded of a grid, %"),
        words(
            "controls",
            lambda run: ", ".join(f"{name} {figures.with_interval(x)}" for name, x in controls(run.record).items()),
            lambda run: {"controls": controls(run.record)},
            about="shares of the run's own controls that came out yes, %",
        ),
        words(
            "curves",
            lambda run: ", ".join(f"{name} {count}" for name, count in curves(run.record).items()),
            lambda run: {"curve": curves(run.record)},
            about="loss curves by target and kind",
        ),
    ),
    legend="exact: greedy decoding writes the text and stops, % [95 % interval]; loss: mean share of random vectors' "
    "loss, question/answer",
)
