"""The program in a sample, as any log may hold it: in score metadata, in the answer, or fenced in the completion.

code_of(log, sample)
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping

from inspect_ai.log import EvalSample

from glassbox.harness.audit.log import AuditedLog, headline_score, said_by
from glassbox.harness.code.completion import Block, blocks, read_program

ASKS = ("entry_point", "test", "tests", "test_list", "test_cases", "canonical_solution", "cases")
"""Data set fields that only a task which asks for programs has."""


def asks_for_code(sample: EvalSample) -> bool:
    """Whether the sample asks for a program, by its data or by what was written for it."""
    code = sample.metadata.get("code")
    fields = {**sample.metadata, **(code if isinstance(code, Mapping) else {})}
    return any(fields.get(name) for name in ASKS) or any(block.language == "python" for block in written(sample))


def written(sample: EvalSample) -> list[Block]:
    """Fenced blocks of the completion."""
    return blocks(sample.output.completion)


def code_of(log: AuditedLog, sample: EvalSample) -> str | None:
    """The program that was judged, or None where there is none."""
    for mapping in said_by(sample):
        if isinstance(code := mapping.get("code"), str) and code.strip():
            return code
    score = headline_score(log, sample)
    for text in (sample.output.completion, (score.answer or "") if score else ""):
        code = read_program(text, _entry_point(sample)).code
        if code is not None and code.strip():
            return code
    return None


def _entry_point(sample: EvalSample) -> str:
    code = sample.metadata.get("code")
    fields = {**sample.metadata, **(code if isinstance(code, Mapping) else {})}
    return str(fields.get("entry_point") or "_")


def is_python(code: str) -> bool:
    """Whether the text parses; nothing is run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
