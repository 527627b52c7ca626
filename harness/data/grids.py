"""The text form of a grid of digits, defined once: a row is its digits, rows are lines.

    to_text(((1, 0), (0, 2)))     # "10\n02"
    from_text("10\n02")           # ((1, 0), (0, 2))

Both ways lose nothing: `from_text(to_text(grid)) == grid`, and every text that is read is the text of its grid. A text
with anything else in it (spaces, a last line break, rows of unequal length) is no grid and is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Grid = tuple[tuple[int, ...], ...]

LARGEST_SIDE = 30
_DIGITS = frozenset("0123456789")
_SHOWN = 40


class GridError(ValueError):
    """A text or a nested list that is no grid, in one line."""


def to_text(grid: Grid) -> str:
    """The grid as text.

    Raises:
      GridError: It is empty, ragged, larger than 30 by 30, or a cell is no digit.
    """
    return "\n".join("".join(map(str, row)) for row in checked(grid))


def from_text(text: str) -> Grid:
    """The grid that a text stands for.

    Raises:
      GridError: The text is no grid.
    """
    rows = text.split("\n")
    for number, row in enumerate(rows, start=1):
        if strange := next((character for character in row if character not in _DIGITS), None):
            raise GridError(f"row {number} holds {strange!r}, a grid has digits only")
    return checked([[int(character) for character in row] for row in rows])


def checked(rows: Iterable[Sequence[object]]) -> Grid:
    """Nested sequences of digits as a grid.

    Raises:
      GridError: They are none.
    """
    grid = []
    for row in rows:
        for cell in row:
            if not isinstance(cell, int) or isinstance(cell, bool) or not 0 <= cell <= 9:
                raise GridError(f"cell {ascii(cell)[:_SHOWN]} is no digit 0..9")
        grid.append(tuple(int(str(cell)) for cell in row))
    if not grid or not grid[0]:
        raise GridError("the grid is empty")
    if len({len(row) for row in grid}) > 1:
        raise GridError(
            f"rows have {', '.join(map(str, sorted({len(row) for row in grid})))} cells, a grid has equal ones"
        )
    if max(len(grid), len(grid[0])) > LARGEST_SIDE:
        raise GridError(f"the grid is {len(grid)} by {len(grid[0])}, the largest is {LARGEST_SIDE} by {LARGEST_SIDE}")
    return tuple(grid)


def shape(grid: Grid) -> tuple[int, int]:
    """Rows and columns."""
    return len(grid), len(grid[0])


def cell_accuracy(found: Grid, wanted: Grid) -> float:
    """Share of the wanted cells that stand right; 0 for another shape, where cells have no counterpart."""
    if shape(found) != shape(wanted):
        return 0.0
    pairs = [(a, b) for left, right in zip(found, wanted, strict=True) for a, b in zip(left, right, strict=True)]
    return sum(a == b for a, b in pairs) / len(pairs)
