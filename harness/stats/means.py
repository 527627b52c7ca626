"""Intervals for means of scores that are not 0 or 1: Student's t, the bootstrap, and both over clusters.

    t_mean(seconds)
    cluster_mean(right, passages)             # samples that share a passage are no independent samples
    cluster_bootstrap_mean(right, passages)

A cluster is what samples share: a passage, a template, a task with several epochs. An interval that takes its samples
for independent is too narrow by the root of the design effect; Miller (2024), arXiv:2411.00640, measures factors of
three on language-model evaluations.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from glassbox.harness.stats.intervals import Interval, bootstrap_mean, finite_sample
from glassbox.harness.stats.resample import Floats, resampled_sums

Clusters = Sequence[Hashable] | NDArray[np.generic]

__all__ = [
    "ClusterSums",
    "Clusters",
    "bootstrap_mean",
    "cluster_bootstrap_mean",
    "cluster_mean",
    "cluster_sums",
    "mean_and_error",
    "ratio_of_means",
    "t_mean",
]


def t_mean(values: ArrayLike, confidence: float = 0.95) -> Interval:
    """Student's interval (1908, Biometrika 6:1-25) for the mean of independent values."""
    sample = finite_sample(values)
    half = _t(confidence, len(sample) - 1) * sample.std(ddof=1) / sqrt(len(sample))
    return Interval(float(sample.mean() - half), float(sample.mean() + half), confidence, "t")


@dataclass(frozen=True, slots=True)
class ClusterSums:
    """Values summed within clusters: all that a mean over clustered samples depends on.

    Attributes:
      sums: Sum of the values of each cluster.
      sizes: Samples of each cluster.
      squares: Sum of the squared values over all samples.
    """

    sums: Floats
    sizes: Floats
    squares: float

    @property
    def clusters(self) -> int:
        """How many clusters there are."""
        return len(self.sums)

    @property
    def n(self) -> int:
        """How many samples there are."""
        return int(self.sizes.sum())

    @property
    def mean(self) -> float:
        """The mean over samples."""
        return float(self.sums.sum() / self.sizes.sum())

    @property
    def correlation(self) -> float:
        """How alike samples of one cluster are, 0..1: the intraclass correlation by analysis of variance."""
        n, clusters, sizes = self.n, self.clusters, self.sizes
        if n == clusters:
            return 0.0
        means = self.sums / sizes
        between = float((sizes * (means - self.mean) ** 2).sum()) / (clusters - 1)
        within = max(self.squares - float((sizes * means**2).sum()), 0.0) / (n - clusters)
        typical = (n - float((sizes**2).sum()) / n) / (clusters - 1)
        spread = between + (typical - 1) * within
        return min(max((between - within) / spread, 0.0), 1.0) if spread > 0 else 0.0


def cluster_sums(values: ArrayLike, clusters: Clusters) -> ClusterSums:
    """Sum values within clusters.

    Raises:
      ValueError: Not one cluster a value, fewer than two clusters, or values that are not finite.
    """
    sample = finite_sample(values)
    if len(clusters) != len(sample):
        raise ValueError(f"{len(sample)} values have {len(clusters)} clusters; give the cluster of each value")
    if isinstance(clusters, np.ndarray):
        codes = np.unique(clusters, return_inverse=True)[1]
    else:
        known: dict[Hashable, int] = {}
        codes = np.asarray([known.setdefault(cluster, len(known)) for cluster in clusters])
    sizes = np.bincount(codes).astype(np.float64)
    if len(sizes) < 2:
        raise ValueError(f"all {len(sample)} values are of one cluster; a clustered interval needs at least 2")
    sums = np.bincount(codes, weights=sample).astype(np.float64)
    return ClusterSums(sums, sizes, float((sample**2).sum()))


