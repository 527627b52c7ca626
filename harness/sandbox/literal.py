"""Plain data as Python text: `literal` reads it without evaluating anything, `show` writes it."""

from __future__ import annotations

import ast
import math

from glassbox.harness.sandbox import parsing
from glassbox.harness.sandbox.codec import Derived, Opaque
from glassbox.harness.sandbox.standard import taken

_NAMES = {"nan": math.nan, "inf": math.inf}
_LONGEST_DECIMAL = 10**4000
"""CPython refuses to write longer ones in decimal."""


def literal(text: str) -> object:
    """The value of a Python literal, with `nan`, `inf`, `set()`, `frozenset({..})` and `complex(re, im)` beside it.

    Raises:
      ValueError: It is not one.
    """
    try:
        return _value(parsing.expression(text.strip()))
    except (SyntaxError, TypeError, RecursionError) as error:
        raise ValueError(f"{text[:80]!r} is not a literal of plain data: {error}") from error


def _value(node: ast.expr) -> object:
    match node:
        case ast.Constant(value=value) if value is not ...:
            return value
        case ast.Name(id=name) if name in _NAMES:
            return _NAMES[name]
        case ast.List(elts=items):
            return [_value(item) for item in items]
        case ast.Tuple(elts=items):
            return tuple([_value(item) for item in items])
        case ast.Set(elts=items):
            return {_value(item) for item in items}
        case ast.Dict(keys=keys, values=values):
            return {_value(_present(key)): _value(item) for key, item in zip(keys, values, strict=True)}
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            number = _number(operand)
            return -number if isinstance(sign, ast.USub) else +number
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as sign, right=ast.Constant(value=complex() as imaginary)):
            return _number(left) + (imaginary if isinstance(sign, ast.Add) else -imaginary)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            return _call(name, args)
    raise ValueError(f"{ast.unparse(node)[:80]!r} is not a literal of plain data")


def _call(name: str, args: list[ast.expr]) -> object:
    values = [_value(arg) for arg in args]
    match name, values:
        case "set", []:
            return set[object]()
        case "frozenset", []:
            return frozenset[object]()
        case "frozenset", [set() | list() | tuple() as items]:
            return frozenset(items)
        case "complex", [int() | float() as real, int() | float() as imaginary]:
            return complex(real, imaginary)
    raise ValueError(f"call of {name!r} is not a literal; use set(), frozenset({{..}}) or complex(re, im)")


def _present(key: ast.expr | None) -> ast.expr:
    if key is None:
        raise ValueError("** in a dict is not a literal; write its keys out")
    return key


def _number(node: ast.expr) -> int | float | complex:
    value = _value(node)
    if isinstance(value, int | float | complex) and not isinstance(value, bool):
        return value
    raise ValueError(f"a sign stands before {value!r}, which is no number")


def show(value: object) -> str:
    """The text that `literal` reads as `value`; sets in a fixed order, so that equal values have equal texts.

    What is not plain data is shown for people: `<Pair>`, `Counter({'a': 1})`.
    """
    if isinstance(value, list):
        return f"[{', '.join([show(item) for item in value])}]"
    if isinstance(value, tuple):
        return f"({', '.join([show(item) for item in value])}{',' * (len(value) == 1)})"
    if isinstance(value, dict):
        return f"{{{', '.join([f'{show(key)}: {show(item)}' for key, item in value.items()])}}}"
    if isinstance(value, set | frozenset):
        return _show_set(value)
    if isinstance(value, Derived):
        return f"{_class(value.type_name)}({show(value.value)})"
    if isinstance(value, Opaque):
        return f"<{_class(value.type_name)}>"
    if (known := taken(value)) is not None:
        return f"{known[0]}({show(known[1])})"
    if isinstance(value, complex):
        return f"complex({value.real!r}, {value.imag!r})"
    if isinstance(value, int) and abs(value) >= _LONGEST_DECIMAL:
        return hex(value)
    return repr(value)


def _class(name: str) -> str:
    """The name of a class as its owner gives it, who may give anything."""
    return name if name.isidentifier() else repr(name)


def _show_set(value: set[object] | frozenset[object]) -> str:
    items = ", ".join(sorted([show(item) for item in value]))
    if isinstance(value, set):
        return f"{{{items}}}" if items else "set()"
    return f"frozenset({{{items}}})" if items else "frozenset()"
