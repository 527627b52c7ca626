"""The reader of code suites: our own, and others in our format or as QuixBugs has its cases.

    load_suite("phase3")                    # one of SUITES, as shipped
    read_suite(Path("mine.jsonl")).items    # the same format, or QuixBugs', anywhere

One task a line. Arguments and expected values are Python literals; `exact_types` (default true) and `may_mutate`
(default false) are the rules of judgement for all cases of a task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from glassbox.harness.data.readers.official import read_files
from glassbox.harness.data.readers.records import OfficialRecord, RecordFile
from glassbox.harness.data.readers.source import ReadData, SourceError
from glassbox.harness.sandbox.case import Case
from glassbox.harness.sandbox.values import literal
from glassbox.tasks.code.calls import CallLine, as_call, called
from glassbox.tasks.code.task import CodeTask

Category = Literal[
    "control_flow",
    "list_operations",
    "string_manipulation",
    "mathematical",
    "edge_cases",
    "type_operations",
    "data_structures",
]
Complexity = Literal["easy", "medium", "medium_hard", "hard"]
SuiteName = Literal["phase2", "phase3", "phase3_plus", "code_suite"]
CATEGORIES: tuple[str, ...] = get_args(Category)
COMPLEXITIES: tuple[str, ...] = get_args(Complexity)
SUITES: tuple[SuiteName, ...] = get_args(SuiteName)

_FOLDER = Path(__file__).parent / "suites"
_FILES: dict[SuiteName, str] = {
    "phase2": "phase3.jsonl",
    "phase3": "phase3.jsonl",
    "phase3_plus": "phase3_plus.jsonl",
    "code_suite": "code_suite_*.jsonl",
}
_PHASES: dict[SuiteName, tuple[str, ...]] = {"phase2": ("phase1", "phase2")}
_REPORTED = "reported_"
"""Fields of this prefix hold figures reported elsewhere; they are no part of a task."""


def load_suite(name: SuiteName) -> tuple[CodeTask, ...]:
    """The tasks of one of SUITES, as shipped, in order.

    Raises:
      SourceError: The suite is unknown, or its file is missing or malformed.
    """
    if name not in SUITES:
        raise SourceError(f"suite {name!r} is unknown; one of {', '.join(SUITES)}")
    files = sorted(_FOLDER.glob(_FILES[name]))
    if not files:
        raise SourceError(f"suite {name} is not shipped: {_FILES[name]} is absent from {_FOLDER}")
    read = [read_suite(file, name) for file in files]
    tasks = [task for each in read for task in each.items]
    lost = [place for each in read for places in each.places.values() for place in places]
    if lost or len({task.name for task in tasks}) < len(tasks):
        raise SourceError(f"suite {name} is damaged: {', '.join(lost) or 'two tasks have one name'}")
    phases = _PHASES.get(name)
    return tuple(task for task in tasks if phases is None or task.phase in phases)


def read_suite(path: Path, suite: str | None = None) -> ReadData[CodeTask]:
    """The tasks of a file, or of a folder of `.json` and `.jsonl` files, in our format or as QuixBugs has its cases.

    Args:
      path: Records in any layout, plain or packed.
      suite: What to call it; by default the name of the file.

    Raises:
      SourceError: Nothing in it is a task; one line says what was expected.
    """
    name = suite or path.name.partition(".")[0]
    reads = "code_cases reads records with name, prompt, entry_point and cases, or with program, args and expected"

    def read(file: RecordFile) -> Iterator[CodeTask]:
        calls: dict[str, list[CallLine]] = {}
        for value in file.values():
            given = as_call(file.path, value)
            if given is None:
                if (line := file.part(_TaskLine, value, file.place)) is not None:
                    yield from usable(file, line.name, partial(line.task, name))
            elif (call := file.part(CallLine, given, file.place)) is not None:
                calls.setdefault(call.program, []).append(call)
        for program, lines in calls.items():
            yield from usable(file, program, partial(called, name, program, lines))

    return read_tasks(path, reads, read, ("*.jsonl", "*.json"))


def read_tasks(
    path: Path, reads: str, read: Callable[[RecordFile], Iterator[CodeTask]], folder: Sequence[str] = ()
) -> ReadData[CodeTask]:
    """The tasks that `read` finds in a file; see `glassbox.harness.data.readers.official`."""
    return read_files(path, reads, folder, read, lambda task, file: task, exact=False)


def usable(file: RecordFile, name: str, make: Callable[[], CodeTask]) -> Iterator[CodeTask]:
    """The task that `make` gives; one that it refuses is left out of the file by its name."""
    try:
        yield make()
    except ValueError as error:
        file.place = f"task {name}"
        file.leave_out("unusable task", str(error))


Text = Annotated[str, StringConstraints(min_length=1)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class _CaseLine(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    args: Text
    expected: Text | None = None
    raises: Identifier | None = None
    tolerance: Annotated[float, Field(ge=0, allow_inf_nan=False, strict=False)] = 0.0
    hidden: bool = False

    def case(self, exact_types: bool, may_mutate: bool) -> Case:
        args = literal(self.args)
        if not isinstance(args, tuple):
            raise ValueError(f"args {self.args[:60]} is no tuple; write ({self.args[:60]},)")
        expected = None if self.expected is None else literal(self.expected)
        if self.raises is None and self.expected is None:
            raise ValueError(f"the case with args {self.args[:60]} needs 'expected' or 'raises'")
        if self.raises is not None and expected is not None:
            raise ValueError(f"the case with args {self.args[:60]} cannot both raise and return {self.expected}")
        return Case(args, expected, self.raises, self.tolerance, exact_types=exact_types, may_mutate=may_mutate)


class _TaskLine(OfficialRecord):
    model_config = ConfigDict(extra="forbid")

    name: Text
    phase: Text | None = None
    category: Category | None = None
    complexity: Complexity | None = None
    entry_point: Identifier
    prompt: Text
    cases: Annotated[list[_CaseLine], Field(min_length=1)]
    tags: tuple[Text, ...] = Field((), strict=False)
    reference: Text | None = None
    wrong: tuple[Text, ...] = Field((), strict=False)
    survivors: tuple[Text, ...] = Field((), strict=False)
    exact_types: bool = True
    may_mutate: bool = False

    @model_validator(mode="before")
    @classmethod
    def _without_reported(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if not str(name).startswith(_REPORTED)}

    def task(self, suite: str) -> CodeTask:
        return CodeTask(
            name=self.name,
            suite=suite,
            entry_point=self.entry_point,
            prompt=self.prompt,
            category=self.category or "",
            complexity=self.complexity or "",
            tags=self.tags,
            cases=tuple(case.case(self.exact_types, self.may_mutate) for case in self.cases),
            reference=self.reference,
            wrong=self.wrong,
            survivors=self.survivors,
            phase=self.phase,
            hidden=tuple(at for at, case in enumerate(self.cases) if case.hidden),
        )
