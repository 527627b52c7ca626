"""Sudoku puzzles, one a line: JSON with `puzzle` and perhaps `solution`, or 81 characters, or `puzzle,solution`.

Empty cells are 0 or a point. A solution that is given is checked; one that is missing is searched for, and a puzzle
with none or several is left out and counted. Lines of plain text that begin with # are comments, and a first line
without a digit is a heading.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from glassbox.harness.data.grids import Grid, from_text, to_text
from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.nested import NestedFile
from glassbox.harness.data.readers.pairs import PairReason
from glassbox.harness.data.readers.records import OfficialRecord
from glassbox.harness.data.readers.source import SourceError
from glassbox.harness.data.sudoku import CELLS, SIDE, clues, is_solved, respects, solutions

EXPECTS = "one puzzle a line: JSON with puzzle, or 81 digits with 0 or . for an empty cell"
FOLDER: tuple[str, ...] = ()

_PUZZLE = rf"^[0-9.]{{{CELLS}}}$"
_PLAIN = "81 digits with 0 or . for an empty cell, and perhaps a comma and the solution"


class SudokuLine(OfficialRecord):
    """One line of JSON."""

    puzzle: Annotated[str, StringConstraints(pattern=_PUZZLE), Field(description="81 digits with 0 or . for empty")]
    solution: Annotated[str | None, Field(pattern=rf"^[1-9]{{{CELLS}}}$", description="81 digits from 1 to 9")] = None
    id: Annotated[str, Field(description="text")] = ""
    origin: Annotated[str, Field(alias="source", description="text")] = ""


def read(file: NestedFile) -> Iterator[Pair | PairReason]:
    """One pair or reason a line."""
    for line in file.json_lines(SudokuLine) if file.begins_with in ("{", "[") else _plain(file):
        yield _pair(line)


def board(text: str) -> Grid:
    """81 characters as nine rows."""
    digits = text.replace(".", "0")
    return from_text("\n".join(digits[start : start + SIDE] for start in range(0, CELLS, SIDE)))


def sudoku_pair(puzzle: Grid, solution: Grid, source: str, tags: dict[str, str] | None = None) -> Pair:
    """The pair of a puzzle and its solution, both in the text form of grids."""
    return Pair(to_text(puzzle), to_text(solution), "", source, {"clues": str(clues(puzzle))} | (tags or {}))


def _pair(line: SudokuLine) -> Pair | PairReason:
    puzzle = board(line.puzzle)
    tags = {name: text for name, text in (("record", line.id), ("list", line.origin)) if text}
    if line.solution is not None:
        solution = board(line.solution)
        agrees = is_solved(solution) and respects(solution, puzzle)
        return sudoku_pair(puzzle, solution, "sudoku", tags) if agrees else PairReason.ANSWER_DISAGREES
    found = solutions(puzzle)
    if len(found) != 1:
        return PairReason.SEVERAL_SOLUTIONS if found else PairReason.NO_SOLUTION
    return sudoku_pair(puzzle, found[0], "sudoku", tags)


def _plain(file: NestedFile) -> Iterator[SudokuLine]:
    for number, line in file.lines():
        if line.startswith("#") or (number == 1 and not any(character.isdigit() for character in line)):
            continue
        puzzle, comma, solution = line.partition(",")
        well_formed = _is_puzzle(puzzle) and (not comma or (_is_puzzle(solution) and not set(solution) & {"0", "."}))
        if not well_formed:
            shown = ascii(line if len(line) <= 40 else line[:40] + "...")
            raise SourceError(f"{file.path.name} record {number}: {shown} is no puzzle (expected {_PLAIN})")
        yield SudokuLine(puzzle=puzzle, solution=solution if comma else None)


def _is_puzzle(text: str) -> bool:
    return len(text) == CELLS and set(text) <= set("0123456789.")
