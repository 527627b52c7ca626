"""How alike sets of vectors are, and how they group: what the analyses of found soft prompts compute.

cosine(permuted(first, second), second)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import orthogonal_procrustes
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

Floats = NDArray[np.float64]
Align = Callable[[Floats, Floats], Floats]
"""Moves the first set of vectors [k, hidden] onto the second as far as it may."""


def unit(vectors: Floats) -> Floats:
    """Rows of length 1; rows of zeros stay."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(norms == 0, 1, norms))


def cosine(first: Floats, second: Floats) -> float:
    """Mean cosine between vectors of the same position; both [k, hidden]."""
    return float((unit(first) * unit(second)).sum(-1).mean())


def flat_cosine(first: Floats, second: Floats) -> float:
    """Cosine between the two sets as one long vector each."""
    return float(unit(first.reshape(-1)) @ unit(second.reshape(-1)))


def distance(first: Floats, second: Floats) -> float:
    """Root mean square distance over the root of the summed mean squares: 0 for equal sets, 1 for orthogonal ones."""
    return float(np.sqrt(((first - second) ** 2).sum() / ((first**2).sum() + (second**2).sum())))


def as_found(first: Floats, second: Floats) -> Floats:
    """No alignment."""
    return first


def permuted(first: Floats, second: Floats) -> Floats:
    """`first` with its positions reordered so that the summed cosine to `second` is as high as any order gives."""
    # Row i of `first` goes to the place of the second set that the assignment gives it.
    sources, places = linear_sum_assignment(-unit(first) @ unit(second).T)
    moved = np.empty_like(first)
    moved[places] = first[sources]
    return moved


def rotated(first: Floats, second: Floats) -> Floats:
    """`first` under the rotation or reflection of the whole space that brings it nearest to `second` (Procrustes)."""
    turn, _ = orthogonal_procrustes(first, second)
    return np.asarray(first @ turn)


ALIGNMENTS: dict[str, Align] = {"as found": as_found, "positions permuted": permuted, "space rotated": rotated}
"""Each freedom moves any two sets closer, unrelated ones too: read a row against the same row of its baselines."""


def of_same_norms(vectors: Floats, draw: np.random.Generator) -> Floats:
    """Random directions with the norm of each row of `vectors`."""
    noise = unit(draw.standard_normal(vectors.shape))
    return np.asarray(noise * np.linalg.norm(vectors, axis=-1, keepdims=True))


TWIN = 0.99
"""Cosine from which two rows of a model's head give all but the same logit."""


def share_with_twin(rows: Floats, tokens: Sequence[int]) -> float:
    """Share of `tokens` whose row of the head [vocabulary, hidden] has another row within a cosine of `TWIN`.

    Training leaves the rows of tokens that it never met in one direction: to write one of them, a state must tell it
    from all the others by what little is left.
    """
    kinds, counts = np.unique(np.asarray(tokens, dtype=np.int64), return_counts=True)
    directions = unit(rows)
    alike = directions[kinds] @ directions.T
    alike[np.arange(len(kinds)), kinds] = -1
    return float(counts[alike.max(-1) >= TWIN].sum() / counts.sum())


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The nearest rows of a table.

    Attributes:
      tokens: Their indices: int64 [row].
      distances: Euclidean distance to them: [row].
      cosines: The highest cosine to any row of the table, which may be another one: [row].
    """

    tokens: NDArray[np.int64]
    distances: Floats
    cosines: Floats


def nearest(vectors: Floats, table: Floats, *, itself: bool = False) -> Nearest:
    """For each row of `vectors` [row, hidden] the nearest row of `table` [token, hidden].

    Args:
      vectors: What is looked up.
      table: Where.
      itself: `vectors` are the table, and a row is not its own neighbour.
    """
    apart, alike = cdist(vectors, table), unit(vectors) @ unit(table).T
    if itself:
        np.fill_diagonal(apart, np.inf)
        np.fill_diagonal(alike, -np.inf)
    tokens = apart.argmin(1)
    return Nearest(tokens.astype(np.int64), apart[np.arange(len(tokens)), tokens], alike.max(1))


def silhouette(points: Floats, labels: NDArray[np.int64]) -> Floats:
    """Silhouette of each point [n]: 1 deep inside its own group, 0 between two, below 0 nearer to another.

    Rousseeuw (1987), "Silhouettes", J. Comput. Appl. Math. 20:53-65. A point alone in its group has 0.

    Raises:
      ValueError: There are fewer than two groups.
    """
    groups = np.unique(labels)
    if len(groups) < 2:
        raise ValueError(f"a silhouette compares groups, and there is {len(groups)}; give at least 2")
    apart = cdist(points, points)
    sums = np.stack([apart[:, labels == group].sum(1) for group in groups], 1)
    sizes = np.array([(labels == group).sum() for group in groups], dtype=np.float64)
    own = np.searchsorted(groups, labels)
    rows = np.arange(len(points))
    others = sizes[own] - 1
    inside = sums[rows, own] / np.maximum(others, 1)
    means = sums / sizes
    means[rows, own] = np.inf
    outside = means.min(1)
    widest = np.maximum(inside, outside)
    return np.asarray(np.where((others == 0) | (widest == 0), 0.0, (outside - inside) / np.where(widest, widest, 1)))


def neighbours(points: Floats, count: int) -> NDArray[np.int64]:
    """Indices of the `count` nearest other points of each: [n, count]."""
    apart = cdist(points, points)
    np.fill_diagonal(apart, np.inf)
    return np.argsort(apart, axis=1, kind="stable")[:, :count].astype(np.int64)


def purity(near: NDArray[np.int64], labels: NDArray[np.int64]) -> Floats:
    """Share of each point's neighbours that are of its own group: [n]."""
    return np.asarray((labels[near] == labels[:, None]).mean(1))


def permutation_p(
    statistic: Callable[[NDArray[np.int64]], float], labels: NDArray[np.int64], draws: int = 999, seed: int = 0
) -> float:
    """Share of label shuffles, the data itself counted as one, whose statistic is at least as high as the labels' own.

    Phipson & Smyth (2010), "Permutation P-values should never be zero", Stat. Appl. Genet. Mol. Biol. 9:39.
    """
    generator = np.random.default_rng(seed)
    own = statistic(labels)
    higher = sum(statistic(generator.permutation(labels)) >= own for _ in range(draws))
    return (1 + higher) / (1 + draws)


def principal(points: Floats, parts: int = 2) -> tuple[Floats, Floats]:
    """Coordinates on the first principal axes [n, parts], and each axis' share of the variance [parts]."""
    centred = points - points.mean(0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    shares = sizes**2 / (sizes**2).sum()
    return np.asarray(left[:, :parts] * sizes[:parts]), np.asarray(shares[:parts])


def pairs_of(count: int) -> Sequence[tuple[int, int]]:
    """Every two of `count` things, once."""
    return [(first, second) for first in range(count) for second in range(first + 1, count)]
