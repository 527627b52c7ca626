"""Ranks within a section: rows tie unless a paired test on the same samples, corrected for all pairs, parts them.

    rank(runs, controls, scored).standings

Only methods are ranked, and only where a rank has a meaning: a complete run on the samples that the others share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from glassbox.harness.records.scored import clusters_of
from glassbox.harness.stats.ties import Placing, tie_groups
from glassbox.leaderboards.families.family import Run
from glassbox.leaderboards.samples import RunSamples

ALPHA = 0.05
ENOUGH = 0.95
"""Share of its samples that a run must have scored: what it has not is left out of the comparison of all."""
UNFINISHED, ELSEWHERE, UNREAD = "†", "≠", "∅"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one run stands.

    Attributes:
      mark: Why it is not ranked, as a sign; empty for a run like the others.
      reason: The same in words.
      placing: Rank and ties; None for a control or a run that is not ranked.
    """

    mark: str = ""
    reason: str = ""
    placing: Placing | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """The standings of a section, in the order of its runs, and how the ranked ones were told apart."""

    standings: tuple[Standing, ...]
    note: str


def rank(runs: Sequence[Run], controls: Sequence[bool], scored: Sequence[int]) -> Ranking:
    """Rank the methods among `runs`.

    Args:
      runs: Of one section.
      controls: Which of them are no methods.
      scored: Samples scored in each.
    """
    shared = _shared(runs, controls)
    standings = [
        _unranked(run, "" if control else "; not ranked", n, shared)
        for run, control, n in zip(runs, controls, scored, strict=True)
    ]
    ranked = {
        f"{at:06}": run.samples
        for at, (run, control, standing) in enumerate(zip(runs, controls, standings, strict=True))
        if run.samples is not None and not control and not standing.mark
    }
    for placing in (placed := _placings(ranked)):
        standings[int(placing.name)] = Standing(placing=placing)
    return Ranking(tuple(standings), _note(ranked) if len(placed) > 1 else "")


def _shared(runs: Sequence[Run], controls: Sequence[bool]) -> Run | None:
    """A run on the samples that most complete methods share, of equally many the larger; of controls alone, theirs."""
    eligible = [(run, control) for run, control in zip(runs, controls, strict=True) if _whole(run)]
    voters = [run for run, control in eligible if not control] or [run for run, _ in eligible]
    count = Counter(run.samples.data for run in voters if run.samples)
    found = [(count[run.samples.data], len(run.samples.asked), run.samples.data, run) for run in voters if run.samples]
    return max(found, key=lambda one: one[:3])[3] if found else None


def _whole(run: Run) -> bool:
    return run.record.complete and run.samples is not None


def _unranked(run: Run, end: str, scored: int, shared: Run | None) -> Standing:
    """Why a run cannot be ranked, if it cannot."""
    name = run.placed.label
    if not run.record.complete:
        reason = f"{name} ({run.record.status}): {scored:,} of {run.record.total:,} samples scored"
        return Standing(UNFINISHED, f"{UNFINISHED} {reason}")
    if run.samples is None:
        return Standing(UNREAD, f"{UNREAD} {name}: its log holds no scored samples to pair{end}")
    mine, theirs = run.samples.asked, shared.samples.asked if shared and shared.samples else {}
    if shared is not None and shared.samples is not None and run.samples.data != shared.samples.data:
        common = sum(key in theirs for key in mine)
        others = f"{len(mine):,} other samples than the {len(theirs):,} of most rows, {common:,} in common"
        return Standing(ELSEWHERE, f"{ELSEWHERE} {name}: {others}: do not compare{end}")
    if len(run.samples.scored) < ENOUGH * len(mine):
        few = f"only {len(run.samples.scored):,} of {len(mine):,} samples could be scored"
        return Standing(UNREAD, f"{UNREAD} {name}: {few}{end}")
    return Standing()


def _placings(ranked: Mapping[str, RunSamples]) -> tuple[Placing, ...]:
    order = _order(ranked)
    scores = {name: [samples.scored[key].value for key in order] for name, samples in ranked.items()}
    if len(order) < 2:  # one sample parts nothing
        return tuple(Placing(name, sum(values), 1, "a", ()) for name, values in scores.items())
    return tie_groups(scores, _clusters(ranked)[1], ALPHA)


def _order(ranked: Mapping[str, RunSamples]) -> list[str]:
    """The samples that could be scored in every ranked run."""
    kept = [set(samples.scored) for samples in ranked.values()]
    return sorted(set.intersection(*kept)) if kept else []


def _clusters(ranked: Mapping[str, RunSamples]) -> tuple[str, tuple[str, ...] | None]:
    """The same default as `glassbox compare`."""
    first = next(iter(ranked.values()))
    return clusters_of([first.scored[key].metadata for key in _order(ranked)], None)


def _note(ranked: Mapping[str, RunSamples]) -> str:
    key, groups = _clusters(ranked)
    pairs, order = len(ranked) * (len(ranked) - 1) // 2, _order(ranked)
    shared = f"{len(order):,} shared samples"
    if groups is not None:
        shared += f" in {len(set(groups)):,} clusters by {key}"
    if left_out := len(next(iter(ranked.values())).asked) - len(order):
        shared += f", without {left_out:,} that not every row could be scored on"
    return (
        "rank: 1 + the rows that are better with evidence; rows that share a letter are tied "
        f"({pairs:,} paired test{'s' if pairs > 1 else ''} on {shared}, Holm at {ALPHA:.0%})".replace("%", " %")
    )
