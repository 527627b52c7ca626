"""The machine agrees with Python's unbounded integers on any program, columns agree with programs, and it is fast."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassbox.harness.ir.encode import KINDS
from glassbox.harness.ir.machine import CHUNK, FAULTS, Execution, Fault, Machine, Width
from glassbox.harness.ir.program import Arithmetic, Loop, LoopKind, Op, Operand, Program, Result, Step, single

WIDTHS: tuple[Width, ...] = (32, 64)
ADD, SUBTRACT, MULTIPLY, DIVIDE = Op
SUM, PRODUCT, COUNTDOWN = LoopKind


def low(width: Width) -> int:
    return -(1 << (width - 1))


def high(width: Width) -> int:
    return (1 << (width - 1)) - 1


def faulted(fault: Fault) -> Execution:
    return Execution(None, fault)


def python_value(program: Program, width: Width, fuel: int) -> Execution:
    """The same semantics in Python's unbounded integers, written independently of the machine."""
    bounds = range(low(width), high(width) + 1)
    if isinstance(program, Arithmetic):
        work: list[tuple[Op, Operand, Operand]] = [(s.op, s.left, s.right) for s in program.steps]
    elif program.start not in bounds or program.stop not in bounds:
        return faulted(Fault.OVERFLOW)
    elif program.kind is COUNTDOWN:
        turns = program.start - program.stop if program.start >= program.stop else fuel + 1
        work = [(SUBTRACT, Result(i - 1) if i else program.start, 1) for i in range(min(turns, fuel + 1))]
        if not work:
            return Execution(program.start, None)
    else:
        op, empty = (ADD, 0) if program.kind is SUM else (MULTIPLY, 1)
        turns = max(0, program.stop - program.start + 1)
        work = [(op, Result(i - 1) if i else empty, program.start + i) for i in range(min(turns, fuel + 1))]
        if not work:
            return Execution(empty, None)
    values: list[int] = []
    for op, *operands in work:
        left, right = (values[o.step] if isinstance(o, Result) else o for o in operands)
        if left not in bounds or right not in bounds:
            return faulted(Fault.OVERFLOW)
        if len(values) == fuel:
            return faulted(Fault.FUEL)
        if op is DIVIDE and right == 0:
            return faulted(Fault.DIVISION_BY_ZERO)
        if op is DIVIDE and left % right:
            return faulted(Fault.INEXACT)
        value = {ADD: left + right, SUBTRACT: left - right, MULTIPLY: left * right}.get(op)
        value = left // right if value is None else value
        if value not in bounds:
            return faulted(Fault.OVERFLOW)
        values.append(value)
    return Execution(values[-1], None)


EDGES = [edge + nudge for edge in (2**31, -(2**31), 2**63, -(2**63), 46_340, 0) for nudge in (-2, -1, 0, 1, 2)]
INTEGERS = st.one_of(
    st.integers(-12, 12),
    st.integers(0, 1000),
    st.sampled_from(EDGES),
    st.integers(-(2**31), 2**31 - 1),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-(2**70), 2**70),
)


@st.composite
def arithmetic(draw: st.DrawFn) -> Arithmetic:
    steps: list[Step] = []
    for index in range(draw(st.integers(1, 6))):
        operand = INTEGERS | st.builds(Result, st.integers(0, index - 1)) if index else INTEGERS
        steps.append(Step(draw(st.sampled_from(Op)), draw(operand), draw(operand)))
    return Arithmetic(tuple(steps))


@st.composite
def loops(draw: st.DrawFn) -> Loop:
    start = draw(INTEGERS)
    return Loop(draw(st.sampled_from(LoopKind)), start, start + draw(st.integers(-40, 40)))


@pytest.mark.parametrize("width", WIDTHS)
@settings(max_examples=300, deadline=None)
@given(programs=st.lists(arithmetic() | loops(), min_size=1, max_size=8), fuel=st.sampled_from([1, 3, 20, 500]))
def test_the_machine_agrees_with_python_integers(width: Width, programs: list[Program], fuel: int) -> None:
    expected = [python_value(program, width, fuel) for program in programs]
    machine = Machine(width, fuel)
    assert machine.run_batch(programs) == expected
    assert [machine.run(program) for program in programs] == expected


@pytest.mark.parametrize("width", WIDTHS)
def test_columns_give_what_programs_give(width: Width) -> None:
    random = np.random.default_rng(0)
    count = CHUNK + 100
    kinds = random.integers(0, len(KINDS), count).astype(np.int8)
    left, right = random.integers(-50, 50, (2, count))
    left[:20], right[:20] = high(width), low(width)
    programs: list[Program] = []
    for code, a, b in zip(kinds.tolist(), left.tolist(), right.tolist(), strict=True):
        kind = KINDS[code]
        programs.append(single(kind, a, b) if isinstance(kind, Op) else Loop(kind, a, b))
    machine = Machine(width, fuel=60)
    values, faults = machine.run_columns(kinds, left, right)
    expected = machine.run_batch(programs)
    assert {execution.fault for execution in expected} == set(FAULTS)
    assert [FAULTS[code] for code in faults] == [execution.fault for execution in expected]
    assert values.tolist() == [execution.value or 0 for execution in expected]


def test_columns_that_are_no_programs_are_refused() -> None:
    ones = np.ones(3, dtype=np.int64)
    run = Machine().run_columns
    with pytest.raises(ValueError, match=r"kinds span 1\.\.7; only 0\.\.6 exist"):
        run(np.array([1, 7, 2]), ones, ones)
    with pytest.raises(ValueError, match="columns of 3, 3 and 2 rows"):
        run(ones, ones, ones[:2])
    with pytest.raises(ValueError, match="right is float64"):
        run(ones, ones, ones * 0.5)  # type: ignore[arg-type]
    values, faults = run(ones[:0], ones[:0], ones[:0])
    assert (values.tolist(), faults.tolist()) == ([], [])


def test_the_machine_is_as_fast_as_promised_in_processor_time() -> None:
    machine = Machine()
    programs: list[Program] = [single(ADD, i, 1) for i in range(20_000)]
    batch, calls = [], []
    for _ in range(5):
        start = time.process_time()
        machine.run_batch(programs)
        batch.append(time.process_time() - start)
        start = time.process_time()
        for program in programs[:1000]:
            machine.run(program)
        calls.append((time.process_time() - start) / 1000)
    # 1,000,000 programs a second and 10 us a call where this was written; the promise is a tenth of that.
    assert len(programs) / min(batch) >= 100_000
    assert min(calls) < 50e-6
