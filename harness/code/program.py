"""A program as its statements: does it define a function, and what of it does that function need?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from glassbox.harness.sandbox import parsing

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_DATA = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.JoinedStr)


@dataclass(frozen=True, slots=True)
class Program:
    """Source that parses, and its tree."""

    source: str
    tree: ast.Module

    def solves(self, name: str) -> bool:
        """Whether it defines `name` at its margin, and by more than a stub: an import or an empty body is none."""
        return any(_defines(statement, name) for statement in self.tree.body)

    def without_examples(self, name: str) -> str:
        """The source without the statements that only try `name` out, which may fail where the function is right.

        Imports stay, and what defines or changes anything that the function uses; comments between statements go with
        the statement before them. A program of definitions alone stays as it is.
        """
        if all(isinstance(statement, (*_DEFINITIONS, *_IMPORTS)) for statement in self.tree.body):
            return self.source
        needed = self._needed(name)
        kept = [statement for statement in self.tree.body if _stays(statement, needed, name)]
        if len(kept) == len(self.tree.body):
            return self.source
        lines = self.source.splitlines()
        return (
            "\n".join(line for statement in kept for line in lines[_first_line(statement) - 1 : statement.end_lineno])
            + "\n"
        )

    def _needed(self, name: str) -> set[str]:
        """The names that `name` uses, and that these use."""
        uses: dict[str, set[str]] = {}
        for statement in self.tree.body:
            for bound in _bound(statement):
                uses.setdefault(bound, set()).update(_names(statement))
        needed, waiting = {name}, [name]
        while waiting:
            for used in uses.get(waiting.pop(), set()) - needed:
                needed.add(used)
                waiting.append(used)
        return needed


def parsed(source: str) -> Program | None:
    """The program, or None where it is not Python."""
    found = attempted(source)
    return found if isinstance(found, Program) else None


def attempted(source: str) -> Program | int:
    """The program, or the line, counted from 1, at which it stops being Python; the last one where nobody can say."""
    try:
        return Program(source, parsing.module(source))
    except SyntaxError as error:
        return error.lineno or source.count("\n") + 1
    except (ValueError, RecursionError, MemoryError):
        return source.count("\n") + 1


def _defines(statement: ast.stmt, name: str) -> bool:
    match statement:
        case ast.FunctionDef(name=found, body=body) | ast.AsyncFunctionDef(name=found, body=body):
            return found == name and not all(map(_is_empty, body))
        case ast.ClassDef(name=found):
            return found == name
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            return name in _bound(statement) and not isinstance(value, _DATA)
    return False


def _is_empty(statement: ast.stmt) -> bool:
    """Whether a statement of a body is one of a stub: a docstring, `...`, `pass`, `raise NotImplementedError`."""
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Raise(exc=ast.Name(id="NotImplementedError") | ast.Call(func=ast.Name(id="NotImplementedError"))):
            return True
    return False


def _stays(statement: ast.stmt, needed: set[str], name: str) -> bool:
    """Whether a statement at the margin is part of the program, and no example of its use."""
    match statement:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.Assert():
            return False
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return False
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name()))):
            return True  # sys.setrecursionlimit(...), table.append(...)
    if needed & set(_bound(statement)):
        return True
    simple = isinstance(statement, (*_DEFINITIONS, ast.Assign, ast.AnnAssign, ast.AugAssign))
    return not simple and bool((_names(statement) & needed) - {name, "print"})


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement at the margin binds, or whose value it changes by an item or attribute."""
    if isinstance(statement, _DEFINITIONS):
        yield statement.name
        return
    for node in ast.walk(statement):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                yield name
            case ast.Attribute(value=ast.Name(id=name), ctx=ast.Store()):
                yield name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


def _names(statement: ast.stmt) -> set[str]:
    """The names that a statement takes from outside itself: a function's own variables are its own."""
    nodes = list(ast.walk(statement))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) or any(
        isinstance(node, ast.Global) for node in nodes
    ):
        return names
    own = {node.arg for node in nodes if isinstance(node, ast.arg)}
    return names - own - {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _first_line(statement: ast.stmt) -> int:
    """With its decorators."""
    decorators = statement.decorator_list if isinstance(statement, _DEFINITIONS) else []
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])
