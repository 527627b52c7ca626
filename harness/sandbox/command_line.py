"""Which command lines the inspect sandbox `wasm` runs: Python's, alone or as the one command of a shell's `-c`.

    parsed(["python3", "-c", "print(1)"])                   # Invocation(Kind.TEXT, "print(1)", ("-c",))
    parsed(["bash", "--login", "-c", "python3 -"])          # what inspect's own `python` tool sends

There is no shell and no other program in the sandbox; what cannot run is answered with a line that says what can.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

WHAT_WORKS = "this sandbox runs Python alone: python or python3 with -c CODE, FILE, -m MODULE or - (program on stdin)"
NOT_FOUND = 127
MISUSED = 2

_PYTHONS = frozenset({"python", "python3"})
_SHELLS = frozenset({"bash", "sh"})
_FOLDERS = ("/bin/", "/usr/bin/", "/usr/local/bin/")
_WITHOUT_EFFECT = frozenset("-u -B -E -I -O -OO -P -q -s -S -v".split())
_SHELL_OPTIONS = frozenset({"--login", "-l", "-e", "-u"})


class Kind(Enum):
    """Where the program stands."""

    TEXT = auto()
    FILE = auto()
    INPUT = auto()
    MODULE = auto()
    VERSION = auto()


@dataclass(frozen=True, slots=True)
class Invocation:
    """A run of Python.

    Attributes:
      kind: Where the program stands.
      program: Its text, path or module; empty for INPUT and VERSION.
      argv: What it finds in `sys.argv`.
    """

    kind: Kind
    program: str
    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """A command line that does not run here, with the status and the line that a shell would give."""

    status: int
    message: str

    def __str__(self) -> str:
        return self.message


def parsed(command: Sequence[str]) -> Invocation:
    """The run of Python that a command line asks for.

    Raises:
      Refused: It asks for something else.
    """
    if not command:
        raise Refused(MISUSED, f"the command is empty; {WHAT_WORKS}")
    name, *arguments = command
    program = _bare(name)
    if program in _PYTHONS:
        return _python(arguments)
    if program in _SHELLS:
        return parsed(_shell_words(program, arguments))
    raise Refused(NOT_FOUND, f"{name}: command not found; {WHAT_WORKS}")


def _bare(name: str) -> str:
    for folder in _FOLDERS:
        if name.startswith(folder):
            return name[len(folder) :]
    return name


def _python(arguments: Sequence[str]) -> Invocation:
    rest = list(arguments)
    while rest and rest[0] in _WITHOUT_EFFECT:
        del rest[0]
    match rest:
        case [] | ["-", *_]:
            return Invocation(Kind.INPUT, "", ("-", *rest[1:]))
        case ["-V" | "--version", *_]:
            return Invocation(Kind.VERSION, "", ())
        case ["-c", text, *more]:
            return Invocation(Kind.TEXT, text, ("-c", *more))
        case ["-m", module, *more]:
            return Invocation(Kind.MODULE, module, ("-m", *more))
        case ["-c" | "-m" as option]:
            raise Refused(MISUSED, f"argument expected for the {option} option")
        case [option, *_] if option.startswith("-"):
            raise Refused(MISUSED, f"python: option {option} is unknown here; {WHAT_WORKS}")
    return Invocation(Kind.FILE, rest[0], tuple(rest))


def _shell_words(shell: str, arguments: Sequence[str]) -> list[str]:
    """The words of the one command given to a shell."""
    rest = list(arguments)
    while rest and rest[0] in _SHELL_OPTIONS:
        del rest[0]
    if len(rest) < 2 or rest[0] not in ("-c", "-lc"):
        raise Refused(NOT_FOUND, f"{shell}: there is no shell; {WHAT_WORKS}")
    lexer = shlex.shlex(rest[1], posix=True, punctuation_chars="|&;<>()\n")
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t", True, ""
    try:
        words = list(lexer)
    except ValueError as error:
        raise Refused(MISUSED, f"{shell}: {error}: {rest[1][:80]!r}") from error
    if not words or any(_is_syntax(word) for word in words) or _expands(rest[1]):
        raise Refused(NOT_FOUND, f"{shell}: only one plain command can be run, not {rest[1][:80]!r}; {WHAT_WORKS}")
    return words


def _is_syntax(word: str) -> bool:
    return bool(word) and set(word) <= set("|&;<>()\n")


def _expands(text: str) -> bool:
    """Whether a shell would put something else in the place of a part that is not in single quotes."""
    quoted = False
    for letter in text:
        if letter == "'":
            quoted = not quoted
        elif not quoted and letter in "$`":
            return True
    return False
