"""ARC-like tasks of the project's own: one hidden rule a task, three demonstrations and a test.

    pattern_pairs(24, seed=0)

`RULES` names every rule. The rule changes each of a task's inputs, so that copying never solves one.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from glassbox.harness.data.grids import Grid
from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.arc import arc_pair

SOURCE = "patterns"
DEMONSTRATIONS = 3
SIDES = (3, 8)
"""Least and most rows and columns of an input."""
_SCALE_SIDE = 5

Rule = Callable[[Grid], Grid]
Make = Callable[[random.Random], Rule]
"""Draws what a rule leaves open (which colours), once a task."""


def mirror(grid: Grid) -> Grid:
    """Left and right change places."""
    return tuple(row[::-1] for row in grid)


def flip(grid: Grid) -> Grid:
    """Top and bottom change places."""
    return grid[::-1]


def transpose(grid: Grid) -> Grid:
    """Rows become columns."""
    return tuple(zip(*grid, strict=True))


def turn(grid: Grid) -> Grid:
    """A quarter turn clockwise."""
    return transpose(grid[::-1])


def fall(grid: Grid) -> Grid:
    """Coloured cells fall to the bottom of their column and keep their order."""
    columns = [[cell for cell in column if cell] for column in zip(*grid, strict=True)]
    return transpose(tuple((0,) * (len(grid) - len(column)) + tuple(column) for column in columns))


def crop(grid: Grid) -> Grid:
    """The smallest part that holds every coloured cell."""
    rows = [at for at, row in enumerate(grid) if any(row)]
    columns = [at for at, column in enumerate(zip(*grid, strict=True)) if any(column)]
    if not rows:
        return grid
    return tuple(row[columns[0] : columns[-1] + 1] for row in grid[rows[0] : rows[-1] + 1])


def double(grid: Grid) -> Grid:
    """Every cell becomes two by two."""
    return tuple(tuple(cell for cell in row for _ in range(2)) for row in grid for _ in range(2))


def shift(grid: Grid) -> Grid:
    """Every row moves one cell to the right; what leaves comes back on the left."""
    return tuple(row[-1:] + row[:-1] for row in grid)


def keep_commonest(grid: Grid) -> Grid:
    """Only the commonest colour stays; of equal ones the smaller digit."""
    counts = Counter(cell for row in grid for cell in row if cell)
    if not counts:
        return grid
    kept = min(counts, key=lambda colour: (-counts[colour], colour))
    return tuple(tuple(cell if cell == kept else 0 for cell in row) for row in grid)


def _fixed(rule: Rule) -> Make:
    return lambda rng: rule


def _recolour(rng: random.Random) -> Rule:
    """Two colours change places."""
    first, second = rng.sample(range(1, 10), 2)
    swap = {first: second, second: first}
    return lambda grid: tuple(tuple(swap.get(cell, cell) for cell in row) for row in grid)


def _frame(rng: random.Random) -> Rule:
    """The rim takes one colour."""
    colour = rng.randint(1, 9)

    def frame(grid: Grid) -> Grid:
        last_row, last_column = len(grid) - 1, len(grid[0]) - 1
        return tuple(
            tuple(
                colour if row in (0, last_row) or column in (0, last_column) else cell
                for column, cell in enumerate(cells)
            )
            for row, cells in enumerate(grid)
        )

    return frame


def _fill(rng: random.Random) -> Rule:
    """Empty cells take one colour."""
    colour = rng.randint(1, 9)
    return lambda grid: tuple(tuple(cell or colour for cell in row) for row in grid)


RULES: dict[str, Make] = {
    "mirror": _fixed(mirror),
    "flip": _fixed(flip),
    "transpose": _fixed(transpose),
    "turn": _fixed(turn),
    "fall": _fixed(fall),
    "crop": _fixed(crop),
    "double": _fixed(double),
    "shift": _fixed(shift),
    "keep_commonest": _fixed(keep_commonest),
    "recolour": _recolour,
    "frame": _frame,
    "fill": _fill,
}


def pattern_pairs(n: int, seed: int = 0) -> list[Pair]:
    """`n` different pairs, each rule in turn."""
    found: dict[str, Pair] = {}
    names = list(RULES)
    position = 0
    while len(found) < n:
        pair = _task(names[position % len(names)], f"{seed}/{position}")
        found.setdefault(pair.id, pair)
        position += 1
    return list(found.values())


def _task(name: str, seed: str) -> Pair:
    rng = random.Random(f"{SOURCE}/{seed}")
    rule = RULES[name](rng)
    examples: list[tuple[Grid, Grid]] = []
    while len(examples) <= DEMONSTRATIONS:
        given = _input(rng, _SCALE_SIDE if name == "double" else SIDES[1])
        wanted = rule(given)
        if wanted != given and given not in [known for known, _ in examples]:
            examples.append((given, wanted))
    *shown, (given, wanted) = examples
    pair = arc_pair(f"{name}-{seed}", 0, shown, given, wanted, SOURCE)
    return Pair(pair.question, pair.answer, pair.context, pair.source, pair.tags | {"rule": name})


def _input(rng: random.Random, most: int) -> Grid:
    """A grid of two to four colours, about half of it empty."""
    rows, columns = rng.randint(SIDES[0], most), rng.randint(SIDES[0], most)
    colours = rng.sample(range(1, 10), rng.randint(2, 4))
    return tuple(tuple(rng.choice(colours) if rng.random() < 0.5 else 0 for _ in range(columns)) for _ in range(rows))
