"""Which names a test takes from the candidate: those it uses and that nobody else defines.

A candidate that defines `abs` or `sys` does not get to be the `abs` or `sys` of the test: builtins are the test's own,
and modules that it uses without an import (MBPP 596) come from the standard library.
"""

from __future__ import annotations

import ast
import builtins
import sys
from dataclasses import dataclass

from glassbox.harness.sandbox import parsing
from glassbox.harness.sandbox.errors import SandboxError

_BUILTINS = frozenset(dir(builtins)) | {"__name__", "__file__"}


@dataclass(frozen=True, slots=True)
class TestText:
    """A test as it will be run.

    Attributes:
      source: The test, with the call that it leaves to its runner.
      names: What it takes from the candidate.
      modules: What it takes from the standard library without an import.
    """

    source: str
    names: frozenset[str]
    modules: frozenset[str]


def prepared(test: str, prelude: str, entry_point: str | None) -> TestText:
    """The test, with the call of `check` that it leaves to its runner.

    Raises:
      SandboxError: The test or the prelude does not parse.
    """
    tree = _parsed(test, "test")
    source = test
    if _defines_check(tree):
        if entry_point is None:
            raise SandboxError("the test defines check(candidate), and no entry point is given to call it with")
        source = f"{test}\n\ncheck({entry_point})\n"
        tree = _parsed(source, "test")
    before = _parsed(prelude, "prelude")
    used = _used(tree)
    wanted = (used | _used(before)) - _BUILTINS - _defined(tree) - _defined(before)
    modules = (_used_as_modules(tree) & wanted) - {entry_point}
    wanted -= modules
    if entry_point is not None and entry_point in used:
        wanted.add(entry_point)
    elif not wanted:
        # The function under test has the name of a builtin (MBPP asks for `sum`): the one that an assert calls first.
        wanted.update(_called_first(tree))
    return TestText(source, frozenset(wanted), frozenset(modules))


def _parsed(source: str, what: str) -> ast.Module:
    try:
        return parsing.module(source)
    except (SyntaxError, ValueError) as error:
        raise SandboxError(f"the data set's {what} does not parse: {error}; it begins {source[:80]!r}") from error


def _used(tree: ast.Module) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def _used_as_modules(tree: ast.Module) -> set[str]:
    """Names of the standard library's modules of which nothing is used but attributes."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)]
    owners = {id(node.value): node.value.id for node in nodes if isinstance(node.value, ast.Name)}
    alone = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in owners}
    return (set(owners.values()) & sys.stdlib_module_names) - alone


def _defines_check(tree: ast.Module) -> bool:
    defined = any(isinstance(node, ast.FunctionDef) and node.name == "check" for node in tree.body)
    called = any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "check"
        for statement in tree.body
        if not isinstance(statement, ast.FunctionDef)
        for node in ast.walk(statement)
    )
    return defined and not called


def _defined(tree: ast.Module) -> set[str]:
    """Every name that the code binds anywhere: assignments, functions, classes, arguments, imports, handlers, cases."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.arg(arg=name):
                found.add(name)
            case ast.alias(name=name, asname=other):
                found.add((other or name).split(".")[0])
            case ast.ExceptHandler(name=str() as name):
                found.add(name)
            case ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name):
                found.add(name)
            case ast.MatchMapping(rest=str() as name):
                found.add(name)
    return found


def _called_first(tree: ast.Module) -> set[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name):
                    return {inner.func.id}
    return set()
