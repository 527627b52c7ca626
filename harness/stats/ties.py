"""Ranks that do not pretend: rows of a board share a group unless a paired test, corrected for them all, parts them.

    for row in tie_groups({"ir_head": head, "regex_pipeline": pipeline, "null": null}): ...

Every pair of rows is tested on its samples and the p values are corrected by Holm, so that the chance of any false
separation on the board is at most alpha. "Not separated" does not carry over (A ties with B and B with C, yet A beats
C), so that one number cannot say it all: the *rank* is one more than the rows that beat a row, and the *groups* are
letters of which two rows share one exactly where they are not separated (Piepho 2004, J Comput Graph Stat 13:456-466).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from string import ascii_lowercase

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from glassbox.harness.stats.means import Clusters
from glassbox.harness.stats.multiple import holm
from glassbox.harness.stats.paired_means import compare_means
from glassbox.harness.stats.resample import Floats


@dataclass(frozen=True, slots=True)
class Placing:
    """Where one row stands.

    Attributes:
      rank: One more than the rows that are better with evidence; the best and all that tie with it have 1.
      groups: Letters; two rows share one exactly where there is no evidence of a difference between them.
      beaten_by: The rows that are better, with evidence.
    """

    name: str
    mean: float
    rank: int
    groups: str
    beaten_by: tuple[str, ...]


def tie_groups(
    scores: Mapping[str, ArrayLike], clusters: Clusters | None = None, alpha: float = 0.05
) -> tuple[Placing, ...]:
    """Place rows that were run on the same samples, the highest mean first, equal means by name.

    Args:
      scores: Each row's score of each sample, all in the same order.
      clusters: What samples share, if they share something; see `compare_means`.
      alpha: Chance of any false separation.

    Raises:
      ValueError: The rows differ in length or are not finite.
    """
    if not scores:
        return ()
    table = _table(scores)
    means = table.mean(axis=1)
    order = sorted(range(len(table)), key=lambda row: (-means[row], list(scores)[row]))
    names, table, means = [list(scores)[row] for row in order], table[order], means[order]
    pairs = list(combinations(range(len(table)), 2))
    adjusted = holm(_pairwise(table, pairs, clusters))
    apart = {pair for pair, p in zip(pairs, adjusted.tolist(), strict=True) if p < alpha}
    letters = _letters(len(table), sorted(apart))
    placings = []
    for row, name in enumerate(names):
        better = tuple(names[other] for other in range(row) if (other, row) in apart)
        placings.append(Placing(name, float(means[row]), 1 + len(better), letters[row], better))
    return tuple(placings)


def _table(scores: Mapping[str, ArrayLike]) -> Floats:
    rows = [np.asarray(row, dtype=np.float64) for row in scores.values()]
    sizes = {row.shape for row in rows}
    if len(sizes) > 1 or any(row.ndim != 1 for row in rows):
        lengths = ", ".join(f"{name} {row.size}" for name, row in zip(scores, rows, strict=True))
        raise ValueError(f"rows must be scores of the same samples, not of {lengths}")
    table = np.asarray(rows)
    if not np.isfinite(table).all():
        raise ValueError("rows must be finite; leave samples that were not scored out of all rows")
    return table


def _pairwise(table: Floats, pairs: Sequence[tuple[int, int]], clusters: Clusters | None) -> list[float]:
    """p of each pair: exact McNemar for right and wrong on independent samples, else by means."""
    if not pairs:
        return []
    if clusters is not None or not np.isin(table, (0, 1)).all():
        return [compare_means(table[a], table[b], clusters).p for a, b in pairs]
    only = table @ (1 - table).T  # only[a, b]: samples on which a is right and b wrong
    first, second = np.asarray(pairs).T
    fewer = np.minimum(only[first, second], only[second, first])
    p = 2 * stats.binom.cdf(fewer, only[first, second] + only[second, first], 0.5)
    return [float(value) for value in np.minimum(p, 1.0)]


def _letters(rows: int, apart: Sequence[tuple[int, int]]) -> list[str]:
    """Insert and absorb: split every group that holds a separated pair, drop groups inside others."""
    groups = [frozenset(range(rows))]
    for a, b in apart:
        split = [part for group in groups for part in _parts(group, a, b)]
        unique = list(dict.fromkeys(split))
        groups = [group for group in unique if not any(group < other for other in unique)]
    groups.sort(key=sorted)
    return ["".join(_letter(index) for index, group in enumerate(groups) if row in group) for row in range(rows)]


def _parts(group: frozenset[int], a: int, b: int) -> list[frozenset[int]]:
    return [group - {a}, group - {b}] if a in group and b in group else [group]


def _letter(index: int) -> str:
    """a to z, then a1 and on."""
    letter = ascii_lowercase[index % 26]
    return letter if index < 26 else f"{letter}{index // 26}"
