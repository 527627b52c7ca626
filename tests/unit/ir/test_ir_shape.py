"""Slots and programs are two views of one thing, and what does not fit a shape is refused with the reason."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassbox.harness.ir.program import Arithmetic, Loop, LoopKind, Op, Program, Result, Step, chain, single
from glassbox.harness.ir.shape import CHAIN, LOOP, SINGLE, Shape, Slots
from glassbox.harness.ir.text import parse

ADD, SUBTRACT, MULTIPLY, DIVIDE = Op


def test_slots_are_class_indices_and_operands_in_the_order_of_the_text() -> None:
    assert SINGLE.encode(single(SUBTRACT, 69, 49)) == Slots((1,), (69, 49))
    assert CHAIN.encode(parse("(16 - 3) * 5")) == Slots((1, 2), (16, 3, 5))
    assert LOOP.encode(parse("countdown(10..0)")) == Slots((2,), (10, 0))
    assert SINGLE.kinds == ("add", "subtract", "multiply", "divide")


@pytest.mark.parametrize(
    ("shape", "program", "reason"),
    [
        (SINGLE, chain(1, (ADD, 2), (ADD, 3)), r"it has 2 steps, outside 1\.\.1"),
        (CHAIN, chain(1, *[(ADD, 2)] * 4), r"it has 4 steps, outside 1\.\.3"),
        (CHAIN, Arithmetic(()), "it has 0 steps"),
        (CHAIN, parse("3 - (1 + 2)"), "step 1 does not continue from the step before"),
        (CHAIN, parse("(1 + 2) * (3 + 4)"), "step 1 does not continue"),
        (CHAIN, Arithmetic((Step(ADD, 1, 2), Step(ADD, Result(0), Result(0)))), "the right operand of step 1"),
        (CHAIN, Arithmetic((Step(ADD, Result(0), 2),)), "step 0 does not continue"),
        (SINGLE, Loop(LoopKind.SUM, 1, 10), "it has the kind sum, and the shape knows add, subtract, multiply, divide"),
        (LOOP, single(ADD, 1, 2), "it has the kind add, and the shape knows sum, product, countdown"),
    ],
)
def test_a_program_of_another_shape_is_refused_with_the_reason(shape: Shape, program: Program, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        shape.encode(program)


@pytest.mark.parametrize(
    ("shape", "slots", "reason"),
    [
        (SINGLE, Slots((), (1,)), "slots of 0 steps"),
        (SINGLE, Slots((0, 1), (1, 2, 3)), "slots of 2 steps are outside the shape 'single'"),
        (CHAIN, Slots((0, 1), (1, 2)), "have 2 operands; give 3"),
        (CHAIN, Slots((4,), (1, 2)), r"class 4 is outside the shape 'chain' \(0\.\.3\)"),
        (LOOP, Slots((-1,), (1, 2)), "class -1 is outside"),
    ],
)
def test_slots_of_another_shape_are_refused_with_the_reason(shape: Shape, slots: Slots, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        shape.decode(slots)


@st.composite
def shaped_slots(draw: st.DrawFn) -> tuple[Shape, Slots]:
    shape = draw(st.sampled_from([SINGLE, CHAIN, LOOP]))
    steps = draw(st.integers(1, shape.max_steps))
    kinds = draw(st.lists(st.integers(0, len(shape.kinds) - 1), min_size=steps, max_size=steps))
    operands = draw(st.lists(st.integers(), min_size=steps + 1, max_size=steps + 1))
    return shape, Slots(tuple(kinds), tuple(operands))


@settings(max_examples=200, deadline=None)
@given(shaped_slots())
def test_decoding_and_encoding_give_the_slots_back(case: tuple[Shape, Slots]) -> None:
    shape, slots = case
    program = shape.decode(slots)
    assert isinstance(program, Loop) == (shape is LOOP)
    assert shape.encode(program) == slots
    assert shape.decode(shape.encode(program)) == program
