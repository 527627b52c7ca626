"""Exceptions as plain data."""

from __future__ import annotations

from types import TracebackType

CANDIDATE = "<candidate>"
"""File name of the candidate's code."""

_LONGEST_MESSAGE = 2_000
_MOST_FRAMES = 12


def fault(error: BaseException, filename: str = CANDIDATE) -> tuple[object, ...]:
    """Names of the class and its bases, the message, the lines of `filename` it passed, a module or errno it names."""
    names = [_text(kind.__name__, 100) for kind in type(error).__mro__ if kind is not object]
    module = error.name if isinstance(error, ImportError) and type(error.name) is str else None
    errno = error.errno if isinstance(error, OSError) and type(error.errno) is int else None
    return names, _message(error), _frames(error.__traceback__, filename), module, errno


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
