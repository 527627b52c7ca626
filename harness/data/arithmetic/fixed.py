"""The origin's fixed items as a split of their own: 16 single operations, 8 chains, 6 loops.

Programs and values are the origin's; where only the program is known, the wording is ours.
"""

from __future__ import annotations

from glassbox.harness.data.arithmetic import loops
from glassbox.harness.data.problem import Problem
from glassbox.harness.ir.program import Arithmetic, Loop, LoopKind, Op, Program, chain, single

_SINGLE: tuple[tuple[str, Op, int, int, int], ...] = (
    ("Add 11 and 94", Op.ADD, 11, 94, 105),
    ("Subtract 49 from 69", Op.SUBTRACT, 69, 49, 20),
    ("What is 7 times 8?", Op.MULTIPLY, 7, 8, 56),
    ("Divide 48 by 6", Op.DIVIDE, 48, 6, 8),
    ("What is the sum of 25 and 17?", Op.ADD, 25, 17, 42),
    ("What is the difference between 100 and 37?", Op.SUBTRACT, 100, 37, 63),
    ("What is the product of 12 and 9?", Op.MULTIPLY, 12, 9, 108),
    ("What is 144 divided by 12?", Op.DIVIDE, 144, 12, 12),
    ("Sam has 50 apples and gives 15 to Anna. How many apples does Sam have left?", Op.SUBTRACT, 50, 15, 35),
    ("There are 7 boxes with 8 pencils in each box. How many pencils are there in total?", Op.MULTIPLY, 7, 8, 56),
    ("A tank holds 200 liters. 75 liters are used. How many liters are left?", Op.SUBTRACT, 200, 75, 125),
    ("One ticket costs 4 dollars. How much do 15 tickets cost?", Op.MULTIPLY, 15, 4, 60),
    ("0 plus 5", Op.ADD, 0, 5, 5),
    ("100 minus 100", Op.SUBTRACT, 100, 100, 0),
    ("1 times 255", Op.MULTIPLY, 1, 255, 255),
    ("0 divided by 7", Op.DIVIDE, 0, 7, 0),
)

_CHAINS: tuple[tuple[str, Arithmetic, int], ...] = (
    ("Subtract 3 from 16, then multiply by 5", chain(16, (Op.SUBTRACT, 3), (Op.MULTIPLY, 5)), 65),
    ("Add 10 and 20, then subtract 5", chain(10, (Op.ADD, 20), (Op.SUBTRACT, 5)), 25),
    ("Multiply 4 by 7 and then add 8", chain(4, (Op.MULTIPLY, 7), (Op.ADD, 8)), 36),
    ("Take 20 away from 50, then divide by 3", chain(50, (Op.SUBTRACT, 20), (Op.DIVIDE, 3)), 10),
    ("Add 8 to 4, and multiply the result by 3", chain(8, (Op.ADD, 4), (Op.MULTIPLY, 3)), 36),
    ("Start with 20 and subtract 5, then multiply by 2", chain(20, (Op.SUBTRACT, 5), (Op.MULTIPLY, 2)), 30),
    ("Multiply 6 and 7, then add 10 to the result", chain(6, (Op.MULTIPLY, 7), (Op.ADD, 10)), 52),
    ("Take 100 minus 40 and then divide by 2", chain(100, (Op.SUBTRACT, 40), (Op.DIVIDE, 2)), 30),
)

_LOOPS: tuple[tuple[LoopKind, int, int, int], ...] = (
    (LoopKind.SUM, 1, 10, 55),
    (LoopKind.SUM, 1, 100, 5050),
    (LoopKind.SUM, 5, 15, 110),
    (LoopKind.PRODUCT, 1, 5, 120),
    (LoopKind.PRODUCT, 1, 6, 720),
    (LoopKind.COUNTDOWN, 10, 0, 0),
)


def fixed_items(family: str) -> list[Problem]:
    """The fixed items of `single`, `chain` or `loop`, in the origin's order."""
    items: list[tuple[str, int, Program, str]]
    if family == "single":
        items = [(text, answer, single(op, a, b), op.value) for text, op, a, b, answer in _SINGLE]
    elif family == "chain":
        items = [(text, answer, program, _ops(program)) for text, program, answer in _CHAINS]
    else:
        items = [
            (loops.TRAIN[kind][0].format(a=start, b=stop), answer, Loop(kind, start, stop), kind.value)
            for kind, start, stop, answer in _LOOPS
        ]
    return [
        Problem(text, answer, program, "fixed", "fixed", {"op": op, "kind": "fixed"})
        for text, answer, program, op in items
    ]


def _ops(program: Arithmetic) -> str:
    return "+".join(step.op.value for step in program.steps)
