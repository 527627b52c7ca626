"""The rules of Sudoku, and a search that finds every solution, or enough of them to know that there is one only.

    solutions(from_text(puzzle))     # one grid for a proper puzzle, two where it has several, none where it has none

0 is an empty cell.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from glassbox.harness.data.grids import Grid

SIDE = 9
CELLS = SIDE * SIDE
_ALL = (1 << SIDE) - 1

UNITS: tuple[tuple[int, ...], ...] = (
    *(tuple(row * SIDE + column for column in range(SIDE)) for row in range(SIDE)),
    *(tuple(row * SIDE + column for row in range(SIDE)) for column in range(SIDE)),
    *(
        tuple((top + row) * SIDE + left + column for row in range(3) for column in range(3))
        for top in (0, 3, 6)
        for left in (0, 3, 6)
    ),
)
"""Rows, columns and boxes, as indices of cells."""

PEERS: tuple[tuple[int, ...], ...] = tuple(
    tuple(sorted({peer for unit in UNITS if cell in unit for peer in unit} - {cell})) for cell in range(CELLS)
)
"""For each cell the cells that must differ from it."""


def is_board(grid: Grid) -> bool:
    """Whether the grid is nine rows of nine cells."""
    return len(grid) == SIDE and all(len(row) == SIDE for row in grid)


def is_solved(grid: Grid) -> bool:
    """Whether every row, column and box holds each of 1..9 once."""
    if not is_board(grid):
        return False
    cells = _flat(grid)
    wanted = set(range(1, SIDE + 1))
    return all({cells[cell] for cell in unit} == wanted for unit in UNITS)


def respects(grid: Grid, puzzle: Grid) -> bool:
    """Whether every clue of the puzzle stands in the grid."""
    return is_board(grid) and all(clue in (0, cell) for cell, clue in zip(_flat(grid), _flat(puzzle), strict=True))


def clues(puzzle: Grid) -> int:
    """Cells that are given."""
    return sum(cell != 0 for cell in _flat(puzzle))


def solutions(puzzle: Grid, most: int = 2) -> list[Grid]:
    """Up to `most` solutions, in a fixed order.

    Raises:
      ValueError: The grid is not nine by nine.
    """
    if not is_board(puzzle):
        raise ValueError(f"a Sudoku has {SIDE} rows of {SIDE} cells, this grid has rows of {[len(r) for r in puzzle]}")
    return _search(puzzle, most, None)


def random_solution(rng: random.Random) -> Grid:
    """A full board, drawn with the generator; not uniformly among all boards."""
    return _search(tuple((0,) * SIDE for _ in range(SIDE)), 1, rng)[0]


def _search(puzzle: Grid, most: int, rng: random.Random | None) -> list[Grid]:
    """Depth first, always at the cell with the fewest candidates; `rng` shuffles the order of its digits."""
    found: list[Grid] = []
    start = _placed(_flat(puzzle))
    if start is not None:
        _descend(start, most, rng, found)
    return found


def _descend(masks: list[int], most: int, rng: random.Random | None, found: list[Grid]) -> None:
    open_cells = [(mask.bit_count(), cell) for cell, mask in enumerate(masks) if mask & (mask - 1)]
    if not open_cells:
        found.append(_grid([mask.bit_length() for mask in masks]))
        return
    _, cell = min(open_cells)
    digits = [digit for digit in range(SIDE) if masks[cell] >> digit & 1]
    if rng is not None:
        rng.shuffle(digits)
    for digit in digits:
        deeper = masks.copy()
        if _assign(deeper, cell, 1 << digit):
            _descend(deeper, most, rng, found)
            if len(found) >= most:
                return


def _placed(cells: Sequence[int]) -> list[int] | None:
    """Candidates of every cell as bits once all clues are placed; None where they contradict each other."""
    masks = [_ALL] * CELLS
    for cell, digit in enumerate(cells):
        if digit and not (masks[cell] >> (digit - 1) & 1 and _assign(masks, cell, 1 << (digit - 1))):
            return None
    return masks


def _assign(masks: list[int], cell: int, bit: int) -> bool:
    """Settle a cell and whatever follows from single candidates; False on a contradiction."""
    masks[cell] = bit
    waiting = [cell]
    while waiting:
        settled = waiting.pop()
        bit = masks[settled]
        for peer in PEERS[settled]:
            mask = masks[peer]
            if mask & bit:
                mask &= ~bit
                if not mask:
                    return False
                masks[peer] = mask
                if not mask & (mask - 1):
                    waiting.append(peer)
    return True


def _flat(grid: Grid) -> list[int]:
    return [cell for row in grid for cell in row]


def _grid(cells: Sequence[int]) -> Grid:
    return tuple(tuple(cells[start : start + SIDE]) for start in range(0, CELLS, SIDE))
