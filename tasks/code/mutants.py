"""Mutants of a reference solution: what a suite should be able to tell from it.

    for mutant in mutants("is_prime", reference):
        print(mutant.id, mutant.operator, mutant.change)

A mutant that compiles to what the reference or an earlier mutant compiles to is dropped. One that behaves like the
reference on every input is listed by its id in `equivalent_mutants.json`, with the reason.
"""

from __future__ import annotations

import ast
import copy
import difflib
import hashlib
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType

from pydantic import BaseModel, ConfigDict, TypeAdapter

from glassbox.tasks.code.operators import OPERATORS

EQUIVALENT = Path(__file__).with_name("equivalent_mutants.json")
Print = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A reference solution with one small fault.

    Attributes:
      task: The task whose reference it was.
      operator: One of `operators.OPERATORS`.
      source: The whole program, in normal form.
      change: The lines that differ, for people.
    """

    task: str
    operator: str
    source: str
    change: str

    @property
    def id(self) -> str:
        """12 hexadecimal digits of SHA-256 over task and source."""
        return hashlib.sha256(f"{self.task}\0{self.source}".encode()).hexdigest()[:12]


class Equivalent(BaseModel):
    """Why a mutant cannot be told from the reference by any input that the task allows."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    task: str
    change: str
    reason: str


@cache
def equivalents() -> dict[str, Equivalent]:
    """Equivalent mutants by id."""
    return TypeAdapter(dict[str, Equivalent]).validate_json(EQUIVALENT.read_bytes())


def mutants(task: str, reference: str) -> tuple[Mutant, ...]:
    """Every distinct mutant of `reference`, equivalents included, always in the same order."""
    tree = ast.parse(reference)
    normal = ast.unparse(tree)
    seen = {_fingerprint(normal)}
    found = []
    for operator, changed in _variants(tree):
        source = ast.unparse(changed)
        compiled = _fingerprint(source)
        if compiled is not None and compiled not in seen:
            seen.add(compiled)
            found.append(Mutant(task, operator, source, _change(normal, source)))
    return tuple(found)


def _variants(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    """The tree with one node replaced, for every node, operator and replacement."""
    ignored, needed = _without_effect(tree), _only_bindings(tree)
    for place, node in enumerate(ast.walk(tree)):
        if id(node) in ignored:
            continue
        for name, operator in OPERATORS.items():
            if name == "deletion" and id(node) in needed:
                continue
            for replacement in operator(node):
                changed = copy.deepcopy(tree)
                target = next(other for at, other in enumerate(ast.walk(changed)) if at == place)
                _Replace(target, copy.deepcopy(replacement)).visit(changed)
                yield name, ast.fix_missing_locations(changed)


class _Replace(ast.NodeTransformer):
    def __init__(self, target: ast.AST, replacement: ast.AST) -> None:
        self.target = target
        self.replacement = replacement

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self.target:
            return self.replacement
        self.generic_visit(node)
        return node


def _without_effect(tree: ast.Module) -> set[int]:
    """Nodes whose change no case can notice: docstrings, annotations and the texts of exceptions."""
    roots: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            roots.append(node)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            roots += node.exc.args
        for field in ("annotation", "returns"):
            annotation = getattr(node, field, None)
            if isinstance(annotation, ast.AST):
                roots.append(annotation)
    return {id(node) for root in roots for node in ast.walk(root)}


def _only_bindings(tree: ast.Module) -> set[int]:
    """Assignments that alone give a name its value: without one any run ends in a NameError and flatters the suite."""
    in_place = {id(node.target) for node in ast.walk(tree) if isinstance(node, ast.AugAssign)}
    bound = Counter(name.id for name in _stored(tree) if id(name) not in in_place)
    bound.update(node.arg for node in ast.walk(tree) if isinstance(node, ast.arg))
    return {
        id(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if any(bound[name.id] == 1 for name in _stored(target))
    }


def _stored(tree: ast.AST) -> list[ast.Name]:
    """The names that are given a value anywhere in `tree`."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def _fingerprint(source: str) -> Print | None:
    """What a program compiles to, without names of files and numbers of lines; None where it does not compile."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _print(compile(source, "<mutant>", "exec", dont_inherit=True))
        except (SyntaxError, ValueError):
            return None


def _print(code: CodeType) -> Print:
    constants = tuple(
        _print(value) if isinstance(value, CodeType) else (type(value).__name__, repr(value))
        for value in code.co_consts
    )
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return code.co_name, code.co_code, constants, names, code.co_exceptiontable, code.co_argcount, code.co_flags


def _change(before: str, after: str) -> str:
    """`- old` and `+ new` lines, without the rest."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return "\n".join(f"{line[0]} {line[2:].strip()}" for line in lines if line[0] in "+-")
