"""Alignments, distances and groupings give figures that are known in advance, or that scikit-learn gives."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import ortho_group
from sklearn.decomposition import PCA  # type: ignore[import-untyped]
from sklearn.metrics import silhouette_samples  # type: ignore[import-untyped]

from glassbox.studies.prompt_questions.geometry import (
    ALIGNMENTS,
    cosine,
    distance,
    flat_cosine,
    nearest,
    neighbours,
    of_same_norms,
    permutation_p,
    permuted,
    principal,
    purity,
    rotated,
    share_with_twin,
    silhouette,
)

Floats = NDArray[np.float64]


def cloud(*shape: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).standard_normal(shape)


def groups(apart: float) -> tuple[Floats, NDArray[np.int64]]:
    """Three groups of 7, 8 and 9 points in five dimensions, their centres this far apart along the axes."""
    labels = np.repeat([0, 1, 2], [7, 8, 9])
    centres = apart * np.eye(5)[:3]
    return centres[labels] + cloud(24, 5), labels


def test_equal_sets_are_at_distance_0_opposite_ones_at_root_2_and_orthogonal_ones_at_1() -> None:
    vectors = cloud(4, 6)
    assert distance(vectors, vectors) == 0
    assert distance(vectors, -vectors) == pytest.approx(2**0.5)
    assert distance(np.eye(4)[:2], np.eye(4)[2:]) == pytest.approx(1)
    assert cosine(vectors, 3 * vectors) == pytest.approx(1)
    assert flat_cosine(vectors, -vectors) == pytest.approx(-1)


def test_a_position_counts_the_same_whatever_its_norm_unless_the_set_is_flattened() -> None:
    first, second = np.array([[1.0, 0], [0, 9]]), np.array([[1.0, 0], [9, 0]])
    assert cosine(first, second) == pytest.approx(0.5)
    assert flat_cosine(first, second) == pytest.approx(1 / 82)


def test_reordered_positions_are_found_again_and_only_those() -> None:
    vectors = cloud(9, 16)
    shuffled = vectors[np.random.default_rng(1).permutation(9)]
    assert cosine(shuffled, vectors) < 0.5
    np.testing.assert_array_equal(permuted(shuffled, vectors), vectors)
    assert sorted(permuted(shuffled, cloud(9, 16, seed=2)).sum(1)) == pytest.approx(sorted(vectors.sum(1)))


def test_a_rotated_space_is_turned_back() -> None:
    vectors = cloud(9, 5)
    turned = vectors @ ortho_group.rvs(5, random_state=0)
    np.testing.assert_allclose(rotated(turned, vectors), vectors, atol=1e-12)


@pytest.mark.parametrize("name", [name for name in ALIGNMENTS if name != "as found"])
def test_an_alignment_brings_unrelated_sets_closer_too_so_rows_are_read_against_their_baseline(name: str) -> None:
    first, second = cloud(16, 16), cloud(16, 16, seed=5)
    assert cosine(ALIGNMENTS[name](first, second), second) > cosine(first, second) + 0.1


def test_random_sets_keep_the_norms_and_lose_the_directions() -> None:
    vectors = cloud(500, 64) * 3
    noise = of_same_norms(vectors, np.random.default_rng(1))
    np.testing.assert_allclose(np.linalg.norm(noise, axis=1), np.linalg.norm(vectors, axis=1))
    assert abs(cosine(noise, vectors)) < 0.02


def test_the_nearest_row_and_the_most_alike_row_may_differ_and_a_row_is_not_its_own_neighbour() -> None:
    table = np.array([[1.0, 0], [10, 1], [0, 2]])
    found = nearest(np.array([[4.0, 0.4]]), table)
    assert (found.tokens.tolist(), found.distances.tolist()) == ([0], [pytest.approx(9.16**0.5)])
    assert found.cosines.tolist() == [pytest.approx(1)]  # of the second row
    assert nearest(table, table).distances.tolist() == [0, 0, 0]
    assert nearest(table, table, itself=True).tokens.tolist() == [2, 0, 0]


def test_a_token_counts_as_doubled_where_another_row_has_its_direction() -> None:
    rows = np.array([[1.0, 0.0], [3.0, 0.1], [0.0, 1.0], [-1.0, 0.0]])  # 0 and 1 are alike, 3 is opposite
    assert share_with_twin(rows, [0, 0, 2, 3]) == 0.5
    assert share_with_twin(rows, [2, 3]) == 0.0
    assert share_with_twin(rows, [1]) == 1.0


@pytest.mark.parametrize("apart", [0.0, 2.0, 20.0])
def test_silhouettes_are_scikit_learns(apart: float) -> None:
    points, labels = groups(apart)
    np.testing.assert_allclose(silhouette(points, labels), silhouette_samples(points, labels), atol=1e-12)


def test_a_point_alone_in_its_group_has_silhouette_0_and_one_group_is_refused() -> None:
    points = np.array([[0.0], [0.1], [5.0]])
    assert silhouette(points, np.array([0, 0, 1]))[2] == 0
    with pytest.raises(ValueError, match="there is 1; give at least 2"):
        silhouette(points, np.zeros(3, dtype=np.int64))


def test_neighbours_are_pure_where_groups_are_apart_and_at_chance_where_they_are_not() -> None:
    points, labels = groups(20.0)
    assert purity(neighbours(points, 5), labels).tolist() == [1.0] * 24
    points, labels = groups(0.0)
    assert purity(neighbours(points, 5), labels).mean() == pytest.approx(0.31, abs=0.12)


def test_p_is_the_smallest_possible_for_groups_apart_and_large_for_none() -> None:
    def p(apart: float) -> float:
        points, labels = groups(apart)
        near = neighbours(points, 5)
        return permutation_p(lambda shuffled: float(purity(near, shuffled).mean()), labels, draws=199)

    assert p(20.0) == pytest.approx(1 / 200)
    assert p(0.0) > 0.1


def test_principal_axes_are_scikit_learns_up_to_sign() -> None:
    points, _ = groups(4.0)
    reference = PCA(2).fit(points)
    places, shares = principal(points)
    np.testing.assert_allclose(np.abs(places), np.abs(reference.transform(points)), atol=1e-10)
    np.testing.assert_allclose(shares, reference.explained_variance_ratio_, atol=1e-12)
