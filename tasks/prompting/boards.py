"""Sudoku puzzles of the project's own: a random full board, cells taken away while one solution remains.

board_pairs(24, seed=0)
"""

from __future__ import annotations

import random

from glassbox.harness.data.grids import Grid
from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.sudoku import sudoku_pair
from glassbox.harness.data.sudoku import CELLS, SIDE, random_solution, solutions

SOURCE = "boards"
CLUES = (28, 32, 36, 40)
"""How many clues are aimed at, in turn; a board from which no further cell can go keeps more."""


def board_pairs(n: int, seed: int = 0) -> list[Pair]:
    """`n` different puzzles with one solution each."""
    found: dict[str, Pair] = {}
    turn = 0
    while len(found) < n:
        rng = random.Random(f"{SOURCE}/{seed}/{turn}")
        solution = random_solution(rng)
        pair = sudoku_pair(thinned(solution, CLUES[turn % len(CLUES)], rng), solution, SOURCE)
        found.setdefault(pair.id, pair)
        turn += 1
    return list(found.values())


def thinned(solution: Grid, clues: int, rng: random.Random) -> Grid:
    """The board with cells emptied in random order, down to `clues`, each only if one solution remains."""
    puzzle = [list(row) for row in solution]
    left = CELLS
    for cell in rng.sample(range(CELLS), CELLS):
        if left <= clues:
            break
        row, column = divmod(cell, SIDE)
        digit, puzzle[row][column] = puzzle[row][column], 0
        if len(solutions(tuple(map(tuple, puzzle)))) == 1:
            left -= 1
        else:
            puzzle[row][column] = digit
    return tuple(map(tuple, puzzle))
