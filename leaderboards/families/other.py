"""Boards of tasks that this project does not know: any inspect or lm-eval log whose score is a proportion.

    for family, runs in families(records): ...

The first score of a run that is a proportion ranks it; its other proportions stand beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from glassbox.harness.records.frames import RunRecord
from glassbox.leaderboards import figures
from glassbox.leaderboards.families.family import Family, Run, number, share
from glassbox.leaderboards.runs import estimate


def families(records: Iterable[RunRecord]) -> list[tuple[Family, list[RunRecord]]]:
    """A family for each task and leading score, with its runs; runs without a proportion are left out."""
    led: dict[tuple[str, str], list[RunRecord]] = {}
    for record in records:
        proportions = _proportions(record)
        if proportions:
            led.setdefault((record.task, proportions[0]), []).append(record)
    return [(_family(headline, runs), runs) for (_, headline), runs in sorted(led.items())]


def _proportions(record: RunRecord) -> list[str]:
    """Scores of the run that are proportions, in the order of its header."""
    return [score for score in record.scores if estimate(record, score) is not None]


def _family(headline: str, runs: Sequence[RunRecord]) -> Family:
    beside = dict.fromkeys(score for run in runs for score in _proportions(run) if score != headline)
    return Family(
        name="other",
        headline=headline,
        batch_ms=_each_ms,
        measures=(
            share(headline, interval=True, about="% [95 % interval]"),
            *(share(score, about="%") for score in beside),
            number(
                "total_tokens",
                "tokens in all",
                lambda run: run.cost("tokens"),
                about="prompt and text, mean",
            ),
            number(
                "in_run_ms",
                "in run",
                _each_ms,
                figures.milliseconds,
                about="the run's wall time over its samples, however many ran at once",
            ),
        ),
        legend="% [95 % interval]; in run: wall time of the run over its samples",
    )


def _each_ms(run: Run) -> float | None:
    return None if run.samples is None else run.samples.share_of_run_ms
