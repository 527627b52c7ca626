"""Tie groups: who shares a rank and a letter, and how often equal rows are parted by chance."""

from __future__ import annotations

import numpy as np
import pytest

from glassbox.harness.stats.paired import mcnemar, paired_table
from glassbox.harness.stats.resample import Floats
from glassbox.harness.stats.ties import tie_groups


def _right(n: int, of: int = 200) -> Floats:
    """Right on the first `n` samples: the better row is right wherever the worse one is."""
    return (np.arange(of) < n).astype(np.float64)


def test_rows_that_the_test_separates_have_ranks_of_their_own() -> None:
    placed = tie_groups({"null": _right(0), "gold": _right(200), "half": _right(100)})
    assert [(row.name, row.rank, row.groups) for row in placed] == [
        ("gold", 1, "a"),
        ("half", 2, "b"),
        ("null", 3, "c"),
    ]
    assert placed[2].beaten_by == ("gold", "half")


def test_rows_that_it_does_not_separate_share_a_rank() -> None:
    placed = tie_groups({"a": _right(150), "b": _right(151), "c": _right(150), "null": _right(0)})
    assert [(row.name, row.rank, row.groups) for row in placed] == [
        ("b", 1, "a"),
        ("a", 1, "a"),
        ("c", 1, "a"),
        ("null", 4, "b"),
    ]


def test_a_tie_does_not_carry_over_and_the_letters_say_so() -> None:
    """5 samples apart is a tie, 10 is not: the middle row shares a letter with both of its neighbours."""
    placed = {row.name: row for row in tie_groups({"top": _right(110), "middle": _right(105), "low": _right(100)})}
    assert [placed[name].groups for name in ("top", "middle", "low")] == ["a", "ab", "b"]
    assert [placed[name].rank for name in ("top", "middle", "low")] == [1, 1, 2]
    assert placed["low"].beaten_by == ("top",)


def test_two_rows_share_a_letter_exactly_where_they_are_not_separated() -> None:
    draws = np.random.default_rng(1)
    rows = {f"row{index}": (draws.random(400) < 0.5 + index / 30).astype(np.float64) for index in range(12)}
    placed = tie_groups(rows)
    separated = {(row.name, better) for row in placed for better in row.beaten_by}
    assert 10 < len(separated) < 60
    for worse in placed:
        for better in placed:
            if worse is not better:
                shared = bool(set(worse.groups) & set(better.groups))
                apart = (worse.name, better.name) in separated or (better.name, worse.name) in separated
                assert shared is not apart


def test_the_correction_makes_a_tie_of_what_one_comparison_alone_would_part() -> None:
    pair = {"a": _right(106), "b": _right(100)}
    assert mcnemar(paired_table(*(row.astype(int).tolist() for row in pair.values()))) == pytest.approx(2 / 64)
    assert [row.rank for row in tie_groups(pair)] == [1, 2]
    more = {f"c{index}": _right(103) for index in range(4)}
    assert {row.rank for row in tie_groups(pair | more)} == {1}


def test_equal_rows_are_parted_by_chance_on_at_most_5_of_100_boards() -> None:
    draws = np.random.default_rng(2)
    boards = draws.random((400, 6, 300)) < draws.random((400, 1, 300))
    parted = bare = 0
    for board in boards.astype(np.float64):
        rows = {str(index): row for index, row in enumerate(board)}
        parted += any(placing.rank > 1 for placing in tie_groups(rows))
        only = board @ (1 - board).T
        z = np.abs(only - only.T) / np.sqrt(np.maximum(only + only.T, 1))
        bare += bool((z > 1.96).any())
    assert parted / 400 <= 0.05
    assert bare / 400 > 0.2


def test_clusters_are_heeded() -> None:
    """Ahead on every sample of one template of eight: 25 samples, but one cluster."""
    rows, clusters = {"ahead": np.ones(200), "behind": (np.arange(200) >= 25).astype(np.float64)}, np.arange(200) // 25
    assert [row.rank for row in tie_groups(rows)] == [1, 2]
    assert [row.rank for row in tie_groups(rows, clusters)] == [1, 1]


def test_scores_that_are_no_zeros_and_ones_are_placed_by_their_means() -> None:
    noise = np.random.default_rng(3).normal(size=(3, 100))
    placed = tie_groups({"low": noise[0], "also low": noise[1], "high": noise[2] + 2})
    assert [row.rank for row in placed] == [1, 2, 2]
    assert placed[0].name == "high"


def test_one_row_and_none_stand_alone() -> None:
    assert [(row.rank, row.groups) for row in tie_groups({"only": _right(3)})] == [(1, "a")]
    assert tie_groups({}) == ()


def test_rows_over_other_samples_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="not of a 200, b 10"):
        tie_groups({"a": _right(3), "b": _right(3, of=10)})
    with pytest.raises(ValueError, match="rows must be finite"):
        tie_groups({"a": [1.0, float("nan")], "b": [1.0, 0.0]})
