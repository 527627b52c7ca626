"""MBPP in its official format (Austin et al. 2021, arXiv:2108.07732): a sentence, and three asserts as the judge.

    read_mbpp(Path("mbpp.jsonl"), split="test").items

The paper shows a model all three asserts. Here the first alone is shown, so that the function's name and the shape of
its arguments are known and the others stay hidden; `show_test=False` shows the name alone.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field

from glassbox.harness.data.readers.records import OfficialRecord, RecordFile
from glassbox.harness.data.readers.source import ReadData, SourceError
from glassbox.tasks.code.suite import read_tasks, usable
from glassbox.tasks.code.task import OFFICIAL_LIMITS, CodeTask

Split = Literal["all", "prompt", "test", "validation", "train"]
SUITE = "mbpp"
_SPLITS: dict[Split, range] = {
    "all": range(1, 975),
    "prompt": range(1, 11),
    "test": range(11, 511),
    "validation": range(511, 601),
    "train": range(601, 975),
}
"""By task_id, as the paper gives them."""


Setup = Annotated[str, BeforeValidator(lambda setup: "\n".join(setup) if isinstance(setup, list) else setup)]


class _Record(OfficialRecord):
    """The published form, and that of the part that the authors checked by hand (`prompt`, `test_imports`)."""

    task_id: int
    text: str = Field(validation_alias=AliasChoices("text", "prompt"), description="text")
    code: str
    test_list: Annotated[list[str], Field(min_length=1, description="a list of asserts")]
    test_setup_code: Annotated[
        str, BeforeValidator(lambda setup: "\n".join(setup) if isinstance(setup, list) else setup)
    ] = Field(default="", validation_alias=AliasChoices("test_setup_code", "test_imports"), description="code")


def read_mbpp(path: Path, split: Split = "test", show_test: bool = True) -> ReadData[CodeTask]:
    """The tasks of a split, in the order of the file.

    Args:
      path: mbpp.jsonl or sanitized-mbpp.json, plain or packed.
      split: One of the paper's; `all` for every task.
      show_test: Show the model the first assert; otherwise only the function's name.

    Raises:
      SourceError: Nothing in the file is a task of it, or the split is unknown.
    """
    if split not in _SPLITS:
        raise SourceError(f"mbpp has no split {split!r}; one of {', '.join(_SPLITS)}")

    def read(file: RecordFile) -> Iterator[CodeTask]:
        others = 0
        for record in file.records(_Record):
            if record.task_id in _SPLITS[split]:
                yield from usable(file, str(record.task_id), partial(_task, record, show_test))
            else:
                others += 1
        if others:
            file.note(f"no task of the split {split}, but {others:,} of others")

    return read_tasks(path, "mbpp reads mbpp.jsonl or sanitized-mbpp.json, plain or packed", read)


def _task(record: _Record, show_test: bool) -> CodeTask:
    entry_point = _entry_point(record)
    code, tests = record.code.replace("\r\n", "\n"), tuple(test.replace("\r\n", "\n") for test in record.test_list)
    setup = record.test_setup_code.replace("\r\n", "\n")
    hint = f"Your code should pass this test:\n\n{tests[0]}" if show_test else f"Name the function `{entry_point}`."
    return CodeTask(
        name=f"mbpp/{record.task_id}",
        suite=SUITE,
        entry_point=entry_point,
        prompt=f"{record.text.strip()}\n\n{hint}",
        category="",
        complexity="",
        tags=(),
        cases=(),
        reference=code,
        wrong=(),
        tests=tuple(f"{setup}\n{test}".lstrip("\n") for test in tests),
        limits=OFFICIAL_LIMITS,
    )


def _entry_point(record: _Record) -> str:
    """The function that the first assert calls and the reference code defines."""
    try:
        with warnings.catch_warnings(action="ignore"):  # many a regular expression is no raw string
            code, test = ast.parse(record.code), ast.parse(record.test_list[0])
    except SyntaxError as error:
        raise ValueError(f"its code or test is not Python: {error.msg}") from error
    defined = {node.name for node in code.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    calls = [node for node in ast.walk(test) if isinstance(node, ast.Call)]
    found = [call.func.id for call in calls if isinstance(call.func, ast.Name) and call.func.id in defined]
    if not found:
        raise ValueError("its first test calls nothing that its code defines")
    return found[0]
