"""ARC-AGI tasks: each test input and its output are a pair, the demonstrations are its context.

A folder of task files, one task file, one task a line or in a list, or tasks by id (`..._challenges.json`) with their
`..._solutions.json` beside them, of which either may be named, or their folder. A test without an output (the hidden
sets) is left out and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, RootModel, ValidationError

from glassbox.harness.data.grids import Grid, GridError, checked, to_text
from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.pairs import PairReason
from glassbox.harness.data.readers.records import Label, OfficialRecord, RecordFile
from glassbox.harness.data.readers.source import SourceError

CHALLENGES, SOLUTIONS = "challenges.json", "solutions.json"
EXPECTS = "ARC tasks: a folder of *.json, one file, JSON lines with train and test, or challenges with solutions"
FOLDER = ("*.json",)

Rows = Annotated[list[Any], Field(description="a grid: a list of rows of digits")]


class ArcTask(OfficialRecord):
    """One task; a file of its own carries its id as its name."""

    train: Annotated[list[Any], Field(min_length=1, description="a list of demonstrations, not empty")]
    test: Annotated[list[Any], Field(min_length=1, description="a list of tests, not empty")]
    id: Label = ""


class ArcExample(OfficialRecord):
    """One input with its output; a hidden test has none, or an empty one."""

    input: Rows
    output: Annotated[list[Any] | None, BeforeValidator(lambda value: value or None)] = Field(
        default=None, description="a grid: a list of rows of digits"
    )


class _Solutions(RootModel[dict[str, list[list[Any]]]]):
    """The outputs of each task's tests, by its id."""


def files(path: Path) -> list[Path]:
    """The files that hold tasks where a path names a set of challenges, its solutions or its folder; else none.

    Raises:
      SourceError: A folder holds several sets with solutions.
    """
    if path.is_dir():
        found = sorted(file for file in path.iterdir() if _stem(file).endswith(CHALLENGES))
        solved = [file for file in found if _beside(file).exists()] or found
        if len(solved) > 1:
            raise SourceError(f"{path} holds {', '.join(file.name for file in solved)}; name one of them")
        return solved
    return [_named(path, SOLUTIONS, CHALLENGES)] if _stem(path).endswith(SOLUTIONS) else []


def read(file: RecordFile) -> Iterator[Pair | PairReason]:
    """One pair or reason a test."""
    values = [(file.place, value) for value in file.values()]
    for number, (place, value) in enumerate(values, start=1):
        if isinstance(value, dict) and any(isinstance(each, dict) and "train" in each for each in value.values()):
            outputs = _solutions(file.path)
            for name, task in value.items():
                yield from _task(file, task, f"task {name}", name, outputs.get(name, []))
        else:
            # A file that is one task has its id for a name.
            name = _stem(file.path).partition(".")[0] if len(values) == 1 else str(number)
            yield from _task(file, value, place, name, [])


def demonstrations(examples: Sequence[tuple[Grid, Grid]]) -> str:
    """Input and output of every demonstration as text, in order."""
    return "\n\n".join(f"input:\n{to_text(given)}\noutput:\n{to_text(wanted)}" for given, wanted in examples)


def arc_pair(task: str, test: int, shown: Sequence[tuple[Grid, Grid]], given: Grid, wanted: Grid, source: str) -> Pair:
    """The pair of one test: its input and output as text, behind the demonstrations."""
    return Pair(to_text(given), to_text(wanted), demonstrations(shown), source, {"task": task, "test": str(test)})


def _task(
    file: RecordFile, value: object, place: str, name: str, outputs: Sequence[list[Any]]
) -> Iterator[Pair | PairReason]:
    task = file.part(ArcTask, value, place)
    if task is None:
        return
    name = task.id or name
    shown = [_example(file, each, f"task {name} train[{number}]") for number, each in enumerate(task.train)]
    if not all(shown):
        return
    for number, each in enumerate(task.test):
        place = f"task {name} test[{number}]"
        hidden = isinstance(each, dict) and not each.get("output")
        if hidden and number < len(outputs):
            each = {**each, "output": outputs[number]}
        elif hidden:
            file.place = place
            yield PairReason.NO_ANSWER
            continue
        if (pair := _example(file, each, place)) is not None:
            yield arc_pair(name, number, [one for one in shown if one], *pair, "arc")


def _example(file: RecordFile, value: object, place: str) -> tuple[Grid, Grid] | None:
    example = file.part(ArcExample, value, place)
    if example is None:
        return None
    try:
        if example.output is None:
            raise GridError("the output is missing")
        return _grid(example.input), _grid(example.output)
    except GridError as error:
        file.leave_out("no grid of digits", f"{error} (expected grids of digits as input and output)")
        return None


def _grid(rows: list[Any]) -> Grid:
    if strange := next((row for row in rows if not isinstance(row, list)), None):
        raise GridError(f"row {ascii(strange)[:40]} is no list")
    return checked(rows)


def _solutions(challenges: Path) -> dict[str, list[list[Any]]]:
    beside = _beside(challenges)
    if not _stem(challenges).endswith(CHALLENGES) or not beside.exists():
        return {}
    found = next(iter(RecordFile(beside).values()), None)
    try:
        return _Solutions.model_validate(found).root
    except ValidationError as error:
        raise SourceError(f"{beside} holds no lists of grids by task id, as the solutions of ARC tasks do") from error


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz")


def _beside(challenges: Path) -> Path:
    """The solutions of a file of challenges."""
    return _named(challenges, CHALLENGES, SOLUTIONS)


def _named(path: Path, end: str, other: str) -> Path:
    """The file beside, packed or not, whose name ends otherwise."""
    plain = path.with_name(_stem(path).removesuffix(end) + other)
    packed = plain.with_name(f"{plain.name}.gz")
    return packed if packed.exists() else plain
