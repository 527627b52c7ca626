"""The rules of Sudoku, and a search that finds all there is and nothing else."""

from __future__ import annotations

import random

import pytest

from glassbox.harness.data.grids import Grid, from_text, to_text
from glassbox.harness.data.sudoku import PEERS, UNITS, clues, is_solved, random_solution, respects, solutions

PUZZLE = from_text("530070000\n600195000\n098000060\n800060003\n400803001\n700020006\n060000280\n000419005\n000080079")
SOLUTION = from_text(
    "534678912\n672195348\n198342567\n859761423\n426853791\n713924856\n961537284\n287419635\n345286179"
)


def with_cell(grid: Grid, row: int, column: int, digit: int) -> Grid:
    rows = [list(cells) for cells in grid]
    rows[row][column] = digit
    return tuple(map(tuple, rows))


def test_units_and_peers_have_the_sizes_of_the_game() -> None:
    assert len(UNITS) == 27
    assert {len(set(unit)) for unit in UNITS} == {9}
    assert {len(peers) for peers in PEERS} == {20}


def test_a_published_puzzle_has_its_published_solution_and_no_other() -> None:
    assert solutions(PUZZLE) == [SOLUTION]
    assert clues(PUZZLE) == 30


def test_taking_clues_away_gives_several_solutions_that_all_obey() -> None:
    loose = tuple(tuple(0 if column < 6 else cell for column, cell in enumerate(row)) for row in PUZZLE)
    found = solutions(loose, most=5)
    assert len(set(found)) == 5
    assert all(is_solved(grid) and respects(grid, loose) for grid in found)


@pytest.mark.parametrize(("row", "column", "digit"), [(0, 2, 5), (2, 0, 3), (1, 1, 8)])
def test_clues_that_contradict_each_other_have_no_solution(row: int, column: int, digit: int) -> None:
    assert solutions(with_cell(PUZZLE, row, column, digit)) == []


def test_one_swapped_cell_is_not_solved_and_a_changed_clue_is_not_respected() -> None:
    assert is_solved(SOLUTION)
    assert respects(SOLUTION, PUZZLE)
    wrong = with_cell(SOLUTION, 0, 0, 1)
    assert not is_solved(wrong)
    assert not respects(wrong, PUZZLE)
    assert not is_solved(from_text("123"))
    assert not respects(from_text("123"), PUZZLE)


def test_random_boards_are_solved_and_depend_on_the_generator_alone() -> None:
    boards = [random_solution(random.Random(seed)) for seed in range(5)]
    assert all(is_solved(board) for board in boards)
    assert len({to_text(board) for board in boards}) == 5
    assert random_solution(random.Random(3)) == boards[3]


def test_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="a Sudoku has 9 rows of 9 cells, this grid has rows of"):
        solutions(from_text("12\n34"))
