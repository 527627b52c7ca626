"""The text form of programs: what a model is asked to write, what a record keeps, what a person reads.

Canonical form, the only one `to_text` writes; `parse(to_text(program)) == program`:

    69 - 49          (16 - 3) * 5          3 - (1 + -2)          sum(1..10)  product(1..5)  countdown(10..0)

An earlier step's result stands in parentheses where it is used, so precedence is never needed. Steps that are no
expression (a result used twice or never, or made in another order than reading left to right) and steps nested more
than `MAX_DEPTH` deep are listed instead, one operation each:

    #0 = 48 / 2; #0 + #0

`parse` reads more than that, and never guesses: optional parentheses with the usual precedence, `x`, the sign or the
dot of multiplication for `*`, the sign of division for `/`, the Unicode minus, commas that group thousands, capitals,
any white space. It takes time linear in the text.
"""

from __future__ import annotations

import re
from functools import lru_cache

from glassbox.harness.ir.lex import MAX_DIGITS, ParseError, ParseKind, Token, tokens
from glassbox.harness.ir.program import Arithmetic, Loop, LoopKind, Op, Operand, Program, Result, Step
from glassbox.harness.ir.validate import InvalidProgram, check_references

__all__ = ["MAX_DEPTH", "MAX_DIGITS", "ParseError", "ParseKind", "parse", "read_first", "to_text"]

MAX_DEPTH = 64
"""Deepest nesting of parentheses."""

_OPS = {op.symbol: op for op in Op}
_LOOPS = {str(kind): kind for kind in LoopKind}
_ADDITIVE = frozenset("+-")
_MULTIPLICATIVE = frozenset("*/")
_BEYOND = 10**MAX_DIGITS
_DIGIT = re.compile(r"[0-9]")
_NUMBER = re.compile(r"\s*[-\N{MINUS SIGN}]?\s*[0-9][0-9,]*(?:\.[0-9]+)?\s*")


def to_text(program: Program) -> str:
    """Write a program in its canonical form.

    Raises:
      InvalidProgram: It is empty, uses a result before it exists, or has an integer of more than `MAX_DIGITS` digits.
    """
    if isinstance(program, Loop):
        return f"{program.kind}({_integer(program.start)}..{_integer(program.stop)})"
    check_references(program)
    expression = _expression(program)
    return expression if expression is not None else _listing(program)


@lru_cache(maxsize=4096)
def parse(text: str) -> Program:
    """Read a program; the whole text must be one.

    Raises:
      ParseError: With its kind and column. `no_expression` means that there is no operation (a lone integer) or not
        even a digit (prose); `incomplete`, that an operand, an operator or another piece is missing.
    """
    return _Reader(text).program()


def read_first(completion: str) -> Program:
    """Read the program on the first line of a model's completion that is not blank, and nothing else.

    One `=` at the end of the program, with or without a number after it (the model's own result, which is not looked
    at), is dropped. Anything else beside the program is `trailing_text`; a program within prose is not searched for.

    Raises:
      ParseError: With its kind, and the column in that line.
    """
    line = completion.lstrip().partition("\n")[0].rstrip()
    last = line.rfind(";") + 1
    head, equals, tail = line[last:].partition("=")
    program = parse(line[:last] + head)
    if tail.strip() and not _NUMBER.fullmatch(tail):
        column = last + len(head) + len(equals) + 1
        raise ParseError("trailing_text", column, f"{tail[:20]!r} after '=' is not a number")
    return program


def _integer(value: int) -> str:
    if abs(value) >= _BEYOND:
        raise InvalidProgram("operand_out_of_range", f"an integer beyond {MAX_DIGITS} digits has no text form")
    return str(value)


def _expression(program: Arithmetic) -> str | None:
    """The steps as one expression, or None where a stack machine reading left to right would not run them so."""
    pending: list[tuple[int, str, int]] = []  # step, text, depth
    for index, step in enumerate(program.steps):
        sides: list[str] = []
        depth = 0
        for operand in (step.right, step.left):
            if not isinstance(operand, Result):
                sides.append(_integer(operand))
            elif pending and pending[-1][0] == operand.step and pending[-1][2] < MAX_DEPTH:
                _, text, inner = pending.pop()
                sides.append(f"({text})")
                depth = max(depth, inner + 1)
            else:
                return None
        right, left = sides
        pending.append((index, f"{left} {step.op.symbol} {right}", depth))
    return pending[0][1] if len(pending) == 1 else None


def _listing(program: Arithmetic) -> str:
    lines = [f"{_listed(step.left)} {step.op.symbol} {_listed(step.right)}" for step in program.steps]
    named = [f"#{index} = {line}" for index, line in enumerate(lines[:-1])]
    return "; ".join([*named, lines[-1]])


def _listed(operand: Operand) -> str:
    return f"#{operand.step}" if isinstance(operand, Result) else _integer(operand)


