"""ARC-AGI tasks: a folder of task files, one task file, or one task a line. Each test input and its output are a pair.

The demonstrations are the pair's context. A test without an output (the hidden sets) is left out and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import Field

from glassbox.harness.data.grids import Grid, GridError, checked, to_text
from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.nested import NestedFile
from glassbox.harness.data.readers.pairs import PairReason
from glassbox.harness.data.readers.records import OfficialRecord
from glassbox.harness.data.readers.source import SourceError

EXPECTS = "a folder of ARC task files *.json, one such file, or JSON lines with train and test"
FOLDER = ("*.json",)


class ArcTask(OfficialRecord):
    """One task; a file of its own carries its id as its name."""

    train: Annotated[list[Any], Field(min_length=1, description="a list of demonstrations, not empty")]
    test: Annotated[list[Any], Field(min_length=1, description="a list of tests, not empty")]
    id: Annotated[str, Field(description="text")] = ""


class ArcExample(OfficialRecord):
    """One input with its output; a hidden test has none."""

    input: Annotated[list[Any], Field(description="a grid: a list of rows of digits")]
    output: Annotated[list[Any] | None, Field(description="a grid: a list of rows of digits")] = None


def read(file: NestedFile) -> Iterator[Pair | PairReason]:
    """One pair or reason a test."""
    if _is_one_task(file):
        yield from _task(file, file.json_object(ArcTask), file.path.stem, "")
        return
    for number, task in enumerate(file.json_lines(ArcTask), start=1):
        yield from _task(file, task, task.id or str(number), f"task {task.id or number} ")


def demonstrations(examples: Sequence[tuple[Grid, Grid]]) -> str:
    """Input and output of every demonstration as text, in order."""
    return "\n\n".join(f"input:\n{to_text(given)}\noutput:\n{to_text(wanted)}" for given, wanted in examples)


def arc_pair(task: str, test: int, shown: Sequence[tuple[Grid, Grid]], given: Grid, wanted: Grid, source: str) -> Pair:
    """The pair of one test: its input and output as text, behind the demonstrations."""
    return Pair(to_text(given), to_text(wanted), demonstrations(shown), source, {"task": task, "test": str(test)})


def _is_one_task(file: NestedFile) -> bool:
    """A file that ends in .json, or an object that spans several lines, is one task; otherwise every line is one."""
    first = file.content.lstrip().split(b"\n", 1)[0].strip()
    return file.path.suffix == ".json" or not first.endswith(b"}")


def _task(file: NestedFile, task: ArcTask, name: str, prefix: str) -> Iterator[Pair | PairReason]:
    shown = []
    for number, value in enumerate(task.train):
        place = f"{prefix}train[{number}]"
        example = file.part(ArcExample, value, place)
        if example.output is None:
            raise SourceError(f"{file.path.name} {place}: field 'output' is missing (expected input, output)")
        shown.append((_grid(file, example.input, f"{place}.input"), _grid(file, example.output, f"{place}.output")))
    for number, value in enumerate(task.test):
        place = f"{prefix}test[{number}]"
        example = file.part(ArcExample, value, place)
        if example.output is None:
            yield PairReason.NO_ANSWER
            continue
        given, wanted = _grid(file, example.input, f"{place}.input"), _grid(file, example.output, f"{place}.output")
        yield arc_pair(name, number, shown, given, wanted, "arc")


def _grid(file: NestedFile, rows: list[Any], place: str) -> Grid:
    if strange := next((row for row in rows if not isinstance(row, list)), None):
        raise SourceError(f"{file.path.name} {place}: row {ascii(strange)[:40]} is no list (expected rows of digits)")
    try:
        return checked(rows)
    except GridError as error:
        raise SourceError(f"{file.path.name} {place}: {error} (expected a grid of digits)") from error
