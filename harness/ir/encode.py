"""Programs as the machine's words; the layout is described where it is read, in machine.wat."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from glassbox.harness.ir.program import Arithmetic, LoopKind, Op, Program, Result
from glassbox.harness.ir.validate import check_references

KINDS: tuple[Op | LoopKind, ...] = (*Op, *LoopKind)
"""What a record can do, by its code."""

HEADER_WORDS = 4
RECORD_WORDS = 4
LAST = 0x400

_LEFT_REFERS = 0x100
_RIGHT_REFERS = 0x200
_UNFIT = 7
_CODES = {kind: code for code, kind in enumerate(KINDS)}
_LAST_CODES = {kind: code | LAST for kind, code in _CODES.items()}


def encode(programs: Sequence[Program]) -> array[int]:
    """All programs as one array of 64-bit words, header included.

    Raises:
      InvalidProgram: A program is empty or uses a result before it exists; `validate` finds out beforehand.
    """
    words: list[int] = [len(programs), 0, 0, 0]
    for program in programs:
        if not isinstance(program, Arithmetic):
            words += (_LAST_CODES[program.kind], program.start, program.stop, 0)
            continue
        steps = program.steps
        if len(steps) == 1:
            step = steps[0]
            left, right = step.left, step.right
            if not (isinstance(left, Result) or isinstance(right, Result)):
                words += (_LAST_CODES[step.op], left, right, 0)
                continue
        _encode_steps(words, program)
    try:
        return array("q", words)
    except OverflowError:
        return array("q", _with_unfit_marked(words))


def _encode_steps(words: list[int], program: Arithmetic) -> None:
    check_references(program)
    for step in program.steps:
        code = _CODES[step.op]
        left, right = step.left, step.right
        if isinstance(left, Result):
            code |= _LEFT_REFERS
            left = left.step
        if isinstance(right, Result):
            code |= _RIGHT_REFERS
            right = right.step
        words += (code, left, right, 0)
    words[-RECORD_WORDS] |= LAST


def _with_unfit_marked(words: list[int]) -> list[int]:
    """Replace records with a literal beyond 64 bits by one that overflows when, and only when, it is reached."""
    for at in range(HEADER_WORDS, len(words), RECORD_WORDS):
        code, left, right, _ = words[at : at + RECORD_WORDS]
        if not (-(2**63) <= left < 2**63 and -(2**63) <= right < 2**63):
            words[at : at + RECORD_WORDS] = (_UNFIT | code & LAST, 0, 0, 0)
    return words
