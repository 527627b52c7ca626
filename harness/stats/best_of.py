"""Best-of-N: what a selector makes of N candidates, between picking blindly and an oracle that sees the answers.

    found = best_of(right, scores, n=4)      # both Float[sample, candidate]
    found.gap                                # what a perfect selector would still add

With M candidates drawn for each sample, every N up to M is estimated without bias from all C(M, N) subsets, in closed
form. A best-of-N that is reported without its oracle and its blind pick cannot tell a good selector from many tries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from glassbox.harness.stats.intervals import Interval
from glassbox.harness.stats.passes import pass_at_each
from glassbox.harness.stats.resample import Floats, resampled_sums


@dataclass(frozen=True, slots=True)
class BestOf:
    """Shares of samples answered right with N candidates each; intervals by bootstrap over samples.

    Attributes:
      blind: Picking at random, that is pass@1.
      selected: Picking the highest score, ties at random.
      oracle: Picking a right one where there is any, that is pass@N.
      gap: Oracle less selected.
      gain: Selected less blind.
      recovered: Gain over the most there was to gain; None where there was nothing.
    """

    n: int
    samples: int
    blind: float
    selected: float
    oracle: float
    gap: float
    gain: float
    recovered: float | None
    selected_interval: Interval
    gap_interval: Interval
    gain_interval: Interval

    @property
    def selector_helps(self) -> bool:
        """Whether there is evidence that the selector is better than a blind pick."""
        return self.gain_interval.low > 0


def best_of(
    right: ArrayLike, scores: ArrayLike, n: int, confidence: float = 0.95, draws: int = 10_000, seed: int = 0
) -> BestOf:
    """Judge a selector on candidates whose answers are known.

    Args:
      right: 1 where the candidate is right, else 0; `Float[sample, candidate]`.
      scores: What the selector thinks of each candidate, the higher the better.
      n: Candidates to select from.
      confidence: Of the intervals.
      draws: Of the bootstrap.
      seed: Of the bootstrap.

    Raises:
      ValueError: The shapes differ, or `n` is more than the candidates.
    """
    passed, liking = np.asarray(right, dtype=np.float64), np.asarray(scores, dtype=np.float64)
    if passed.ndim != 2 or passed.shape != liking.shape or len(passed) < 2:
        raise ValueError(f"outcomes {passed.shape} and scores {liking.shape} must be one table of at least 2 samples")
    if not np.isfinite(liking).all() or not np.isin(passed, (0, 1)).all():
        raise ValueError("best-of-N needs outcomes of 0 or 1 and finite scores; leave out samples that were not judged")
    drawn = passed.shape[1]
    if not 1 <= n <= drawn:
        raise ValueError(f"best of {n} from {drawn} candidates is undefined; need 1 <= n <= {drawn}")
    blind = passed.mean(axis=1)
    selected = (_chance_picked(liking, n) * passed).sum(axis=1)
    oracle = pass_at_each(passed.sum(axis=1), drawn, n)
    shares = np.column_stack([selected, oracle - selected, selected - blind])
    means = resampled_sums(shares, draws, np.random.default_rng(seed)) / len(shares)
    lows, highs = np.quantile(means, ((1 - confidence) / 2, (1 + confidence) / 2), axis=0)
    intervals = [
        Interval(float(low), float(high), confidence, "bootstrap") for low, high in zip(lows, highs, strict=True)
    ]
    room = float(oracle.mean() - blind.mean())
    gain = float(selected.mean() - blind.mean())
    return BestOf(
        n=n,
        samples=len(passed),
        blind=float(blind.mean()),
        selected=float(selected.mean()),
        oracle=float(oracle.mean()),
        gap=float(oracle.mean() - selected.mean()),
        gain=gain,
        recovered=gain / room if room > 1e-12 else None,
        selected_interval=intervals[0],
        gap_interval=intervals[1],
        gain_interval=intervals[2],
    )


def _chance_picked(scores: Floats, n: int) -> Floats:
    """Chance that each candidate is the pick of a random subset of `n`: it is drawn, and none drawn scores higher.

    The best of a subset lies among the candidates scoring at most s with chance C(those, n) / C(all, n), which is
    pass^n of "scores at most s"; candidates of one score share the chance of that score.
    """
    drawn = scores.shape[1]
    below = (scores[:, :, None] > scores[:, None, :]).sum(axis=2)
    alike = (scores[:, :, None] == scores[:, None, :]).sum(axis=2)
    cumulative = np.asarray([_all_among(count, drawn, n) for count in range(drawn + 1)])
    return np.asarray((cumulative[below + alike] - cumulative[below]) / alike, dtype=np.float64)


def _all_among(count: int, drawn: int, n: int) -> float:
    """Chance that all `n` picked from `drawn` lie among `count` of them."""
    steps = np.arange(n)
    return float((np.maximum(count - steps, 0) / (drawn - steps)).prod())
