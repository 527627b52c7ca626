"""HumanEval+ and MBPP+ in EvalPlus' format (arXiv:2305.01210): judged by what the canonical solution answers.

    read_humaneval_plus(Path("HumanEvalPlus.jsonl.gz")).items
    read_mbpp_plus(Path("MbppPlus.jsonl")).items

Compared as EvalPlus 0.3.1 does: by Python's ==, or values of one type within the task's `atol` (1e-6 for floats where
it gives none) and 1e-7 of the expected value, as `numpy.allclose` has it; arguments free to change. Where several
answers are right, an assert says which: HumanEval's `find_zero`, and MBPP's tasks in `glassbox.tasks.code.mbpp_types`,
which also gives MBPP+'s inputs the types that JSON lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from glassbox.harness.data.readers.records import OfficialRecord, RecordFile
from glassbox.harness.data.readers.source import ReadData
from glassbox.harness.sandbox.values import show
from glassbox.tasks.code.expected import Answer, answers
from glassbox.tasks.code.humaneval import Completion
from glassbox.tasks.code.mbpp_types import NOT_NONE, assertion, typed
from glassbox.tasks.code.suite import Identifier, read_tasks, usable
from glassbox.tasks.code.task import OFFICIAL_LIMITS, CodeTask, lenient

_ZEROS = "find_zero"
Inputs = Sequence[tuple[object, ...]]


class _Inputs(OfficialRecord):
    base_input: Annotated[list[list[Any]], Field(min_length=1, description="a list of arguments")]
    plus_input: Annotated[list[list[Any]] | dict[str, Any], Field(description="a list of arguments, or an empty one")]
    atol: Annotated[float, Field(ge=0, strict=False, description="a number")] = 0.0

    def inputs(self, plus: bool) -> list[list[Any]]:
        """Base, then plus; a task without plus inputs has an empty object there."""
        return [*self.base_input, *(self.plus_input if plus else ())]


class _HumanEval(Completion, _Inputs):
    def asked(self, plus: bool) -> Inputs:
        return [tuple(args) for args in self.inputs(plus)]

    def program(self) -> tuple[str, str]:
        """What gives the expected values: the canonical solution, or how far from zero its polynomial is."""
        if self.entry_point != _ZEROS:
            return self.reference, self.entry_point
        distance = f"def distance(xs):\n    return abs(poly(xs, {_ZEROS}(list(xs))))\n"
        return f"{self.reference}\n\n{distance}", "distance"

    def judged(self, inputs: Inputs, known: Sequence[Answer]) -> CodeTask:
        if self.entry_point != _ZEROS:
            return _by_cases(self.task, "humaneval_plus", inputs, known, self.atol)
        tests, left_out = [], []
        for args, answer in zip(inputs, known, strict=True):
            if isinstance(answer.value, float) and answer.value <= self.atol:
                xs = show(args[0])
                tests.append(f"assert abs(poly({xs}, {_ZEROS}({xs}))) <= {self.atol!r}")
            else:
                left_out.append(answer.failure or "its own solution gives no zero")
        return _told(self.task("humaneval_plus", (), _some(tests, left_out), self.prelude), left_out)


class _Mbpp(_Inputs):
    task_id: Annotated[str, Field(pattern=r"^Mbpp/[0-9]+$", description="a number behind Mbpp/")]
    prompt: str
    entry_point: Identifier
    canonical_solution: str

    def asked(self, plus: bool) -> Inputs:
        return [typed(int(self.task_id.partition("/")[2]), args) for args in self.inputs(plus)]

    def program(self) -> tuple[str, str]:
        """What gives the expected values: the canonical solution, or whether it gives anything."""
        if self.entry_point not in NOT_NONE:
            return self.canonical_solution, self.entry_point
        told = f"def gives(*args):\n    return {self.entry_point}(*args) is not None\n"
        return f"{self.canonical_solution}\n\n{told}", "gives"

    def judged(self, inputs: Inputs, known: Sequence[Answer]) -> CodeTask:
        assert_of = assertion(self.entry_point)
        if assert_of is None:
            return _by_cases(self.task, "mbpp_plus", inputs, known, self.atol)
        tests, left_out = [], []
        for args, answer in zip(inputs, known, strict=True):
            if answer.failure is None:
                tests.append(assert_of(tuple(map(show, args)), show(answer.value)))
            else:
                left_out.append(answer.failure)
        return _told(self.task("mbpp_plus", (), _some(tests, left_out)), left_out)

    def task(self, suite: str, cases: tuple[Any, ...] = (), tests: tuple[str, ...] = ()) -> CodeTask:
        """The task with how it is judged; the prompt is a docstring with the first assert."""
        return CodeTask(
            name=self.task_id,
            suite=suite,
            entry_point=self.entry_point,
            prompt=self.prompt.strip().strip('"').strip(),
            category="",
            complexity="",
            tags=(),
            cases=cases,
            reference=self.canonical_solution,
            wrong=(),
            tests=tests,
            limits=OFFICIAL_LIMITS,
        )


def read_humaneval_plus(path: Path, plus: bool = True, kept: Path | None = None) -> ReadData[CodeTask]:
    """The tasks of HumanEval+; the first reading runs the canonical solutions, later ones find their answers kept.

    An input is left out where the canonical solution has no answer that can be asked for: 71 of the 124,253 have one
    of more than 65,536 characters, and on 6 of `find_zero` its own search finds no zero with the sandbox's `pow`.

    Args:
      path: HumanEvalPlus.jsonl, plain or packed.
      plus: Use the plus inputs as well as the base inputs.
      kept: Where the answers are kept; by default in the user's cache folder.

    Raises:
      SourceError: Nothing in the file is such a task.
    """
    return _read(path, "humaneval_plus reads HumanEvalPlus.jsonl, plain or packed", _HumanEval, plus, kept)


def read_mbpp_plus(path: Path, plus: bool = True, kept: Path | None = None) -> ReadData[CodeTask]:
    """The tasks of MBPP+; see `read_humaneval_plus`.

    Raises:
      SourceError: Nothing in the file is such a task.
    """
    return _read(path, "mbpp_plus reads EvalPlus' MbppPlus.jsonl, plain or packed", _Mbpp, plus, kept)


def _read(
    path: Path, reads: str, form: type[_HumanEval] | type[_Mbpp], plus: bool, kept: Path | None
) -> ReadData[CodeTask]:
    def read(file: RecordFile) -> Iterator[CodeTask]:
        records = list(file.records(form))
        asked = [record.asked(plus) for record in records]
        known = answers([(*record.program(), inputs) for record, inputs in zip(records, asked, strict=True)], kept)
        for record, inputs, found in zip(records, asked, known, strict=True):
            yield from usable(file, record.task_id, partial(record.judged, inputs, found))

    return read_tasks(path, reads, read)


def _by_cases(
    task: Callable[..., CodeTask], suite: str, inputs: Inputs, known: Sequence[Answer], atol: float
) -> CodeTask:
    asked = list(zip(inputs, known, strict=True))
    left_out = [answer.failure for _, answer in asked if answer.failure is not None]
    cases = [lenient(args, answer.value, atol) for args, answer in asked if answer.failure is None]
    return _told(task(suite, _some(cases, left_out)), left_out)


def _some(judged: Sequence[Any], left_out: Sequence[str]) -> tuple[Any, ...]:
    if not judged:
        raise ValueError(f"its own solution answers nothing: {left_out[0]}")
    return tuple(judged)


def _told(task: CodeTask, left_out: Sequence[str]) -> CodeTask:
    return replace(task, left_out=tuple(left_out))