def mean_and_error(found: ClusterSums) -> tuple[float, float, float]:
    """Mean over samples, its cluster-robust standard error, and the degrees of freedom of its t.

    The error is CR2 of Bell & McCaffrey (2002, Survey Methodology 28:169-181) with Satterthwaite degrees of freedom, as
    in Pustejovsky & Tipton (2018, JBES 36:672-683); for a mean both have the closed forms below. The degrees of freedom
    suppose samples as alike within clusters as they are found to be. Plain sandwich errors with a normal quantile
    reject too often below some 50 clusters. Measured coverage of 95 % intervals for right and wrong: 94 to 95.5 % with
    24 or 32 unequal clusters; 92.5 to 95.5 % with 8 or 12, least where each cluster is all right or all wrong.
    """
    n, sizes = float(found.sizes.sum()), found.sizes
    residuals = found.sums - found.mean * sizes
    weights = 1 / (1 - sizes / n)
    error = sqrt(float((weights * residuals**2).sum())) / n
    return found.mean, error, _freedom(sizes, weights, sizes * (1 + (sizes - 1) * found.correlation))


def _freedom(sizes: Floats, weights: Floats, variances: Floats) -> float:
    """Satterthwaite's, 2 E^2 / Var of the error squared, for clusters whose sums have these variances.

    Residual sums have the covariance C = diag(v) - v q' - q v' + V q q', where q are the clusters' shares of the
    samples and V is the sum of v; the trace of WC squared is summed without building the matrix.
    """
    shares, total = sizes / sizes.sum(), float(variances.sum())
    outer = total * shares**2 - 2 * variances * shares
    vv, vq, qq = ((weights * part).sum() for part in (variances**2, variances * shares, shares**2))
    crossed = 2 * vv * qq + 2 * vq**2 + total**2 * qq**2 - 4 * total * vq * qq
    squared = (weights**2 * ((variances + outer) ** 2 - outer**2)).sum() + crossed
    return float((weights * (variances + outer)).sum() ** 2 / squared)


def cluster_mean(values: ArrayLike, clusters: Clusters, confidence: float = 0.95) -> Interval:
    """Cluster-robust t interval for the mean over samples; see `mean_and_error`."""
    mean, error, freedom = mean_and_error(cluster_sums(values, clusters))
    half = _t(confidence, freedom) * error
    return Interval(mean - half, mean + half, confidence, "cluster-t")


def cluster_bootstrap_mean(
    values: ArrayLike,
    clusters: Clusters,
    confidence: float = 0.95,
    draws: int = 10_000,
    seed: int = 0,
) -> Interval:
    """Whole clusters drawn with replacement; percentiles, widened for few clusters.

    Bare percentiles lack the t quantile and the n - 1: with 24 unequal clusters they cover 92.5 % instead of 95 %. The
    expanded percentiles of Hesterberg (2015, The American Statistician 69:371-386), here with the degrees of freedom
    of `mean_and_error`, cover 94.8 %; the bootstrap-t 95.5 %, and 97 % with 12 clusters.
    """
    found = cluster_sums(values, clusters)
    freedom = mean_and_error(found)[2]
    widened = _t(confidence, freedom) * sqrt(found.clusters / (found.clusters - 1))
    sums, sizes = resampled_sums(np.column_stack([found.sums, found.sizes]), draws, np.random.default_rng(seed)).T
    low, high = np.quantile(sums / sizes, stats.norm.cdf([-widened, widened]))
    return Interval(float(low), float(high), confidence, "cluster-bootstrap")


def ratio_of_means(
    numerator: ArrayLike, denominator: ArrayLike, confidence: float = 0.95, draws: int = 10_000, seed: int = 0
) -> Interval:
    """Percentile bootstrap for the mean of one column over that of another, measured on the same samples.

    Raises:
      ValueError: Other lengths, values that are not finite, or a denominator that is not positive.
    """
    above, below = finite_sample(numerator), finite_sample(denominator)
    if len(above) != len(below) or not (below > 0).all():
        raise ValueError(f"a ratio needs positive values below, one for each of the {len(above)} above")
    sums = resampled_sums(np.column_stack([above, below]), draws, np.random.default_rng(seed))
    low, high = np.quantile(sums[:, 0] / sums[:, 1], ((1 - confidence) / 2, (1 + confidence) / 2))
    return Interval(float(low), float(high), confidence, "bootstrap")


def _t(confidence: float, freedom: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is outside (0, 1); 0.95 means 95 %")
    return float(stats.t.ppf((1 + confidence) / 2, freedom))
