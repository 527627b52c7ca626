"""Mutation operators: the small faults that a good suite notices, each as replacements of one node of a syntax tree.

An operator is a function from a node to the nodes that may stand in its place. They are our own because the kept
libraries come with a runner that rewrites files and starts a test process for each mutant: cosmic-ray brings
SQLAlchemy, GitPython and aiohttp, mutmut brings textual and coverage; here a mutant costs 2 ms in the sandbox.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

Operator = Callable[[ast.AST], Iterator[ast.AST]]

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}
_PAIRS = (
    ("min", "max"),
    ("any", "all"),
    ("lower", "upper"),
    ("islower", "isupper"),
    ("lstrip", "rstrip"),
    ("startswith", "endswith"),
    ("find", "rfind"),
    ("floor", "ceil"),
    ("append", "remove"),
    ("add", "discard"),
)
_COUNTERPARTS = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
_DELETED = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.If, ast.For, ast.While, ast.Raise, ast.Assert, ast.Delete)


def comparison(node: ast.AST) -> Iterator[ast.AST]:
    """Move a boundary by one, or turn the comparison round."""
    if isinstance(node, ast.Compare):
        for place, op in enumerate(node.ops):
            for other in _COMPARISONS[type(op)]:
                changed = copy.deepcopy(node)
                changed.ops[place] = other()
                yield changed


def arithmetic(node: ast.AST) -> Iterator[ast.AST]:
    """Take another arithmetic operator, in place or not."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _ARITHMETIC:
        changed = copy.deepcopy(node)
        changed.op = _ARITHMETIC[type(node.op)]()
        yield changed


def sign(node: ast.AST) -> Iterator[ast.AST]:
    """Drop a minus."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand


def number(node: ast.AST) -> Iterator[ast.AST]:
    """A number one higher and one lower."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        for step in (1, -1):
            yield ast.Constant(node.value + step)


def truth(node: ast.AST) -> Iterator[ast.AST]:
    """True for False and the reverse."""
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)


def text(node: ast.AST) -> Iterator[ast.AST]:
    """A string emptied, or no longer empty."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield ast.Constant("" if node.value else "?")


def junction(node: ast.AST) -> Iterator[ast.AST]:
    """And for or and the reverse; and each operand left out."""
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), copy.deepcopy(node.values))
        for place in range(len(node.values)):
            left = [copy.deepcopy(value) for at, value in enumerate(node.values) if at != place]
            yield left[0] if len(left) == 1 else ast.BoolOp(copy.deepcopy(node.op), left)


def negation(node: ast.AST) -> Iterator[ast.AST]:
    """A condition turned round: `not` dropped where there is one, added where a branch asks."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.If | ast.While | ast.IfExp) and not isinstance(node.test, ast.Compare | ast.UnaryOp):
        changed = copy.deepcopy(node)
        changed.test = ast.UnaryOp(ast.Not(), changed.test)
        yield changed
    elif isinstance(node, ast.comprehension):
        for place in range(len(node.ifs)):
            changed_filter = copy.deepcopy(node)
            del changed_filter.ifs[place]
            yield changed_filter


def nothing_returned(node: ast.AST) -> Iterator[ast.AST]:
    """`return None` for any other return."""
    if isinstance(node, ast.Return) and node.value is not None:
        yield ast.Return(ast.Constant(None))


def deletion(node: ast.AST) -> Iterator[ast.AST]:
    """A statement left out; a branch left out while its condition stays."""
    if isinstance(node, _DELETED) or (isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)):
        yield ast.Pass()
    if isinstance(node, ast.If) and node.orelse:
        changed = copy.deepcopy(node)
        changed.orelse = []
        yield changed


def slice_bound(node: ast.AST) -> Iterator[ast.AST]:
    """A bound or the step of a slice left out."""
    if isinstance(node, ast.Slice):
        for part in ("lower", "upper", "step"):
            if getattr(node, part) is not None:
                changed = copy.deepcopy(node)
                setattr(changed, part, None)
                yield changed


def loop_exit(node: ast.AST) -> Iterator[ast.AST]:
    """Break for continue and the reverse."""
    if isinstance(node, ast.Break):
        yield ast.Continue()
    elif isinstance(node, ast.Continue):
        yield ast.Break()


def counterpart(node: ast.AST) -> Iterator[ast.AST]:
    """The function or method that does the opposite: max for min, rstrip for lstrip."""
    if isinstance(node, ast.Call):
        changed = copy.deepcopy(node)
        if isinstance(changed.func, ast.Name) and changed.func.id in _COUNTERPARTS:
            changed.func.id = _COUNTERPARTS[changed.func.id]
            yield changed
        elif isinstance(changed.func, ast.Attribute) and changed.func.attr in _COUNTERPARTS:
            changed.func.attr = _COUNTERPARTS[changed.func.attr]
            yield changed


OPERATORS: dict[str, Operator] = {
    "comparison": comparison,
    "arithmetic": arithmetic,
    "sign": sign,
    "number": number,
    "truth": truth,
    "text": text,
    "junction": junction,
    "negation": negation,
    "nothing_returned": nothing_returned,
    "deletion": deletion,
    "slice_bound": slice_bound,
    "loop_exit": loop_exit,
    "counterpart": counterpart,
}
