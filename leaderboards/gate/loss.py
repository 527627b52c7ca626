"""How much a run lost against the blessed one on the same samples: one-sided, with the largest loss still possible.

    found = loss_of(blessed, now)
    found.high < 0.05        # a loss of 5 points is ruled out
    found.p < 0.05           # there is evidence of a loss

A gate asks two things, and "not significant" answers neither alone: is there evidence of a loss (p), and could a loss
that matters have gone unseen (the upper bound, as in a non-inferiority trial)?

Right and wrong on independent samples: the exact one-sided McNemar test, and Tango's bound; where no sample was gained
the bound of Clopper and Pearson on the share lost, because Tango's lets 7 % instead of 5 % through at n = 52. The share
of true losses of 5 points that pass, by enumeration over n = 52..1,000 and up to 10 % of samples gained, is then at
most 5.3 %. Anything else, and clusters: `glassbox.harness.stats.paired_means`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from glassbox.harness.stats.intervals import exact
from glassbox.harness.stats.means import Clusters, cluster_sums
from glassbox.harness.stats.paired import PairedTable, paired_table, tango
from glassbox.harness.stats.paired_means import compare_means
from glassbox.harness.stats.power import mean_detectable, mean_needed, paired_detectable
from glassbox.harness.stats.resample import Floats


@dataclass(frozen=True, slots=True)
class Loss:
    """The blessed mean less the mean now, as shares of 1; positive is a loss.

    Attributes:
      n: Samples.
      units: What is taken for independent: samples, or clusters of them.
      lost: Units that score lower now.
      gained: Units that score higher now.
      loss: The difference of means.
      low: One-sided lower bound.
      high: One-sided upper bound: the largest loss that is not ruled out.
      p: One-sided, of "there is no loss".
      detectable: Smallest loss that such a comparison finds with the power asked for; None where it finds none.
      error: Standard error of the loss; 0 where nothing differs.
      freedom: Degrees of freedom of that error.
    """

    n: int
    units: int
    lost: int
    gained: int
    loss: float
    low: float
    high: float
    p: float
    detectable: float | None
    error: float
    freedom: float

    def needed(self, margin: float, alpha: float, power: float) -> int:
        """Samples of the same kind on which a run that lost nothing would pass a margin, with this power."""
        alike = ceil(log(alpha) / log(1 - margin)) * self.n / self.units  # (1 - margin)^n = alpha
        return max(ceil(alike), mean_needed(margin, self.n, self.error, self.freedom, power, 2 * alpha))


def loss_of(
    blessed: ArrayLike,
    now: ArrayLike,
    clusters: Clusters | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
) -> Loss:
    """Judge the loss on samples given in the same order.

    Args:
      blessed: Scores of the blessed run, 0..1 each.
      now: Scores of the run at hand.
      clusters: What samples share, to judge beyond these passages or templates; None judges these.
      alpha: Error of each one-sided bound.
      power: For `detectable`.

    Raises:
      ValueError: The sides differ in length, are not finite, or lie in one cluster.
    """
    before, after = np.asarray(blessed, dtype=np.float64), np.asarray(now, dtype=np.float64)
    binary = bool(np.isin(before, (0, 1)).all() and np.isin(after, (0, 1)).all())
    if binary and clusters is None:
        return _counted(paired_table(before.tolist(), after.tolist()), alpha, power)
    return _by_means(before, after, clusters, alpha, power)


def _counted(table: PairedTable, alpha: float, power: float) -> Loss:
    """Lost is only-A and gained is only-B: A is the blessed run."""
    bounds = tango(table, 1 - 2 * alpha)
    discordant = table.only_a + table.only_b
    share = discordant / table.n
    return Loss(
        n=table.n,
        units=table.n,
        lost=table.only_a,
        gained=table.only_b,
        loss=table.difference,
        low=bounds.low,
        high=bounds.high if table.only_b else max(bounds.high, _share_lost(table.only_a, table.n, alpha)),
        p=float(stats.binomtest(table.only_a, discordant, alternative="greater").pvalue) if discordant else 1.0,
        detectable=paired_detectable(table.n, share, power, 2 * alpha),
        error=float(np.sqrt(max(share - table.difference**2, 0.0) / table.n)),
        freedom=table.n - 1,
    )


def _by_means(before: Floats, after: Floats, clusters: Clusters | None, alpha: float, power: float) -> Loss:
    """By means, which are as cautious as single clusters where few of them differ."""
    found = compare_means(before, after, clusters, 1 - 2 * alpha)
    signs = np.sign(_unit_sums(before - after, clusters))
    lost, gained = int((signs > 0).sum()), int((signs < 0).sum())
    high = found.interval.high if lost + gained else max(found.interval.high, _share_lost(0, found.clusters, alpha))
    robust = found.error > 1e-12
    return Loss(
        n=found.n,
        units=found.clusters,
        lost=lost,
        gained=gained,
        loss=found.difference,
        low=max(found.interval.low, -1.0),
        high=min(high, 1.0),
        p=found.p / 2 if found.difference > 0 else 1 - found.p / 2,
        detectable=mean_detectable(found.error, found.freedom, power, 2 * alpha)
        if robust
        else paired_detectable(found.clusters, 0.0, power, 2 * alpha),
        error=found.error if robust else 0.0,
        freedom=found.freedom,
    )


def _unit_sums(differences: Floats, clusters: Clusters | None) -> Floats:
    """Differences summed within units, sums that are zero but for rounding made so."""
    sums = differences if clusters is None else cluster_sums(differences, clusters).sums
    return np.where(np.abs(sums) > 1e-12, sums, 0.0)


def _share_lost(lost: int, units: int, alpha: float) -> float:
    """Upper bound of the share of units that lose, which no loss can exceed."""
    return exact(lost, units, 1 - 2 * alpha).high
