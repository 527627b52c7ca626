"""HumanEval and HumanEval+ in their official formats (Chen et al. 2021, arXiv:2107.03374; EvalPlus, arXiv:2305.01210).

    read_humaneval(Path("HumanEval.jsonl.gz"))
    read_humaneval_plus(Path("HumanEvalPlus.jsonl.gz"))

HumanEval is judged by its own `check(candidate)`. HumanEval+ is judged by what the canonical solution answers to its
base and plus inputs, compared as EvalPlus does: by Python's ==, floats within the task's `atol` (1e-6 where it gives
none), arguments free to change. `find_zero` has many right answers: there the polynomial must be zero, within `atol`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from glassbox.harness.code.completion import context
from glassbox.harness.sandbox.case import Case
from glassbox.harness.sandbox.values import show
from glassbox.tasks.code.expected import Answer, answers
from glassbox.tasks.code.lines import Line, SuiteError, json_lines
from glassbox.tasks.code.suite import OFFICIAL_LIMITS, CodeTask, Identifier

FLOATS_WITHIN = 1e-6
"""What EvalPlus allows floats where a task gives no `atol`."""
_ZEROS = "find_zero"


class _Record(Line):
    task_id: str
    prompt: str
    entry_point: Identifier
    canonical_solution: str
    test: str

    @property
    def reference(self) -> str:
        return self.prompt + self.canonical_solution


class _PlusRecord(_Record):
    base_input: Annotated[list[list[Any]], Field(min_length=1)]
    plus_input: list[list[Any]] | dict[str, Any]
    atol: Annotated[float, Field(ge=0, strict=False)] = 0.0

    @property
    def inputs(self) -> list[tuple[object, ...]]:
        """Base, then plus; a task without plus inputs has an empty object there."""
        return [tuple(args) for args in (*self.base_input, *self.plus_input)]


def read_humaneval(path: Path) -> tuple[CodeTask, ...]:
    """The tasks of HumanEval, each judged by its one `check`.

    Raises:
      SuiteError: The file is missing or malformed.
    """
    return tuple(
        _task(record, "humaneval", tests=(f"{record.test}\n\ncheck({record.entry_point})\n",), prelude=_prelude(record))
        for _, record in json_lines(path, _Record)
    )


def read_humaneval_plus(path: Path, plus: bool = True, kept: Path | None = None) -> tuple[CodeTask, ...]:
    """The tasks of HumanEval+; the first reading runs the canonical solutions, later ones find their answers kept.

    An input is left out where the canonical solution has no answer that can be asked for: 71 of the 124,253 have one
    of more than 65,536 characters, and on 6 of `find_zero` its own search finds no zero with the sandbox's `pow`.

    Args:
      path: HumanEvalPlus.jsonl, plain or gzipped.
      plus: Use the plus inputs as well as the base inputs.
      kept: Where the answers are kept; by default in the user's cache folder.

    Raises:
      SuiteError: The file is missing or malformed, or a canonical solution answers nothing.
    """
    records = [record for _, record in json_lines(path, _PlusRecord)]
    asked = [record.inputs if plus else record.inputs[: len(record.base_input)] for record in records]
    known = answers([(*_program(record), inputs) for record, inputs in zip(records, asked, strict=True)], kept)
    return tuple(_plus_task(*each) for each in zip(records, asked, known, strict=True))


def _program(record: _PlusRecord) -> tuple[str, str]:
    """What gives the expected values: the canonical solution, or how far from zero its polynomial is."""
    if record.entry_point != _ZEROS:
        return record.reference, record.entry_point
    distance = f"def distance(xs):\n    return abs(poly(xs, {_ZEROS}(list(xs))))\n"
    return f"{record.reference}\n\n{distance}", "distance"


def _plus_task(record: _PlusRecord, inputs: Sequence[tuple[object, ...]], known: Sequence[Answer]) -> CodeTask:
    zeros = record.entry_point == _ZEROS
    cases, tests, left_out = [], [], []
    for args, answer in zip(inputs, known, strict=True):
        if answer.failure is not None:
            left_out.append(answer.failure)
        elif not zeros:
            cases.append(_case(args, answer.value, record.atol))
        elif isinstance(answer.value, float) and answer.value <= record.atol:
            xs = show(args[0])
            tests.append(f"assert abs(poly({xs}, {_ZEROS}({xs}))) <= {record.atol!r}")
        else:
            left_out.append("its own solution gives no zero")
    if not cases and not tests:
        raise SuiteError(f"{record.task_id}: its own solution answers nothing: {left_out[0]}")
    made = _task(record, "humaneval_plus", tuple(cases), tuple(tests), _prelude(record) if zeros else "")
    return replace(made, left_out=tuple(left_out))


def _case(args: tuple[object, ...], expected: object, atol: float) -> Case:
    tolerance = atol or (FLOATS_WITHIN if _holds_floats(expected) else 0.0)
    return Case(args, expected, tolerance=tolerance, exact_types=False, may_mutate=True)


def _task(
    record: _Record, suite: str, cases: tuple[Case, ...] = (), tests: tuple[str, ...] = (), prelude: str = ""
) -> CodeTask:
    return CodeTask(
        name=record.task_id,
        suite=suite,
        entry_point=record.entry_point,
        prompt=record.prompt,
        category="",
        complexity="",
        tags=(),
        cases=cases,
        reference=record.reference,
        wrong=(),
        tests=tests,
        prelude=prelude,
        stub=record.prompt,
        limits=OFFICIAL_LIMITS,
    )


def _prelude(record: _Record) -> str:
    """Imports and helpers of the prompt, which some checks call."""
    return context(record.prompt, record.entry_point)


def _holds_floats(value: object) -> bool:
    """As EvalPlus has it: a float, or a list or tuple of nothing but floats."""
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(item, float) for item in value)
    return isinstance(value, float)
