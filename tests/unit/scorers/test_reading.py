"""Agreement of programs, part by part, for one step, several steps and loops."""

from __future__ import annotations

import pytest

from glassbox.harness.ir.program import Loop, LoopKind, Op, Program, chain, single
from glassbox.scorers.reading import PARTS, agreement


@pytest.mark.parametrize(
    ("read", "reference", "right"),
    [
        (single(Op.ADD, 3, 5), single(Op.ADD, 3, 5), {*PARTS}),
        (single(Op.ADD, 5, 3), single(Op.ADD, 3, 5), {"operation"}),
        (single(Op.MULTIPLY, 2, 2), single(Op.ADD, 2, 2), {"first_operand", "second_operand"}),
        (
            chain(16, (Op.SUBTRACT, 3), (Op.MULTIPLY, 5)),
            chain(16, (Op.SUBTRACT, 3), (Op.MULTIPLY, 6)),
            {"operation", "first_operand"},
        ),
        (chain(16, (Op.SUBTRACT, 3)), chain(16, (Op.SUBTRACT, 3), (Op.MULTIPLY, 5)), set()),
        (Loop(LoopKind.SUM, 1, 10), Loop(LoopKind.PRODUCT, 1, 10), {"first_operand", "second_operand"}),
        (single(Op.ADD, 1, 10), Loop(LoopKind.SUM, 1, 10), {"first_operand", "second_operand"}),
    ],
)
def test_parts_agree_one_by_one(read: Program, reference: Program, right: set[str]) -> None:
    assert {part for part, value in agreement(read, reference).items() if value} == right
