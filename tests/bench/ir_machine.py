"""How fast the IR machine is, beside a machine that compiles one WASM module for each program.

    python -m tests.bench.ir_machine [--json PATH] [--programs 200000] [--calls 20000] [--compiled 1000]

Everything runs on one core in one process, in alternating rounds; a rate is the median of the rounds. The baseline is
flattered: its modules are assembled to binary beforehand, its engine is shared, and it checks neither overflow nor
remainder. Values of both are compared before anything is timed.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import get_args

import numpy as np
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from wasmtime import Engine, Func, Instance, Module, Store, wat2wasm

from glassbox.harness.ir.encode import KINDS
from glassbox.harness.ir.machine import Machine, Width
from glassbox.harness.ir.program import Arithmetic, Op, single
from tests.bench.record import Record, arguments

ROUNDS = 5
TARGET_PER_SECOND = 100_000
TARGET_P50_US = 50.0


class WidthFigures(BaseModel):
    """Figures for one width; `us` are microseconds for one call with one program."""

    width: int
    batch_per_second: float
    columns_per_second: float
    run_p50_us: float
    run_p95_us: float
    compiled_p50_us: float
    compiled_p95_us: float
    run_per_second: float
    compiled_per_second: float
    batch_over_compiled: float
    run_over_compiled: float


class MachineRecord(Record):
    """One run of this benchmark."""

    benchmark: str = "ir_machine"
    programs: int
    calls: int
    compiled: int
    widths: list[WidthFigures]


def single_operations(count: int) -> list[Arithmetic]:
    """Single operations over 0..1000 with exact quotients, as the task generates them; seed 0."""
    draw = random.Random(0)
    programs: list[Arithmetic] = []
    for index in range(count):
        op = tuple(Op)[index % 4]
        left, right = draw.randint(0, 1000), draw.randint(1, 1000)
        programs.append(single(op, left * right if op is Op.DIVIDE else left, right))
    return programs


def assembled(program: Arithmetic, width: Width) -> bytes:
    """The seed's own form: two constants and one instruction, as a module of its own."""
    step = program.steps[0]
    instruction = {Op.ADD: "add", Op.SUBTRACT: "sub", Op.MULTIPLY: "mul", Op.DIVIDE: "div_s"}[step.op]
    kind = f"i{width}"
    body = f"({kind}.{instruction} ({kind}.const {step.left}) ({kind}.const {step.right}))"
    return bytes(wat2wasm(f'(module (func (export "run") (result {kind}) {body}))'))


def compile_and_run(engine: Engine, binary: bytes) -> int:
    """What the baseline does for each program."""
    store = Store(engine)
    run = Instance(store, Module(engine, binary), []).exports(store)["run"]
    assert isinstance(run, Func)
    value: int = run(store)
    return value


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one piece of work."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(width: Width, programs: Sequence[Arithmetic], calls: int, compiled: int) -> WidthFigures:
    """Measure one width in alternating rounds."""
    machine, engine = Machine(width), Engine()
    binaries = [assembled(program, width) for program in programs[:compiled]]
    kinds = np.array([KINDS.index(program.steps[0].op) for program in programs])
    left = np.array([program.steps[0].left for program in programs])
    right = np.array([program.steps[0].right for program in programs])
    expected = [execution.value for execution in machine.run_batch(programs)]
    if machine.run_columns(kinds, left, right)[0].tolist() != expected:
        raise SystemExit("columns and programs disagree; nothing was timed")
    if [compile_and_run(engine, binary) for binary in binaries] != expected[:compiled]:
        raise SystemExit("the machine and the compiled modules disagree; nothing was timed")

    batch, columns, runs, compiles = [], [], [], []
    for round_ in range(ROUNDS):
        batch.append(seconds(lambda: machine.run_batch(programs)))
        columns.append(seconds(lambda: machine.run_columns(kinds, left, right)))
        for program in programs[round_:calls:ROUNDS]:
            runs.append(seconds(partial(machine.run, program)))
        for binary in binaries[round_::ROUNDS]:
            compiles.append(seconds(partial(compile_and_run, engine, binary)))
    batch_rate = len(programs) / statistics.median(batch)
    run_rate, compiled_rate = len(runs) / sum(runs), len(compiles) / sum(compiles)
    return WidthFigures(
        width=width,
        batch_per_second=batch_rate,
        columns_per_second=len(programs) / statistics.median(columns),
        run_p50_us=float(np.percentile(runs, 50)) * 1e6,
        run_p95_us=float(np.percentile(runs, 95)) * 1e6,
        compiled_p50_us=float(np.percentile(compiles, 50)) * 1e6,
        compiled_p95_us=float(np.percentile(compiles, 95)) * 1e6,
        run_per_second=run_rate,
        compiled_per_second=compiled_rate,
        batch_over_compiled=batch_rate / compiled_rate,
        run_over_compiled=run_rate / compiled_rate,
    )


def table(record: MachineRecord) -> Table:
    """The record for a person, with the targets beside the figures."""
    shown = Table(title=f"IR machine, single operations, one core (n = {record.programs:,})")
    shown.add_column("figure")
    for figures in record.widths:
        shown.add_column(f"i{figures.width}", justify="right")
    shown.add_column("target", justify="right")
    rows: list[tuple[str, Callable[[WidthFigures], str], str]] = [
        ("run_batch, programs/s", lambda f: f"{f.batch_per_second:,.0f}", f">= {TARGET_PER_SECOND:,}"),
        ("run_columns, programs/s", lambda f: f"{f.columns_per_second:,.0f}", ""),
        ("run, p50 us", lambda f: f"{f.run_p50_us:.1f}", f"< {TARGET_P50_US:.0f}"),
        ("run, p95 us", lambda f: f"{f.run_p95_us:.1f}", ""),
        ("compile per program, p50 us", lambda f: f"{f.compiled_p50_us:.1f}", ""),
        ("compile per program, p95 us", lambda f: f"{f.compiled_p95_us:.1f}", ""),
        ("compile per program, programs/s", lambda f: f"{f.compiled_per_second:,.0f}", ""),
        ("run_batch over compile per program", lambda f: f"{f.batch_over_compiled:,.0f} x", ""),
        ("run over compile per program", lambda f: f"{f.run_over_compiled:,.1f} x", ""),
    ]
    for name, figure, target in rows:
        shown.add_row(name, *map(figure, record.widths), target)
    return shown


def main() -> None:
    """Measure, print the table and, when asked, write the record."""
    parser = arguments("Programs a second on the IR machine and on a compile per program.")
    parser.add_argument("--programs", type=int, default=200_000, help="programs in one batch")
    parser.add_argument("--calls", type=int, default=20_000, help="single calls timed")
    parser.add_argument("--compiled", type=int, default=1_000, help="programs that the baseline compiles")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    programs = single_operations(options.programs)
    record = MachineRecord(
        programs=options.programs,
        calls=min(options.calls, options.programs),
        compiled=min(options.compiled, options.programs),
        widths=[measure(width, programs, options.calls, options.compiled) for width in get_args(Width)],
    )
    Console().print(table(record))
    record.write(options.json)


if __name__ == "__main__":
    main()
