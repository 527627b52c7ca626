"""Cases without a specification, as QuixBugs has them: a program's name, its arguments, and what it gives.

    {"program": "bitcount", "args": [127], "expected": 7}      # records in any layout
    [[127], 7]                                                 # or lines of a file that is named after its program

The first call is shown, as MBPP's first assert is, so that the shape of the arguments is known; a record may bring a
`prompt`, and a `reference` for the gold control.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from glassbox.harness.data.readers.records import OfficialRecord, Text
from glassbox.harness.sandbox.case import Case
from glassbox.harness.sandbox.values import literal, show
from glassbox.tasks.code.task import OFFICIAL_LIMITS, CodeTask, lenient


class CallLine(OfficialRecord):
    """One call with what it gives: JSON, or both as Python literals in text."""

    program: Text
    args: Any
    expected: Any
    prompt: str | None = None
    reference: str | None = None

    def case(self) -> Case:
        """As EvalPlus would compare it."""
        if isinstance(self.args, str) and isinstance(self.expected, str):
            try:
                args, expected = literal(self.args), literal(self.expected)
            except ValueError:
                return lenient((self.args,), self.expected)
            return lenient(args if isinstance(args, tuple) else (args,), expected)
        return lenient(tuple(self.args) if isinstance(self.args, list) else (self.args,), self.expected)


def as_call(path: Path, value: object) -> object:
    """The record of a call, also where a line is `[args, expected]`; None where it is something else."""
    if isinstance(value, list) and len(value) == 2:
        return {"program": path.name.partition(".")[0], "args": value[0], "expected": value[1]}
    return value if isinstance(value, dict) and "program" in value else None


def called(suite: str, program: str, lines: Sequence[CallLine]) -> CodeTask:
    """The task of one program.

    Raises:
      ValueError: Its name is none that a function can have.
    """
    if not program.isidentifier():
        raise ValueError(f"program {program[:60]!r} cannot be the name of a function")
    cases = tuple(line.case() for line in lines)
    first = f"{program}({', '.join(map(show, cases[0].args))})"
    asked = next((line.prompt for line in lines if line.prompt), f"Write the Python function `{program}`.")
    return CodeTask(
        name=program,
        suite=suite,
        entry_point=program,
        prompt=f"{asked.strip()}\n\n`{first}` gives `{show(cases[0].expected)}`.",
        category="",
        complexity="",
        tags=(),
        cases=cases,
        reference=next((line.reference for line in lines if line.reference), None),
        wrong=(),
        limits=OFFICIAL_LIMITS,
    )
