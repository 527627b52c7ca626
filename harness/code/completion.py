"""The program in a completion: fenced, unfenced, or continuing a stub. Nothing is parsed, repaired or cut.

    read_program("```python\ndef f(x):\n    return x\n```", "f").code

Whether the program is valid is the sandbox's say alone: this only finds where it begins and ends. Fences are read as
CommonMark has them, with one addition: a fence inside a triple-quoted string closes nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

Missing = Literal["empty", "empty_block", "other_language", "no_code"]

_OPENING = re.compile(
    r"^(?P<indent>[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?)(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)$", re.MULTILINE
)
_FENCE_LINE = re.compile(r"^(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})[ \t]*\r?$", re.MULTILINE)
_SLACK = 3
"""A closing fence may stand so much further in than its opening one."""
_PYTHON = re.compile(r"(?:py|python)(?:[23](?:\.\d+)*)?", re.IGNORECASE)
_TOKEN = re.compile(
    r"#[^\n]*"
    r'|"""(?:\\.|[^\\])*?"""|' + r"'''(?:\\.|[^\\])*?'''"
    r'|(?P<open>"""|' + r"''')"
    r'|"(?:\\.|[^"\\\n])*"|' + r"'(?:\\.|[^'\\\n])*'",
    re.DOTALL,
)
_CODE_LINE = re.compile(
    r"^(?:async[ \t]+def|def|class|import|from)[ \t]+\w|^@\w|^\w+[ \t]*(?::[^=\n]+)?=", re.MULTILINE
)
_FUTURE = re.compile(r"^from[ \t]+__future__[ \t]+import\b.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: its language in lower case (empty where none is named) and the lines inside."""

    language: str
    content: str

    @property
    def python(self) -> bool:
        """Whether it may hold Python: it says so, or says nothing."""
        return not self.language or _PYTHON.fullmatch(self.language) is not None


@dataclass(frozen=True, slots=True)
class ReadProgram:
    """The program, or the reason why there is none; exactly one of the two is given."""

    code: str | None
    missing: Missing | None = None


def read_program(completion: str, entry_point: str, stub: str = "") -> ReadProgram:
    """Find the program in a completion.

    Args:
      completion: What the model wrote.
      entry_point: The function asked for. Of several blocks the last that defines it is the program.
      stub: Code that the completion may continue (HumanEval's prompt). A completion that defines the entry point
        itself gets the stub's imports and helpers in front instead.
    """
    if not completion.strip():
        return ReadProgram(None, "empty")
    found = blocks(completion)
    if not found:
        if not stub and not _CODE_LINE.search(completion):
            return ReadProgram(None, "no_code")
        return ReadProgram(continued(completion, entry_point, stub))
    candidates = [block for block in found if block.python]
    if not candidates:
        return ReadProgram(None, "other_language")
    filled = [block for block in candidates if block.content.strip()]
    if not filled:
        return ReadProgram(None, "empty_block")
    defining = [block for block in filled if defines(block.content, entry_point)]
    return ReadProgram(continued((defining or filled)[-1].content, entry_point, stub))


def blocks(text: str) -> list[Block]:
    """The fenced blocks in order; one that is never closed reaches to the end."""
    return list(_blocks(text))


def defines(code: str, name: str) -> bool:
    """Whether a line at the margin binds `name`: a function, a class, an assignment or an import."""
    return _definition(name).search(code) is not None


def context(stub: str, entry_point: str) -> str:
    """What stands in a stub before its entry point: imports and helpers."""
    definition = _definition(entry_point).search(stub)
    return stub[: definition.start()].strip("\n") if definition else ""


def fenced(code: str) -> str:
    """The code as one block that `read_program` gives back unchanged."""
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}python\n{code}{'' if code.endswith(chr(10)) else chr(10)}{fence}"


def _definition(name: str) -> re.Pattern[str]:
    word = re.escape(name)
    return re.compile(
        rf"^(?:async[ \t]+def|def|class)[ \t]+{word}\b|^{word}[ \t]*(?::[^=\n]+)?=(?!=)|^(?:from|import)\b.*\b{word}\b",
        re.MULTILINE,
    )


def _blocks(text: str) -> Iterator[Block]:
    fences = list(_FENCE_LINE.finditer(text))
    at = 0
    while opening := _OPENING.search(text, at):
        start = min(opening.end() + 1, len(text))
        ahead = islice(fences, bisect_left(fences, start, key=lambda fence: fence.start()), None)
        closing = _closing(text, start, (fence for fence in ahead if _closes(fence, opening)))
        end, at = (closing.start(), closing.end()) if closing else (len(text), len(text))
        yield Block(_language(opening["info"]), _dedent(text[start:end], len(opening["indent"])))


def _closes(fence: re.Match[str], opening: re.Match[str]) -> bool:
    """Whether this line may end the block: the same character, as many of them, and not too far in."""
    slack = len(opening["indent"].expandtabs(4)) + _SLACK
    return fence["fence"].startswith(opening["fence"]) and len(fence["indent"].expandtabs(4)) <= slack


def _closing(text: str, start: int, fences: Iterable[re.Match[str]]) -> re.Match[str] | None:
    """The fence that ends the block: the first that stands in no string, or the first of all where none does."""
    first = None
    at = start
    for fence in fences:
        first = first or fence
        while at <= fence.start():
            token = _TOKEN.search(text, at, fence.start())
            if token is None:
                return fence
            whole = _TOKEN.match(text, token.start()) if token["open"] else token
            if whole is None or whole["open"]:
                return first
            at = whole.end()
    return first


def _language(info: str) -> str:
    words = info.strip().strip("{}").lstrip(".").split()
    return words[0].rstrip(",;:").lower() if words else ""


def _dedent(content: str, width: int) -> str:
    """Each line without the indentation of its fence; what is less indented stays as it is at the margin."""
    return re.sub(rf"^[ \t]{{1,{width}}}", "", content, flags=re.MULTILINE) if width else content


def continued(code: str, entry_point: str, stub: str) -> str:
    """The whole program: the stub with the code behind it, or the code with the stub's imports and helpers in front."""
    if not stub:
        return code
    if not defines(code, entry_point):
        return f"{stub}{code}"
    before = context(stub, entry_point)
    if not before:
        return code
    futures = list(_FUTURE.finditer(code))
    split = futures[-1].end() if futures else 0
    return f"{code[:split]}\n{before}\n\n\n{code[split:]}".lstrip("\n")
