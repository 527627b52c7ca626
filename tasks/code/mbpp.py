"""MBPP in its official format (Austin et al. 2021, arXiv:2108.07732): a sentence, and three asserts as the judge.

    read_mbpp(Path("mbpp.jsonl"), split="test")

The paper shows a model all three asserts. Here the first alone is shown, so that the function's name and the shape of
its arguments are known and the others stay hidden; `show_test=False` shows the name alone.
"""

from __future__ import annotations

import ast
import warnings
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from glassbox.tasks.code.lines import Line, SuiteError, json_lines
from glassbox.tasks.code.suite import OFFICIAL_LIMITS, CodeTask

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


class _Record(Line):
    task_id: int
    text: str
    code: str
    test_list: Annotated[list[str], Field(min_length=1)]
    test_setup_code: str = ""


def read_mbpp(path: Path, split: Split = "test", show_test: bool = True) -> tuple[CodeTask, ...]:
    """The tasks of a split, in the order of the file.

    Args:
      path: mbpp.jsonl, plain or gzipped.
      split: One of the paper's; `all` for every task.
      show_test: Show the model the first assert; otherwise only the function's name.

    Raises:
      SuiteError: The file is missing or malformed, or the split is unknown or not in it.
    """
    if split not in _SPLITS:
        raise SuiteError(f"mbpp has no split {split!r}; one of {', '.join(_SPLITS)}")
    records = [(number, record) for number, record in json_lines(path, _Record) if record.task_id in _SPLITS[split]]
    if not records:
        raise SuiteError(f"{path.name} holds no task of the split {split}")
    return tuple(_task(record, show_test, f"{path.name} line {number}") for number, record in records)


def _task(record: _Record, show_test: bool, place: str) -> CodeTask:
    entry_point = _entry_point(record, place)
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


def _entry_point(record: _Record, place: str) -> str:
    """The function that the first assert calls and the reference code defines."""
    try:
        with warnings.catch_warnings(action="ignore"):  # many a regular expression is no raw string
            code, test = ast.parse(record.code), ast.parse(record.test_list[0])
    except SyntaxError as error:
        raise SuiteError(f"{place}: code or test of task {record.task_id} is not Python: {error.msg}") from error
    defined = {node.name for node in code.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    calls = [node for node in ast.walk(test) if isinstance(node, ast.Call)]
    found = [call.func.id for call in calls if isinstance(call.func, ast.Name) and call.func.id in defined]
    if not found:
        raise SuiteError(f"{place}: the first test of task {record.task_id} calls nothing that its code defines")
    return found[0]
