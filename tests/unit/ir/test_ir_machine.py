"""The machine gives the exact integer or names the fault, for both widths, and one program never touches another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from glassbox.harness.ir import machine as machine_module
from glassbox.harness.ir.machine import CHUNK, Execution, Fault, Machine, Width
from glassbox.harness.ir.program import Arithmetic, Loop, LoopKind, Op, Program, Result, Step, chain, single
from glassbox.harness.ir.text import parse
from glassbox.harness.ir.validate import InvalidProgram

WIDTHS: tuple[Width, ...] = (32, 64)
MACHINES = {width: Machine(width) for width in WIDTHS}
ADD, SUBTRACT, MULTIPLY, DIVIDE = Op
SUM, PRODUCT, COUNTDOWN = LoopKind

FIXED_ITEMS = [
    (single(ADD, 11, 94), 105),
    (single(SUBTRACT, 69, 49), 20),
    (single(MULTIPLY, 7, 8), 56),
    (single(DIVIDE, 48, 6), 8),
    (single(ADD, 25, 17), 42),
    (single(SUBTRACT, 100, 37), 63),
    (single(MULTIPLY, 12, 9), 108),
    (single(DIVIDE, 144, 12), 12),
    (single(SUBTRACT, 50, 15), 35),
    (single(MULTIPLY, 8, 7), 56),
    (single(SUBTRACT, 200, 75), 125),
    (single(MULTIPLY, 15, 4), 60),
    (single(ADD, 0, 5), 5),
    (single(SUBTRACT, 100, 100), 0),
    (single(MULTIPLY, 1, 255), 255),
    (single(DIVIDE, 0, 7), 0),
]
MULTI_OP_ITEMS = [
    ("(16 - 3) * 5", 65),
    ("(10 + 20) - 5", 25),
    ("4 * 7 + 8", 36),
    ("(50 - 20) / 3", 10),
    ("(8 + 4) * 3", 36),
    ("(20 - 5) * 2", 30),
    ("6 * 7 + 10", 52),
    ("(100 - 40) / 2", 30),
]
LOOP_ITEMS = [
    ("sum(1..10)", 55),
    ("sum(1..100)", 5050),
    ("sum(5..15)", 110),
    ("product(1..5)", 120),
    ("product(1..6)", 720),
    ("countdown(10..0)", 0),
]


def low(width: Width) -> int:
    return -(1 << (width - 1))


def high(width: Width) -> int:
    return (1 << (width - 1)) - 1


def faulted(fault: Fault) -> Execution:
    return Execution(None, fault)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_sixteen_fixed_items_of_the_seed_have_their_values(width: Width) -> None:
    executions = MACHINES[width].run_batch([program for program, _ in FIXED_ITEMS])
    assert len(executions) == 16
    assert executions == [Execution(value, None) for _, value in FIXED_ITEMS]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("text", "value"), MULTI_OP_ITEMS + LOOP_ITEMS)
def test_multi_op_and_loop_items_of_the_seed_have_their_values(width: Width, text: str, value: int) -> None:
    assert MACHINES[width].run(parse(text)) == Execution(value, None)


@pytest.mark.parametrize("width", WIDTHS)
def test_results_at_the_edge_of_the_width_hold(width: Width) -> None:
    least, most = low(width), high(width)
    root = {32: 46_340, 64: 3_037_000_499}[width]
    held = [
        (single(ADD, most - 1, 1), most),
        (single(ADD, least, most), -1),
        (single(SUBTRACT, least + 1, 1), least),
        (single(SUBTRACT, -1, least), most),
        (single(MULTIPLY, root, root), root * root),
        (single(MULTIPLY, most, -1), -most),
        (single(MULTIPLY, -1, most), -most),
        (single(MULTIPLY, least, 1), least),
        (single(MULTIPLY, 2 ** (width - 2), -2), least),
        (single(MULTIPLY, 0, least), 0),
        (single(DIVIDE, least, 1), least),
        (single(DIVIDE, most, -1), -most),
        (single(DIVIDE, least, least), 1),
    ]
    for program, value in held:
        assert MACHINES[width].run(program) == Execution(value, None), program


@pytest.mark.parametrize("width", WIDTHS)
def test_results_beyond_the_edge_of_the_width_overflow(width: Width) -> None:
    least, most = low(width), high(width)
    root = {32: 46_341, 64: 3_037_000_500}[width]
    programs = [
        single(ADD, most, 1),
        single(ADD, least, -1),
        single(SUBTRACT, least, 1),
        single(SUBTRACT, 0, least),
        single(MULTIPLY, root, root),
        single(MULTIPLY, least, -1),
        single(MULTIPLY, -1, least),
        single(MULTIPLY, least, 2),
        single(MULTIPLY, most, most),
        single(MULTIPLY, 2 ** (width // 2), 2 ** (width // 2)),
        single(DIVIDE, least, -1),
        chain(most, (ADD, 1), (SUBTRACT, 1)),
    ]
    for program in programs:
        assert MACHINES[width].run(program) == faulted(Fault.OVERFLOW), program


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("beyond", [2**31, 2**63, 10**30, -(2**31) - 1, -(2**63) - 1, -(10**30)])
def test_a_literal_that_does_not_fit_overflows_wherever_it_stands(width: Width, beyond: int) -> None:
    if low(width) <= beyond <= high(width):
        assert MACHINES[width].run(single(ADD, beyond, 0)) == Execution(beyond, None)
        return
    programs: list[Program] = [
        single(ADD, beyond, 0),
        single(MULTIPLY, 0, beyond),
        single(DIVIDE, beyond, 0),
        chain(1, (ADD, 2), (SUBTRACT, beyond)),
        Loop(SUM, beyond, beyond),
        Loop(PRODUCT, 1, beyond),
        Loop(COUNTDOWN, beyond, 0),
    ]
    neighbour = single(ADD, 11, 94)
    for program in programs:
        executions = MACHINES[width].run_batch([neighbour, program, neighbour])
        assert executions == [Execution(105, None), faulted(Fault.OVERFLOW), Execution(105, None)], program


def test_the_wider_machine_holds_what_the_narrow_one_cannot() -> None:
    program = single(MULTIPLY, 100_000, 100_000)
    assert MACHINES[32].run(program) == faulted(Fault.OVERFLOW)
    assert MACHINES[64].run(program) == Execution(10_000_000_000, None)


@pytest.mark.parametrize("width", WIDTHS)
def test_division_is_exact_or_a_fault(width: Width) -> None:
    run = MACHINES[width].run
    assert run(single(DIVIDE, -8, 2)) == Execution(-4, None)
    assert run(single(DIVIDE, -8, -2)) == Execution(4, None)
    for left, right in ((7, 2), (-7, 2), (7, -2), (1, 1000)):
        assert run(single(DIVIDE, left, right)) == faulted(Fault.INEXACT)
    for left in (5, 0, low(width)):
        assert run(single(DIVIDE, left, 0)) == faulted(Fault.DIVISION_BY_ZERO)
    assert run(parse("5 / (3 - 3)")) == faulted(Fault.DIVISION_BY_ZERO)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_first_fault_ends_the_program(width: Width) -> None:
    run = MACHINES[width].run
    assert run(chain(5, (DIVIDE, 0), (ADD, 10**30))) == faulted(Fault.DIVISION_BY_ZERO)
    assert run(chain(7, (DIVIDE, 2), (DIVIDE, 0))) == faulted(Fault.INEXACT)
    assert run(chain(high(width), (ADD, 1), (DIVIDE, 0))) == faulted(Fault.OVERFLOW)


@pytest.mark.parametrize("width", WIDTHS)
def test_results_are_shared_and_steps_may_go_unused(width: Width) -> None:
    steps = (Step(ADD, 2, 3), Step(MULTIPLY, 9, 9), Step(MULTIPLY, Result(0), Result(0)), Step(SUBTRACT, 1, Result(2)))
    assert MACHINES[width].run(Arithmetic(steps)) == Execution(-24, None)


@pytest.mark.parametrize("width", WIDTHS)
def test_folds_over_nothing_are_the_empty_folds(width: Width) -> None:
    assert MACHINES[width].run(Loop(SUM, 10, 1)) == Execution(0, None)
    assert MACHINES[width].run(Loop(PRODUCT, 10, 1)) == Execution(1, None)
    assert MACHINES[width].run(Loop(COUNTDOWN, 7, 7)) == Execution(7, None)


@pytest.mark.parametrize("width", WIDTHS)
def test_loops_that_end_at_the_edge_of_the_width_end(width: Width) -> None:
    least, most = low(width), high(width)
    run = MACHINES[width].run
    assert run(Loop(SUM, most, most)) == Execution(most, None)
    assert run(Loop(PRODUCT, most, most)) == Execution(most, None)
    assert run(Loop(SUM, most - 1, most)) == faulted(Fault.OVERFLOW)
    assert run(Loop(COUNTDOWN, least + 2, least)) == Execution(least, None)
    assert run(Loop(SUM, -3, 3)) == Execution(0, None)
    assert run(Loop(PRODUCT, -3, -1)) == Execution(-6, None)


def test_factorials_overflow_where_they_should() -> None:
    assert MACHINES[32].run(Loop(PRODUCT, 1, 12)) == Execution(479_001_600, None)
    assert MACHINES[32].run(Loop(PRODUCT, 1, 13)) == faulted(Fault.OVERFLOW)
    assert MACHINES[64].run(Loop(PRODUCT, 1, 20)) == Execution(2_432_902_008_176_640_000, None)
    assert MACHINES[64].run(Loop(PRODUCT, 1, 21)) == faulted(Fault.OVERFLOW)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_countdown_from_below_its_stop_never_arrives(width: Width) -> None:
    assert MACHINES[width].run(Loop(COUNTDOWN, 0, 10)) == faulted(Fault.FUEL)
    assert MACHINES[width].run(Loop(COUNTDOWN, low(width) + 5, low(width) + 9)) == faulted(Fault.OVERFLOW)


@pytest.mark.parametrize("width", WIDTHS)
def test_fuel_is_one_unit_for_each_operation(width: Width) -> None:
    loop, steps = Loop(SUM, 1, 10), chain(1, (ADD, 2), (ADD, 3), (ADD, 4))
    assert Machine(width, fuel=10).run(loop) == Execution(55, None)
    assert Machine(width, fuel=9).run(loop) == faulted(Fault.FUEL)
    assert Machine(width, fuel=3).run(steps) == Execution(10, None)
    assert Machine(width, fuel=2).run(steps) == faulted(Fault.FUEL)
    assert Machine(width, fuel=1).run(Loop(SUM, 2, 1)) == Execution(0, None)


@pytest.mark.parametrize("width", WIDTHS)
def test_loops_of_a_thousand_million_turns_end_in_the_fuel_fault(width: Width) -> None:
    for loop in (Loop(COUNTDOWN, 10**9, 0), Loop(PRODUCT, 0, 10**9), Loop(SUM, -(10**9), 10**9)):
        execution = MACHINES[width].run(loop)
        wraps_first = loop.kind is SUM and width == 32
        assert execution == faulted(Fault.OVERFLOW if wraps_first else Fault.FUEL), loop


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("place", [0, 13, 31])
def test_one_of_32_programs_running_dry_leaves_the_others_as_they_are(width: Width, place: int) -> None:
    machine = Machine(width, fuel=1000)
    programs: list[Program] = [Loop(SUM, 1, 900 + i) if i % 2 else single(ADD, i, i) for i in range(32)]
    alone = [machine.run(program) for program in programs]
    programs[place] = Loop(COUNTDOWN, 10**9, 0)
    alone[place] = faulted(Fault.FUEL)
    assert machine.run_batch(programs) == alone


def test_a_batch_longer_than_the_memory_keeps_its_order() -> None:
    programs: list[Program] = [chain(i, (ADD, 1), (MULTIPLY, 2)) for i in range(2 * CHUNK + 7)]
    assert MACHINES[32].run_batch(programs) == [Execution(2 * (i + 1), None) for i in range(2 * CHUNK + 7)]
    assert MACHINES[32].run_batch([]) == []


def test_a_program_longer_than_the_memory_grows_it_and_harms_no_later_one() -> None:
    machine = Machine(64)
    long = chain(0, *[(ADD, 1)] * 50_000)
    assert machine.run_batch([single(ADD, 1, 1), long, single(ADD, 2, 2)]) == [
        Execution(2, None),
        Execution(50_000, None),
        Execution(4, None),
    ]
    assert machine.run(single(SUBTRACT, 69, 49)) == Execution(20, None)


@pytest.mark.parametrize(
    ("program", "kind"),
    [
        (Arithmetic(()), "empty"),
        (Arithmetic((Step(ADD, 1, Result(0)),)), "bad_reference"),
        (Arithmetic((Step(ADD, 1, 2), Step(ADD, Result(2), 1), Step(ADD, 1, 2))), "bad_reference"),
        (Arithmetic((Step(ADD, 1, 2), Step(ADD, Result(-1), 1))), "bad_reference"),
    ],
)
def test_what_has_no_meaning_is_refused_before_it_reaches_the_machine(program: Program, kind: str) -> None:
    with pytest.raises(InvalidProgram) as refusal:
        MACHINES[32].run_batch([single(ADD, 1, 1), program])
    assert refusal.value.kind == kind
    assert MACHINES[32].run(single(ADD, 1, 1)) == Execution(2, None)


def test_settings_that_no_machine_has_are_refused() -> None:
    with pytest.raises(ValueError, match="use 32 or 64"):
        Machine(16)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="fuel 0 is outside"):
        Machine(fuel=0)


def test_threads_share_one_machine_and_one_compilation() -> None:
    machine = Machine(32)
    batches: list[list[Program]] = [[single(ADD, thread, i) for i in range(2000)] for thread in range(8)]
    with ThreadPoolExecutor(max_workers=4) as pool:
        for thread, executions in enumerate(pool.map(machine.run_batch, batches)):
            assert executions == [Execution(thread + i, None) for i in range(2000)]
    assert machine_module._compiled.cache_info().misses == 1
