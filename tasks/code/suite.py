"""What a code task is, and the reader of our own suites.

    load_suite("phase3")              # one of SUITES, as shipped
    read_suite(Path("mine.jsonl"))    # the same format, anywhere

One task a line. Arguments and expected values are Python literals; `exact_types` (default true) and `may_mutate`
(default false) are the rules of judgement for all cases of a task.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from glassbox.harness.code.question import FLAGS
from glassbox.harness.sandbox.case import Case
from glassbox.harness.sandbox.limits import MIB, Limits
from glassbox.harness.sandbox.values import literal
from glassbox.tasks.code.lines import Line, SuiteError, json_lines

__all__ = ["CATEGORIES", "COMPLEXITIES", "FLAGS", "SUITES", "CodeTask", "SuiteError", "load_suite", "read_suite"]

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

OWN_LIMITS = Limits()
OFFICIAL_LIMITS = Limits(fuel=100_000_000_000, result_bytes=16 * MIB)
"""Fuel for about the 3 s that official harnesses give: WebAssembly takes some four times as long as native CPython."""

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


@dataclass(frozen=True, slots=True)
class CodeTask:
    """A specification in words, and how a program for it is judged: by cases, or by test code, never by both.

    Attributes:
      name: Unique within the suite; the sample's id.
      suite: The suite it belongs to.
      entry_point: The function that a program must define.
      prompt: What the model is shown.
      category: One of CATEGORIES for our own suites; empty where a source has none.
      complexity: The same for COMPLEXITIES.
      tags: Free labels, FLAGS among them.
      cases: Calls with what is expected of them.
      reference: A program that is right, or None.
      wrong: Programs known to be wrong, each of which the cases must catch.
      survivors: Programs known to be wrong that the cases let through, kept to show what a suite is worth.
      phase: Phase of the origin's study in which the task was added, or None.
      tests: Test code, each text a test of its own that calls the program by name.
      prelude: Trusted code of the data set that the tests need; the program never sees it.
      stub: Code that a completion may continue, as in HumanEval; imports and helpers in it belong to the program too.
      hidden: Positions of the cases that the origin's suite does not have.
      limits: What one call may use.
      left_out: For each case of the source that is not asked here, the reason.
    """

    name: str
    suite: str
    entry_point: str
    prompt: str
    category: str
    complexity: str
    tags: tuple[str, ...]
    cases: tuple[Case, ...]
    reference: str | None
    wrong: tuple[str, ...]
    survivors: tuple[str, ...] = ()
    phase: str | None = None
    tests: tuple[str, ...] = ()
    prelude: str = ""
    stub: str = ""
    hidden: tuple[int, ...] = ()
    limits: Limits = OWN_LIMITS
    left_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.cases) == bool(self.tests):
            raise ValueError(f"task {self.name} needs cases or tests, one of the two")

    @property
    def flagged(self) -> bool:
        """Whether it carries one of FLAGS."""
        return any(flag in self.tags for flag in FLAGS)


def load_suite(name: SuiteName) -> tuple[CodeTask, ...]:
    """The tasks of one of SUITES, as shipped, in order.

    Raises:
      SuiteError: The suite is unknown, or its file is missing or malformed.
    """
    if name not in SUITES:
        raise SuiteError(f"suite {name!r} is unknown; one of {', '.join(SUITES)}")
    files = sorted(_FOLDER.glob(_FILES[name]))
    if not files:
        raise SuiteError(f"suite {name} is not shipped: {_FILES[name]} is absent from {_FOLDER}")
    tasks = [task for file in files for task in read_suite(file, name)]
    _refuse_duplicates([task.name for task in tasks], _FILES[name])
    phases = _PHASES.get(name)
    return tuple(task for task in tasks if phases is None or task.phase in phases)


def read_suite(path: Path, suite: str | None = None) -> tuple[CodeTask, ...]:
    """The tasks of a file in our format.

    Args:
      path: JSON Lines, plain or gzipped.
      suite: What to call it; by default the name of the file.

    Raises:
      SuiteError: One line that names the file, the line and the field.
    """
    tasks = []
    for number, line in json_lines(path, _TaskLine):
        try:
            tasks.append(line.task(suite or path.name.partition(".")[0]))
        except ValueError as error:
            raise SuiteError(f"{path.name} line {number}: task {line.name}: {error}") from error
    _refuse_duplicates([task.name for task in tasks], path.name)
    return tuple(tasks)


Text = Annotated[str, StringConstraints(min_length=1)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class _CaseLine(Line):
    model_config = ConfigDict(extra="forbid")

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
        return Case(args, expected, self.raises, self.tolerance, exact_types, may_mutate)


class _TaskLine(Line):
    model_config = ConfigDict(extra="forbid")

    name: Text
    phase: Text | None = None
    category: Category
    complexity: Complexity
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
            category=self.category,
            complexity=self.complexity,
            tags=self.tags,
            cases=tuple(case.case(self.exact_types, self.may_mutate) for case in self.cases),
            reference=self.reference,
            wrong=self.wrong,
            survivors=self.survivors,
            phase=self.phase,
            hidden=tuple(at for at, case in enumerate(self.cases) if case.hidden),
        )


def _refuse_duplicates(names: list[str], file: str) -> None:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise SuiteError(f"{file}: task {repeated[0]} stands there twice; names are ids and must differ")
