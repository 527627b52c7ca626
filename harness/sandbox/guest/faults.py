"""Exceptions as plain data."""

from __future__ import annotations

import builtins
from types import TracebackType

CANDIDATE = "<candidate>"
"""File name of the candidate's code."""

_BUILTIN = {
    name: kind for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)
}
_bases = type.__dict__["__mro__"].__get__
_name = type.__dict__["__name__"].__get__
"""Neither can be overridden by a metaclass."""
_args_of = BaseException.__dict__["args"].__get__

_LONGEST_NAME = 100
_LONGEST_MESSAGE = 1 << 16
_MOST_ARGS = 8
_PLAIN = (type(None), bool, int, float, str, bytes)
_MOST_FRAMES = 12


def fault(error: BaseException, filename: str = CANDIDATE) -> tuple[object, ...]:
    """Names of the class and its bases, the message, the lines of `filename` it passed, a module or errno it names, and
    its arguments where they are plain.
    """
    names = [_class_name(kind) for kind in _bases(type(error)) if kind is not object]
    module = error.name if isinstance(error, ImportError) and type(error.name) is str else None
    errno = error.errno if isinstance(error, OSError) and type(error.errno) is int else None
    return names, _message(error), _frames(error.__traceback__, filename), module, errno, _args(error)


def _args(error: BaseException) -> tuple[object, ...]:
    """Empty where one of them is not plain, or is long."""
    args = _args_of(error)
    plain = all(
        type(arg) in _PLAIN and not (isinstance(arg, str | bytes) and len(arg) > _LONGEST_MESSAGE) for arg in args
    )
    return args if plain and len(args) <= _MOST_ARGS else ()


def _class_name(kind: type) -> str:
    """A builtin exception by its name, and another class of that name by a longer one."""
    name = _text(_name(kind), _LONGEST_NAME)
    return name if _BUILTIN.get(name, kind) is kind else f"candidate.{name}"


def _message(error: BaseException) -> str:
    try:
        return _text(str(error), _LONGEST_MESSAGE)
    except BaseException:  # the candidate's own __str__ may raise anything
        return "(its message could not be read)"


def _text(value: object, longest: int) -> str:
    return str.__str__(value)[:longest] if isinstance(value, str) else "?"


def _frames(traceback: TracebackType | None, filename: str) -> list[tuple[int, str]]:
    """Line and function of the innermost frames in the file, outermost first."""
    found: list[tuple[int, str]] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_filename == filename:
            found.append((traceback.tb_lineno or 0, code.co_name))
            del found[:-_MOST_FRAMES]
        traceback = traceback.tb_next
    return found
