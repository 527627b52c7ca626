"""One parse at a time: CPython 3.11 counts the depth of a tree per interpreter, not per thread (python/cpython#106905).

Were two threads to parse at once, an ordinary source could fail because another thread is deep in a strange one.
"""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_one_at_a_time = threading.Lock()


def module(source: str) -> ast.Module:
    """The tree of a program.

    Raises:
      SyntaxError, ValueError: It is not Python.
      RecursionError, MemoryError: It is nested too deeply.
    """
    return _alone(lambda: ast.parse(source))


def expression(text: str) -> ast.expr:
    """The tree of an expression; it raises what `module` does."""
    tree = _alone(lambda: compile(text, "<text>", "eval", ast.PyCF_ONLY_AST))
    if not isinstance(tree, ast.Expression):
        raise TypeError(f"{text[:80]!r} is no expression")
    return tree.body


def _alone(parse: Callable[[], T]) -> T:
    with _one_at_a_time:
        try:
            return parse()
        except SystemError as error:
            raise RecursionError(f"the source cannot be made into a tree: {error}") from error