class _Reader:
    """Recursive descent with one token of look-ahead; steps are made as their operands are complete."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._token = next(self._tokens)
        self._steps: list[Step] = []

    def program(self) -> Program:
        if self._token.kind == "end":
            raise ParseError("empty", 1, "there is no text; write a program such as 69 - 49")
        if self._token.kind == "word" and self._token.text in _LOOPS:
            return self._loop()
        if self._at("#"):
            return self._list()
        self._sum(depth=0)
        self._end()
        return Arithmetic(tuple(self._steps))

    def _loop(self) -> Loop:
        kind = _LOOPS[self._take().text]
        opened = self._expect("(").column
        start = self._signed()
        self._expect("..")
        stop = self._signed()
        self._close(opened)
        if self._token.kind != "end":
            raise self._error("trailing_text", f"{self._token} follows the loop, which is a whole program")
        return Loop(kind, start, stop)

    def _list(self) -> Arithmetic:
        while self._statement():
            self._expect(";")
        self._end()
        return Arithmetic(tuple(self._steps))

    def _statement(self) -> bool:
        """Read one step of a listing; whether it was named, and so is not the last."""
        column = self._token.column
        left = self._listed()
        named = isinstance(left, Result) and self._at("=")
        if named:
            if left != Result(len(self._steps)):
                raise ParseError("bad_reference", column, f"steps are named in order; #{len(self._steps)} comes next")
            self._take()
            left = self._listed()
        if not (self._token.kind == "symbol" and self._token.text in _OPS):
            raise self._error(self._kind("incomplete"), f"an operation is missing before {self._token}")
        op = _OPS[self._take().text]
        self._steps.append(Step(op, left, self._listed()))
        return named

    def _listed(self) -> Operand:
        if not self._at("#"):
            return self._signed()
        column = self._take().column
        step = self._unsigned()
        if step > len(self._steps) or (step == len(self._steps) and not self._at("=")):
            raise ParseError("bad_reference", column, "'#' names a step that does not come before; steps count from 0")
        return Result(step)

    def _sum(self, depth: int) -> Operand:
        left = self._product(depth)
        while self._token.kind == "symbol" and self._token.text in _ADDITIVE:
            left = self._made(_OPS[self._take().text], left, self._product(depth))
        return left

    def _product(self, depth: int) -> Operand:
        left = self._factor(depth)
        while self._token.kind == "symbol" and self._token.text in _MULTIPLICATIVE:
            left = self._made(_OPS[self._take().text], left, self._factor(depth))
        return left

    def _made(self, op: Op, left: Operand, right: Operand) -> Operand:
        self._steps.append(Step(op, left, right))
        return Result(len(self._steps) - 1)

    def _factor(self, depth: int) -> Operand:
        if not self._at("("):
            if self._at(")") and depth == 0:
                raise self._error("unbalanced", "a parenthesis is closed that was never opened")
            return self._signed()
        opened = self._take().column
        if depth == MAX_DEPTH:
            raise ParseError("too_deep", opened, f"parentheses nest deeper than {MAX_DEPTH}; list the steps instead")
        inner = self._sum(depth + 1)
        self._close(opened)
        return inner

    def _signed(self) -> int:
        if not self._at("-"):
            return self._unsigned()
        self._take()
        return -self._unsigned()

    def _unsigned(self) -> int:
        if self._token.kind != "integer":
            raise self._error(self._kind("incomplete"), f"an integer is missing before {self._token}")
        return int(self._take().text)

    def _end(self) -> None:
        if self._token.kind == "end":
            if not self._steps:
                raise self._error("no_expression", "there is an integer but no operation; write one such as 69 - 49")
            return
        if self._at(")"):
            raise self._error("unbalanced", "a parenthesis is closed that was never opened")
        kind = "trailing_text" if self._steps else self._kind("trailing_text")
        raise self._error(kind, f"{self._token} cannot stand here")

    def _close(self, opened: int) -> None:
        if self._token.kind == "end":
            raise self._error("unbalanced", f"the parenthesis of column {opened} is never closed")
        self._expect(")")

    def _at(self, symbol: str) -> bool:
        return self._token.kind == "symbol" and self._token.text == symbol

    def _take(self) -> Token:
        taken, self._token = self._token, next(self._tokens)
        return taken

    def _expect(self, symbol: str) -> Token:
        if not self._at(symbol):
            raise self._error(self._kind("incomplete"), f"{symbol!r} is missing before {self._token}")
        return self._take()

    def _kind(self, otherwise: ParseKind) -> ParseKind:
        """What it means that the token at hand does not fit: prose, something unreadable, or only a gap."""
        if not _DIGIT.search(self._text) and any(map(str.isalpha, self._text)):
            return "no_expression"
        return "unknown_symbol" if self._token.kind in ("word", "unknown") else otherwise

    def _error(self, kind: ParseKind, message: str) -> ParseError:
        return ParseError(kind, self._token.column, message)
