"""A share over samples that come in clusters: of *these problems*, and of problems from *new templates*.

    wilson(728, 1000)                     # these problems: another sample of the same 24 templates
    clustered_share(right, templates)     # new templates: as many others of their kind

A mean of right and wrong near 100 % breaks Student's interval: most clusters are all right, so that their spread says
nothing of the few that are not. Korn & Graubard (1998, Survey Methodology 24:193-201) take the interval of a proportion
at the effective number of samples; this is Wilson's, with the quantile of t. Where fewer than ten clusters, or not all
of fewer, have both right and wrong samples, even the spread of those is chance; each cluster then counts as one trial.
Coverage of 95 % intervals by simulation, shares of 50 to 99 % in 3 to 60 clusters of 8 to 200 samples, correlation 0 to
0.6: at least 93 %; Student's goes down to 13 %.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from glassbox.harness.stats.intervals import Interval, exact
from glassbox.harness.stats.means import Clusters, ClusterSums, cluster_sums, mean_and_error

FEWEST = 10
"""Clusters whose spread can be believed: below, each counts as one trial. Found by the simulation above."""


def clustered_share(values: ArrayLike, clusters: Clusters, confidence: float = 0.95) -> Interval:
    """Interval of a share for other clusters of the same kind.

    Args:
      values: 0 to 1 each.
      clusters: What samples share, one for each.
      confidence: Of the interval.

    Raises:
      ValueError: Values that are no share, not one cluster a value, or fewer than two clusters.
    """
    shares = np.asarray(values, dtype=np.float64)
    if not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError("a share is made of values between 0 and 1; for other numbers there is cluster_mean")
    found = cluster_sums(shares, clusters)
    mean, error, freedom = mean_and_error(found)
    # No more samples than there are, however alike the clusters came out.
    effective = min(mean * (1 - mean) / error**2, found.n) if error > 1e-12 else float(found.n)
    low, high = _score(mean, effective, float(stats.t.ppf((1 + confidence) / 2, freedom)))
    if _mixed(found) < min(FEWEST, found.clusters):
        floor = exact(min(mean, 1.0) * found.clusters, found.clusters, confidence)
        return Interval(min(low, floor.low), max(high, floor.high), confidence, "cluster-floor")
    return Interval(low, high, confidence, "cluster-wilson")


def _score(mean: float, n: float, reach: float) -> tuple[float, float]:
    """Wilson's interval with another quantile than the normal one."""
    square = reach**2
    centre = (mean + square / (2 * n)) / (1 + square / n)
    half = reach * sqrt(max(mean * (1 - mean), 0.0) / n + square / (4 * n**2)) / (1 + square / n)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def _mixed(found: ClusterSums) -> int:
    """Clusters that are not all right, or not all wrong, whichever are fewer."""
    return int(min((found.sums < found.sizes - 1e-12).sum(), (found.sums > 1e-12).sum()))
