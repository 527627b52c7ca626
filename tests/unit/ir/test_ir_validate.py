"""Structure is judged without running: each way to be no program has its kind."""

from __future__ import annotations

import pytest

from glassbox.harness.ir.program import Arithmetic, Loop, LoopKind, Op, Program, Result, Step, chain, single
from glassbox.harness.ir.validate import InvalidProgram, is_valid, validate

ADD, SUBTRACT, MULTIPLY, DIVIDE = Op


@pytest.mark.parametrize(
    "program",
    [
        single(ADD, 0, 1000),
        single(DIVIDE, 0, 7),
        single(DIVIDE, 7, 2),
        chain(1000, (MULTIPLY, 1000), (MULTIPLY, 1000)),
        Arithmetic((Step(SUBTRACT, 3, 3), Step(DIVIDE, 1, Result(0)))),
        Loop(LoopKind.SUM, 0, 1000),
        Loop(LoopKind.PRODUCT, 5, 1),
        Loop(LoopKind.COUNTDOWN, 10, 10),
    ],
)
def test_programs_within_the_range_are_valid_whatever_they_come_to(program: Program) -> None:
    validate(program)
    assert is_valid(program)


@pytest.mark.parametrize(
    ("program", "kind", "message"),
    [
        (Arithmetic(()), "empty", "no steps"),
        (Arithmetic((Step(ADD, Result(0), 1),)), "bad_reference", "step 0 uses the result of step 0"),
        (chain(1, (ADD, 2), (ADD, 1001)), "operand_out_of_range", "right operand of step 1 is 1001, outside 0..1000"),
        (single(ADD, -1, 2), "operand_out_of_range", "left operand of step 0 is -1"),
        (single(DIVIDE, 3, 0), "division_by_zero", "step 0 divides by the literal 0"),
        (chain(3, (ADD, 4), (DIVIDE, 0)), "division_by_zero", "step 1 divides"),
        (Loop(LoopKind.SUM, -1, 5), "operand_out_of_range", "loop's start is -1"),
        (Loop(LoopKind.COUNTDOWN, 5, 1001), "operand_out_of_range", "loop's stop is 1001"),
        (Loop(LoopKind.COUNTDOWN, 5, 6), "unreachable_stop", "from 5 never reaches 6"),
    ],
)
def test_each_fault_of_structure_has_its_kind_and_a_line_that_says_where(
    program: Program, kind: str, message: str
) -> None:
    with pytest.raises(InvalidProgram, match=message) as refusal:
        validate(program)
    assert refusal.value.kind == kind
    assert "\n" not in str(refusal.value)
    assert not is_valid(program)


def test_a_reference_to_a_later_or_negative_step_is_bad_even_where_the_number_exists() -> None:
    for step in (1, 2, -1):
        program = Arithmetic((Step(ADD, 1, 2), Step(ADD, 1, Result(step)), Step(ADD, 3, 4)))
        with pytest.raises(InvalidProgram) as refusal:
            validate(program)
        assert refusal.value.kind == "bad_reference"


def test_the_range_can_be_set() -> None:
    assert is_valid(single(SUBTRACT, -5, 5000), low=-10, high=10_000)
    assert not is_valid(single(SUBTRACT, 5, 6), low=0, high=5)
    assert not is_valid(single(DIVIDE, 5, 0), low=-10, high=10)
