"""Sudoku puzzles: JSON records with `puzzle` and perhaps `solution`, or a plain list or table, one puzzle a line.

In a table the first cell of 81 characters is the puzzle and the next one its solution, whatever the other columns
hold. Empty cells are 0 or a point. A solution that is given is checked; one that is missing is searched for where the
puzzle is drawn. Lines that begin with # are comments, and a first line without a puzzle is a heading.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AliasChoices, Field, StringConstraints

from glassbox.harness.data.grids import Grid, from_text, to_text
from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.pairs import PairReason, Unsolved
from glassbox.harness.data.readers.records import Label, OfficialRecord, RecordFile
from glassbox.harness.data.sudoku import CELLS, SIDE, clues, is_solved, respects, solutions

EXPECTS = "one puzzle a line: JSON with puzzle, or 81 digits with 0 or . for an empty cell"
FOLDER: tuple[str, ...] = ()

_PUZZLE = rf"^[0-9.]{{{CELLS}}}$"
_PLAIN = "81 digits with 0 or . for an empty cell"


class SudokuLine(OfficialRecord):
    """One record of JSON."""

    puzzle: Annotated[str, StringConstraints(pattern=_PUZZLE)] = Field(
        validation_alias=AliasChoices("puzzle", "quizzes", "quiz", "question"), description=_PLAIN
    )
    solution: Annotated[str | None, StringConstraints(pattern=rf"^[1-9]{{{CELLS}}}$")] = Field(
        default=None,
        validation_alias=AliasChoices("solution", "solutions", "answer"),
        description="81 digits from 1 to 9",
    )
    id: Label = ""
    origin: Annotated[str, Field(alias="source", description="text")] = ""


def read(file: RecordFile) -> Iterator[Pair | Unsolved | PairReason]:
    """One pair, question or reason a puzzle."""
    seen: set[str] = set()
    for line in file.records(SudokuLine) if file.text.lstrip()[:1] in ("{", "[") else _plain(file):
        puzzle = line.puzzle.replace(".", "0")
        yield PairReason.DUPLICATE if puzzle in seen else _pair(file, line)
        seen.add(puzzle)


def board(text: str) -> Grid:
    """81 characters as nine rows."""
    digits = text.replace(".", "0")
    return from_text("\n".join(digits[start : start + SIDE] for start in range(0, CELLS, SIDE)))


def sudoku_pair(puzzle: Grid, solution: Grid, source: str, tags: dict[str, str] | None = None) -> Pair:
    """The pair of a puzzle and its solution, both in the text form of grids."""
    return Pair(to_text(puzzle), to_text(solution), "", source, {"clues": str(clues(puzzle))} | (tags or {}))


def _pair(file: RecordFile, line: SudokuLine) -> Pair | Unsolved | PairReason:
    puzzle = board(line.puzzle)
    tags = {name: text for name, text in (("record", line.id), ("list", line.origin)) if text}
    if line.solution is not None:
        solution = board(line.solution)
        agrees = is_solved(solution) and respects(solution, puzzle)
        return sudoku_pair(puzzle, solution, "sudoku", tags) if agrees else PairReason.ANSWER_DISAGREES

    def solve() -> Pair | PairReason:
        found = solutions(puzzle)
        if len(found) != 1:
            return PairReason.SEVERAL_SOLUTIONS if found else PairReason.NO_SOLUTION
        return sudoku_pair(puzzle, found[0], "sudoku", tags)

    return Unsolved(to_text(puzzle), file.place, solve)


def _plain(file: RecordFile) -> Iterator[SudokuLine]:
    for number, row in enumerate(file.rows()):
        boards = [cell for cell in row if len(cell) == CELLS and set(cell) <= set("0123456789.")]
        if boards:
            solution = boards[1] if len(boards) > 1 else None
            line = file.part(SudokuLine, {"puzzle": boards[0], "solution": solution}, file.place)
            if line is not None:
                yield line
        elif not row[0].startswith("#") and (number or any(cell.isdigit() for cell in row[0])):
            shown = ascii(",".join(row)[:40])
            file.leave_out("no puzzle", f"{shown} is no puzzle (expected {_PLAIN})")
