"""The program in a completion, found where `completion` would be too strict: the second of the two ways to read.

    read_tolerantly("Sure!\ndef f(x):\n    return x\nThis gives x back.", "f").code      # "def f(x):\n    return x\n"

A model that can write the function and cannot keep the format fails under the strict reading, and a technique that only
teaches the format gains there. Beside it this reading says what the code alone is worth: prose and cut-off examples
around it, a fence that is never closed, odd names of languages and stray tokens of a chat template cost nothing.

What the strict reading finds stands wherever it is a whole program. Otherwise the longest runs of lines that are
Python are tried, the best first: one that defines the function with a body. Nothing inside a function is ever mended.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

from glassbox.harness.code.completion import ReadProgram, blocks, continued, read_program
from glassbox.harness.code.program import Program, attempted, parsed

Reading = Literal["strict", "tolerant"]

_STRAY = re.compile(
    r"<[|\uff5c][^|\uff5c\n<>]{1,40}[|\uff5c]>|</?s>|<(?:end_of_turn|start_of_turn|eos|bos|pad|EOT|EOD)>"
    r"|\[/?(?:INST|PYTHON)\]|[\ufeff\u200b-\u200d\u2060]"
)
"""Tokens of chat templates, byte order marks and characters of no width: none of them is ever part of Python."""
_LANGUAGE_LINE = re.compile(r"\A\s*(?:python[23]?|py)[ \t]*\r?\n", re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]*(?:`{3,}|~{3,}).*$", re.MULTILINE)
_FIRST_LINE = re.compile(
    r"^(?:async[ \t]+def|def|class|import|from)[ \t]+\w|^@\w|^\w+[ \t]*(?::[^=\n]+)?=", re.MULTILINE
)
_MOST_STARTS = 40


def read_tolerantly(completion: str, entry_point: str, stub: str = "") -> ReadProgram:
    """Find the program in a completion; see `glassbox.harness.code.completion.read_program` for the arguments."""
    strict = read_program(completion, entry_point, stub)
    if strict.code is not None and (program := parsed(strict.code)) and program.solves(entry_point):
        return ReadProgram(program.without_examples(entry_point))
    clean = _STRAY.sub("", completion)
    for text in _places(clean):
        if found := _run(text, entry_point):
            return ReadProgram(continued(found.without_examples(entry_point), entry_point, stub))
    for text in _bodies(clean, stub):
        if (found := _longest(text)) and found.solves(entry_point):
            return ReadProgram(found.without_examples(entry_point))
    return strict


READERS: dict[Reading, Callable[[str, str, str], ReadProgram]] = {
    "strict": read_program,
    "tolerant": read_tolerantly,
}
"""The two ways to read, by the names that tasks take."""


def _places(completion: str) -> Iterator[str]:
    """Where a whole program may stand, the likeliest first: in a block, the last one first, or anywhere."""
    for block in reversed(blocks(completion)):
        yield _LANGUAGE_LINE.sub("", block.content)
    yield _FENCE.sub("", completion)


def _bodies(completion: str, stub: str) -> Iterator[str]:
    """The stub with what may be the rest of its function behind it."""
    if stub:
        for block in blocks(completion):
            yield f"{stub}{_LANGUAGE_LINE.sub('', block.content)}"
        yield f"{stub}{_FENCE.split(completion)[0]}"


def _run(text: str, entry_point: str) -> Program | None:
    """The run of lines with the earliest beginning that is Python and defines the function."""
    margin = _dedented(text)
    starts = [match.start() for match in _FIRST_LINE.finditer(margin)][:_MOST_STARTS]
    return next((run for start in starts if (run := _longest(margin[start:])) and run.solves(entry_point)), None)


def _longest(text: str) -> Program | None:
    """The longest beginning of the text, in whole statements at the margin, that is Python."""
    lines = text.splitlines(keepends=True)
    while lines:
        found = attempted("".join(lines))
        if isinstance(found, Program):
            return found
        lines = lines[: _statement_before(lines, found)]
    return None


def _statement_before(lines: list[str], line: int) -> int:
    """The index of the line at the margin at which a statement begins that reaches to `line`, counted from 1."""
    at = min(line, len(lines)) - 1
    while at > 0 and (not lines[at].strip() or lines[at][0] in " \t#)]}"):
        at -= 1
    return at


def _dedented(text: str) -> str:
    """The text with the indentation of its first definition taken off, where all of it was quoted further in."""
    first = re.search(r"^([ \t]*)(?:async[ \t]+def|def|class|import|from|@)\b", text, re.MULTILINE)
    return re.sub(rf"^{first[1]}", "", text, flags=re.MULTILINE) if first and first[1] else text
