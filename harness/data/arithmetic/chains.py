"""Wording for chains of two or three operations (seed 000, phase 4; the origin's multi-op items)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Literal

from glassbox.harness.ir.program import Arithmetic, Op, chain

OPENINGS: dict[Op, tuple[str, ...]] = {
    Op.ADD: ("Add {a} and {b}", "Add {a} to {b}", "Start with {a} and add {b}", "Take {a} plus {b}"),
    Op.SUBTRACT: (
        "Subtract {b} from {a}",
        "Take {b} away from {a}",
        "Start with {a} and subtract {b}",
        "Take {a} minus {b}",
    ),
    Op.MULTIPLY: (
        "Multiply {a} by {b}",
        "Multiply {a} and {b}",
        "Start with {a} and multiply by {b}",
        "Take {a} times {b}",
    ),
    Op.DIVIDE: (
        "Divide {a} by {b}",
        "Start with {a} and divide by {b}",
        "Split {a} into {b} equal parts",
        "Take {a} divided by {b}",
    ),
}
FOLLOWING: dict[Op, tuple[str, ...]] = {
    Op.ADD: ("add {c}", "add {c} to the result", "increase it by {c}"),
    Op.SUBTRACT: ("subtract {c}", "subtract {c} from the result", "take away {c}"),
    Op.MULTIPLY: ("multiply by {c}", "multiply the result by {c}", "multiply it by {c}"),
    Op.DIVIDE: ("divide by {c}", "divide the result by {c}", "divide it by {c}"),
}
LINKS = (", then {}", " and then {}", ", and {}", ". Then {}", ", after that {}")

# A wording is the place of its phrases in the tables above; this triple of places says which are held out.
_HELD_OUT_SHARE = 5

# ", then" and ". Then" differ in punctuation only, so a wording is not unseen by either of them.
_TWIN_LINKS = (0, 3)


def side(opening: int, links: Sequence[int], following: Sequence[int]) -> Literal["train", "held_out"] | None:
    """Where a wording belongs, by the places of its phrases in the tables; None where it is too near to both sides."""
    unseen = [(opening + 2 * ln + 3 * fo) % _HELD_OUT_SHARE == 0 for ln, fo in zip(links, following, strict=True)]
    if not any(unseen):
        return "train"
    clear = any(new and link not in _TWIN_LINKS for new, link in zip(unseen, links, strict=True))
    return "held_out" if clear else None


def draw_chain(steps: int, rng: random.Random, most: int = 100) -> tuple[tuple[int, ...], tuple[Op, ...]]:
    """Operands and operations of a chain whose every intermediate value is an integer in 0..1000."""
    while True:
        value = rng.randint(0, most)
        operands, ops = [value], []
        for _ in range(steps):
            op = rng.choice(list(Op))
            limit = {Op.ADD: most, Op.SUBTRACT: value, Op.MULTIPLY: min(20, 1000 // max(value, 1)), Op.DIVIDE: 20}[op]
            number = rng.randint(0, max(0, limit))
            if op is Op.DIVIDE and (number == 0 or value % number):
                break
            value = {
                Op.ADD: value + number,
                Op.SUBTRACT: value - number,
                Op.MULTIPLY: value * number,
                Op.DIVIDE: value // max(number, 1),
            }[op]
            if value > 1000:
                break
            operands.append(number)
            ops.append(op)
        else:
            return tuple(operands), tuple(ops)


def phrase(operands: tuple[int, ...], ops: tuple[Op, ...], rng: random.Random, *, held_out: bool) -> tuple[str, str]:
    """A wording of the chain and the name of its template."""
    while True:
        opening = rng.randrange(len(OPENINGS[ops[0]]))
        links = [rng.randrange(len(LINKS)) for _ in ops[1:]]
        following = [rng.randrange(len(FOLLOWING[op])) for op in ops[1:]]
        if side(opening, links, following) == ("held_out" if held_out else "train"):
            break
    text = OPENINGS[ops[0]][opening].format(a=operands[0], b=operands[1])
    template = OPENINGS[ops[0]][opening]
    for op, link, follow, number in zip(ops[1:], links, following, operands[2:], strict=True):
        clause = FOLLOWING[op][follow]
        joined = LINKS[link].format(clause)
        template += joined
        text += joined.format(c=number)
    return text, template


def program(operands: tuple[int, ...], ops: tuple[Op, ...]) -> Arithmetic:
    """The chain as a program."""
    return chain(operands[0], *zip(ops, operands[1:], strict=True))
