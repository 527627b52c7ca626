"""Wording for counted loops: sums, products, countdowns (the origin's loop items)."""

from __future__ import annotations

import random

from glassbox.harness.ir.program import LoopKind

TRAIN: dict[LoopKind, tuple[str, ...]] = {
    LoopKind.SUM: (
        "Add all the numbers from {a} to {b}",
        "What is the sum of the numbers from {a} to {b}?",
        "Sum {a} to {b}",
        "Find the sum of all numbers from {a} to {b}",
        "Start at {a} and add every number up to {b}",
        "What do you get if you add every number from {a} to {b}?",
        "Add up {a} through {b}",
        "Calculate the total of the numbers from {a} through {b}",
    ),
    LoopKind.PRODUCT: (
        "Multiply all the numbers from {a} to {b}",
        "What is the product of the numbers from {a} to {b}?",
        "Product of {a} to {b}",
        "Find the product of all numbers from {a} to {b}",
        "Start at {a} and multiply every number up to {b}",
        "What do you get if you multiply every number from {a} to {b}?",
        "Multiply {a} through {b}",
        "Calculate the product of the numbers from {a} through {b}",
    ),
    LoopKind.COUNTDOWN: (
        "Count down from {a} to {b}",
        "Count backwards from {a} to {b}",
        "Start at {a} and count down to {b}",
        "Begin at {a} and count backwards until {b}",
        "Go down from {a} to {b} one by one",
        "Subtract one from {a} until you reach {b}",
        "What number do you reach when you count down from {a} to {b}?",
        "Decrease {a} by one until it is {b}",
    ),
}
HELD_OUT: dict[LoopKind, tuple[str, ...]] = {
    LoopKind.SUM: ("Find the total of all numbers from {a} to {b}", "Add every number from {a} through {b}"),
    LoopKind.PRODUCT: (
        "Calculate the product of all numbers from {a} to {b}",
        "Multiply every number from {a} through {b}",
    ),
    LoopKind.COUNTDOWN: ("Begin at {a} and count down to {b}", "Count backwards from {a} until you reach {b}"),
}


def draw_bounds(kind: LoopKind, rng: random.Random) -> tuple[int, int]:
    """Bounds whose value fits 32 bits: sums up to 200 numbers, products up to 12!."""
    if kind is LoopKind.SUM:
        start = rng.randint(0, 100)
        return start, start + rng.randint(1, 100)
    if kind is LoopKind.PRODUCT:
        start = rng.randint(1, 20)
        return start, start + rng.randint(1, 11 if start == 1 else 8 if start < 4 else 4)
    start = rng.randint(2, 200)
    return start, rng.randint(0, start - 1)


def value(kind: LoopKind, start: int, stop: int) -> int:
    """What the loop comes to, by plain Python; the reference answer of generated items."""
    if kind is LoopKind.COUNTDOWN:
        return stop
    total = 0 if kind is LoopKind.SUM else 1
    for number in range(start, stop + 1):
        total = total + number if kind is LoopKind.SUM else total * number
    return total
