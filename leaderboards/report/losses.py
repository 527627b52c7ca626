"""Loss curves of soft prompts, pair by pair, each with what greedy decoding says of where it ended.

    figures(load_logs("logs"))

A curve that ends low is drawn in one colour when the text comes out exactly, in another when it does not: a loss alone
says nothing. Curves come from the records that the solver left in the log.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glassbox.harness.records.frames import RunRecord
from glassbox.harness.records.prompted import STORE_KEY, TARGETS, Prompted, TargetRecord
from glassbox.leaderboards.families import dcm
from glassbox.leaderboards.report.content import Figure
from glassbox.leaderboards.report.drawing import image, panels, series
from glassbox.leaderboards.runs import label, placed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 24
"""Pairs drawn of one run, so that single curves can be followed; the caption says how many there are."""


@dataclass(frozen=True, slots=True)
class Traced:
    """One pair's curves."""

    pair: str
    record: Prompted


def figures(records: Sequence[RunRecord]) -> tuple[Figure, ...]:
    """One figure for each run on the board whose log keeps its curves."""
    runs = [run.record for run in placed(records, dcm.HEADLINE, keep_all=False)]
    runs.sort(key=lambda run: (run.task, run.split, run.model, _vectors(run), label(run), run.created))
    traced = [(run, list(_traced(run))) for run in runs]
    drawn = [(run, found) for run, found in traced if found]
    return tuple(_figure(run, found) for run, found in drawn)


def _vectors(run: RunRecord) -> int:
    k = run.solver_args.get("k")
    return k if isinstance(k, int) else 0


def _traced(run: RunRecord) -> Iterator[Traced]:
    """The pairs of one log, in its order."""
    from inspect_ai.log import read_eval_log

    for sample in read_eval_log(str(run.path)).samples or ():
        kept = sample.store.get(STORE_KEY)
        if kept is None:
            continue
        record = Prompted.model_validate(kept)
        if any(target.losses for target in record.targets.values()):
            yield Traced(str(sample.id), record)


def _figure(run: RunRecord, found: Sequence[Traced]) -> Figure:
    targets = [target for target in TARGETS if any(target in one.record.targets for one in found)]
    drawing, all_axes = panels(5.4, 2.9, len(targets))
    said = []
    for axes, target in zip(all_axes, targets, strict=True):
        of_target = [(one.pair, one.record.targets[target]) for one in found if target in one.record.targets]
        _draw(axes, of_target[:MOST])
        exact = sum(record.exact for _, record in of_target)
        said.append(f"{target}: {exact} of {len(of_target)} decode exactly")
        axes.set(title=f"{target}, {exact} of {len(of_target)} exact", xlabel="step", yscale="log")
    _ticks(all_axes)
    all_axes[0].set_ylabel("loss, nats a token")
    title = " · ".join(filter(None, (run.task, run.split, label(run), run.model)))
    shown = image(drawing, f"{title}: loss curves; {'; '.join(said)}")
    few = f"The first {MOST} of {len(found)} pairs" if len(found) > MOST else f"All {len(found)} pairs"
    caption = f"{few}, the restart that was kept. Blue: decodes exactly to the stop token; orange: does not."
    facts = {"task": run.task, "split": run.split, "model": run.model, "solver": run.solver}
    return Figure(title, shown, caption, facts)


def _draw(axes: Axes, pairs: Sequence[tuple[str, TargetRecord]]) -> None:
    """Lines of the pairs, those that do not decode on top."""
    for _, record in pairs:
        steps, losses = zip(*record.losses, strict=True) if record.losses else ((), ())
        colour = series(0 if record.exact else 1)
        axes.plot(steps, losses, color=colour, linewidth=1.0, alpha=0.75, zorder=2 if record.exact else 3)
    axes.grid(False, axis="x")


def _ticks(all_axes: Sequence[Axes]) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

    for axes in all_axes:
        axes.yaxis.set_major_locator(LogLocator(10, numticks=6))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
