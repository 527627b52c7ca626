"""Two methods on the same samples, scored by any number, and samples that come in clusters.

    compare_means(a, b)                        # paired t over samples
    compare_means(a, b, clusters=templates)    # paired, robust to samples that share a template
    paired_permutation(a - b, clusters=templates)

`harness.stats.paired` is for scores that are 0 or 1 on independent samples and is exact there; this room is for the
rest. Right and wrong is a number too: with clusters it is judged here.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from glassbox.harness.stats.intervals import Interval, exact, finite_sample
from glassbox.harness.stats.means import Clusters, ClusterSums, cluster_sums, mean_and_error
from glassbox.harness.stats.paired import PairedTable, mcnemar, tango
from glassbox.harness.stats.resample import Floats, all_flipped_sums, flipped_sums
from glassbox.harness.stats.shares import FEWEST

_ENUMERATED = 14  # up to 2^14 sign patterns are gone through; beyond, they are drawn


@dataclass(frozen=True, slots=True)
class MeanComparison:
    """A paired difference of means A - B.

    Attributes:
      n: Samples.
      clusters: Clusters; equal to `n` where samples are independent.
      differing: Clusters in which A and B differ at all.
      error: Standard error of the difference.
      freedom: Degrees of freedom of its t.
      p: Two-sided; where some clusters do not differ, at least what a sign-flip test could reach on those that do.
      effect: Cohen's d_z, the difference over the standard deviation of the differences; None where they are all equal.
      design_effect: Variance over that of as many independent samples; 1 without clusters.
    """

    n: int
    clusters: int
    differing: int
    difference: float
    error: float
    freedom: float
    interval: Interval
    p: float
    effect: float | None
    design_effect: float

    @property
    def evidence(self) -> bool:
        """Whether the interval leaves out zero and the test agrees; otherwise the two are a tie."""
        return 0.0 not in self.interval and self.p < 1 - self.interval.confidence


def compare_means(
    a: ArrayLike, b: ArrayLike, clusters: Clusters | None = None, confidence: float = 0.95
) -> MeanComparison:
    """Compare two methods on the same samples, given in the same order.

    Where every cluster differs by the same amount no error can be estimated; the clusters are then counted as so many
    pairs (Tango's interval, McNemar's test), so that the answer still has width. Where only some clusters differ, p is
    at least 2 / 2^differing, as in the exact test of single samples: four clusters of 24, all on one side, are no
    evidence (t alone has p = 0.04), six can be. For shares the interval then reaches at least as far as if each cluster
    were one trial that lost, or gained, in whole: "not worse by 1 point" at p = 0.98 would else be supported falsely in
    9 to 17 % of runs (nominal 2.5 %), and is in at most 4 % with it.

    Raises:
      ValueError: The sides differ in length, are not finite, or lie in one cluster.
    """
    differences = _differences(a, b)
    n = len(differences)
    found = cluster_sums(differences, range(n) if clusters is None else clusters)
    mean, error, freedom = mean_and_error(found)
    deviation = float(differences.std(ddof=1))
    effect = mean / deviation if deviation > 1e-12 else None
    independent = deviation / sqrt(n)
    design = (error / independent) ** 2 if independent > 1e-12 else 1.0
    differing = int((np.abs(found.sums) > 1e-12).sum())
    if error > 1e-12:
        half = float(stats.t.ppf((1 + confidence) / 2, freedom)) * error
        interval = Interval(mean - half, mean + half, confidence, "t" if clusters is None else "cluster-t")
        p = float(2 * stats.t.sf(abs(mean) / error, freedom))
        if differing < found.clusters:
            p = min(1.0, max(p, 2 * 0.5**differing))
        if differing < min(FEWEST, found.clusters) and _are_shares(a, b):
            interval = _floored(interval, found, p)
    else:
        table = _as_pairs(mean, found.clusters)
        interval, p = tango(table, confidence), mcnemar(table)
    return MeanComparison(n, found.clusters, differing, mean, error, freedom, interval, p, effect, design)


def _are_shares(a: ArrayLike, b: ArrayLike) -> bool:
    return all(bool(((side >= 0) & (side <= 1)).all()) for side in map(np.asarray, (a, b)))


def _floored(interval: Interval, found: ClusterSums, p: float) -> Interval:
    """At least the bounds of what clusters lost and gained; an end that the test holds off zero stays where it is."""
    gained, lost = (_in_clusters(np.maximum(sign * found.sums, 0), found) for sign in (1, -1))
    worst, best = (exact(part, found.clusters, interval.confidence).high for part in (lost, gained))
    apart = p < 1 - interval.confidence
    return Interval(
        interval.low if apart and interval.low > 0 else min(interval.low, -worst),
        interval.high if apart and interval.high < 0 else max(interval.high, best),
        interval.confidence,
        "cluster-floor",
    )


def _in_clusters(sums: Floats, found: ClusterSums) -> float:
    """A share of the samples as that share of the clusters."""
    return min(float(sums.sum() / found.sizes.sum()), 1.0) * found.clusters


def paired_permutation(
    differences: ArrayLike, clusters: Clusters | None = None, draws: int = 9_999, seed: int = 0
) -> float:
    """Two-sided p that the differences lie around zero symmetrically: each sign (each cluster's) is a fair coin.

    Exact for few units, else by draws, the observed one counted among them so that p is never 0 (Phipson & Smyth
    2010, SAGMB 9:39).
    """
    sample = finite_sample(differences)
    units = sample if clusters is None else cluster_sums(sample, clusters).sums
    units = units[np.abs(units) > 1e-12]
    if not len(units):
        return 1.0
    reached = abs(float(units.sum())) - 1e-9
    if len(units) <= _ENUMERATED:
        return float((np.abs(all_flipped_sums(units)) >= reached).mean())
    drawn = np.abs(flipped_sums(units, draws, np.random.default_rng(seed)))
    return float((1 + (drawn >= reached).sum()) / (1 + draws))


def _differences(a: ArrayLike, b: ArrayLike) -> Floats:
    left, right = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if left.shape != right.shape:
        raise ValueError(
            f"a paired comparison needs the same samples on both sides, not {left.shape[0]} against {right.shape[0]}"
        )
    return finite_sample(left - right)


def _as_pairs(mean: float, clusters: int) -> PairedTable:
    """Clusters that all differ alike, each as one pair."""
    if abs(mean) < 1e-12:
        return PairedTable(clusters, 0, 0, 0)
    return PairedTable(0, clusters, 0, 0) if mean > 0 else PairedTable(0, 0, clusters, 0)
