"""What a test may do to a value of the candidate's: each operation is done where the value is.

A value's class says which of Python's operators it has; the test's side gives what stands for the value the same ones.
"""

from __future__ import annotations

import operator
import types
from collections.abc import Callable
from typing import Any

_CHUNK = 256
"""Items that are pulled from an iterator at once; those that nobody asks for are lost with it."""

_BINARY = "add sub mul truediv floordiv mod pow matmul and_ or_ xor lshift rshift lt le gt ge eq".split()
_UNARY: dict[str, Callable[..., object]] = {
    "__neg__": operator.neg,
    "__pos__": operator.pos,
    "__abs__": abs,
    "__invert__": operator.invert,
}
_CONVERSIONS: dict[str, Callable[..., object]] = {
    "__int__": int,
    "__float__": float,
    "__complex__": complex,
    "__index__": operator.index,
}

ONE: dict[str, Callable[..., object]] = {**_UNARY, **_CONVERSIONS, "__round__": round, "__format__": format}
"""Operators of one value, by the method that gives it."""

TWO: dict[str, Callable[[Any, Any], object]] = {f"__{name.rstrip('_')}__": getattr(operator, name) for name in _BINARY}
"""Operators of two values; `__radd__` and its like are these with the values turned round."""

OTHERS = (
    "__call__ __iter__ __next__ __len__ __bool__ __getitem__ __setitem__ __delitem__ __contains__ __enter__ __exit__"
).split()

_REVERSED = frozenset(f"__r{name[2:]}" for name in TWO)
_KNOWN = frozenset(ONE) | frozenset(TWO) | _REVERSED | frozenset(OTHERS)

ITERATORS = {
    kind.__name__: kind
    for kind in (types.GeneratorType, map, filter, zip, enumerate, reversed, *map(type, (iter([]), iter(()), iter(""))))
}
"""Classes of the interpreter's own whose values stay where they are, by name; a test may ask for them."""


class Operations:
    """Does what is asked; an exception that comes after some items of an iterator waits until they are used up."""

    def __init__(self) -> None:
        self._waiting: dict[int, BaseException] = {}

    def done(self, operation: str, target: Any, name: str, args: tuple[Any, ...], named: dict[str, Any]) -> object:
        """What comes of an operation on a value."""
        match operation:
            case "call":
                return target(*args, **named)
            case "attribute":
                return getattr(target, name)
            case "assign":
                setattr(target, name, args[0])
            case "abilities":
                return _abilities(target)
            case "items":
                return list(target)
            case "take":
                return self._take(target)
            case "length":
                return len(target)
            case "truth":
                return bool(target)
            case "text":
                return str(target)
            case "repr":
                return repr(target)
            case "item":
                return target[args[0]]
            case "put":
                target[args[0]] = args[1]
            case "drop":
                del target[args[0]]
            case "enter":
                return type(target).__enter__(target)
            case "exit":
                return bool(type(target).__exit__(target, None, None, None))
            case "instance":
                return isinstance(target, args[0])
            case "one":
                return ONE[name](target, *args)
            case "two":
                return TWO[name](target, args[0])
            case "turned":
                return TWO[name](args[0], target)
            case _:
                return target
        return None

    def _take(self, target: Any) -> tuple[list[object], bool]:
        """The next items of an iterator, and whether they are the last."""
        if id(target) in self._waiting:
            raise self._waiting.pop(id(target))
        items: list[object] = []
        for _ in range(_CHUNK):
            try:
                items.append(next(target))
            except StopIteration:
                return items, True
            except BaseException as error:
                if not items:
                    raise
                self._waiting[id(target)] = error
                break
        return items, False


def _abilities(target: Any) -> tuple[str, list[str]]:
    """What the value is, where a test has to know it, and which of Python's operators its class has.

    An `exception` is a class of exceptions, whose name and whose nearest builtin base come in the place of operators;
    `generator` and its like are of ITERATORS.
    """
    kind = type(target)
    if issubclass(kind, type):
        if issubclass(target, BaseException):
            base = next(base for base in target.__mro__ if base.__module__ == "builtins")
            return "exception", [str(target.__name__), base.__name__]
        return "class", ["__call__"]
    found = {
        name for base in kind.__mro__ if base is not object for name, value in vars(base).items() if value is not None
    }
    name = kind.__name__
    return (name if ITERATORS.get(name) is kind else "object"), sorted(found & _KNOWN)
