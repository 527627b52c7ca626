"""A run's figures, from its samples: what is said of a run is what they give, whatever its header says.

    figures = SampleFigures(path, header)
    figures["semantic"]["accuracy"]                 # from the samples
    figures.disagreements                           # what the header says otherwise

Samples are read when a figure is first asked for, so that to list headers stays quick. Metrics of packages that are not
installed cannot be computed here; what the header says of those stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isclose, isnan
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.records.lm_eval_logs import STATED
from glassbox.harness.records.logged import quick_samples, whole_samples

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog, EvalResults

    from glassbox.harness.records.recomputed import Recomputed

Scores = dict[str, dict[str, float]]
_CLOSE = 1e-6
"""Relative; sums may be taken in another order than when the header was written."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A figure of the header that its samples do not give.

    Attributes:
      score: The score's name.
      metric: The metric's.
      header: What the header says.
      samples: What the samples give; NaN where they give nothing.
    """

    score: str
    metric: str
    header: float
    samples: float

    def __str__(self) -> str:
        return f"{self.metric} of {self.score} is {self.header:.6g} in the header and {self.samples:.6g} by its samples"


class SampleFigures(Mapping[str, Mapping[str, float]]):
    """Metrics by score and name, read from the samples when first asked for; NaN metrics are left out.

    Where a log holds no samples the header's metrics stand: nothing else is known of the run.
    """

    def __init__(self, path: Path, header: EvalLog) -> None:
        self._path, self._log = path, header
        self.header: Mapping[str, Mapping[str, float]] = metrics_of(header)

    def __getitem__(self, score: str) -> Mapping[str, float]:
        return self._found[score]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    @cached_property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """Every figure of the header that its samples do not give, in the header's order."""
        stated = (self._log.results.metadata or {}).get(STATED) if self._log.results else None
        if isinstance(stated, Mapping):
            return tuple(_misstated(stated, self.header))
        return tuple(_differing(self.header, self._computed.scores)) if self._computed else ()

    @cached_property
    def _computed(self) -> Recomputed | None:
        """What the samples give; None where there are none, or where the run ended before anything was counted.

        Summaries of a zipped log leave out long metadata, on which a metric may rest: what differs from the header by
        them is computed once more from the whole samples.
        """
        from glassbox.harness.records.recomputed import recomputed

        if self._log.results is None or not self._log.eval.scorers or not self._path.exists():
            return None
        samples = quick_samples(self._path)
        found = recomputed(self._log, samples) if samples else None
        if found and self._path.suffix == ".eval" and any(_differing(self.header, found.scores)):
            return recomputed(self._log, whole_samples(self._path))
        return found

    @cached_property
    def _found(self) -> Mapping[str, Mapping[str, float]]:
        computed = self._computed
        if computed is None:
            return self.header
        found = dict(self.header)
        for score, metrics in computed.scores.items():
            beyond = {} if computed.whole else self.header.get(score, {})
            found[score] = _measured({**beyond, **metrics})
        return found


def metrics_of(log: EvalLog) -> Scores:
    """Metrics of a header by score and name, without those that are NaN: nothing was scored."""
    return {score: _measured(metrics) for score, metrics in metrics_in(log.results).items()}


def metrics_in(results: EvalResults | None) -> Scores:
    """All metrics; a score that stands there twice (reduced and not) is one, the first of a name wins."""
    found: Scores = {}
    for score in results.scores if results else ():
        kept = found.setdefault(short(score.name), {})
        for metric in score.metrics.values():
            kept.setdefault(short(metric.name), float(metric.value))
    return found


def short(name: str) -> str:
    """A name without its package, as inspect names scores."""
    return name.rsplit("/", 1)[-1]


def _measured(metrics: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if not isnan(value)}


def _differing(header: Mapping[str, Mapping[str, float]], computed: Scores) -> Iterator[Disagreement]:
    for score, metrics in header.items():
        for name, value in metrics.items():
            now = computed.get(score, {}).get(name)
            if now is not None and not isclose(now, value, rel_tol=_CLOSE, abs_tol=1e-9):
                yield Disagreement(score, name, value, now)


def _misstated(stated: Mapping[str, float], of_samples: Mapping[str, Mapping[str, float]]) -> Iterator[Disagreement]:
    """Shares alone: what else lm-eval takes over its samples is not always their mean."""
    for score, value in stated.items():
        for name in ("accuracy", "rate"):
            now = of_samples.get(score, {}).get(name)
            if now is not None and not isclose(now, value, rel_tol=_CLOSE, abs_tol=1e-9):
                yield Disagreement(score, name, value, now)
