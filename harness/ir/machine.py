"""The WASM machine: exact integer programs in, a value or a typed fault out.

    machine = Machine(width=32)
    machine.run(single(Op.ADD, 11, 94))          # Execution(value=105, fault=None)

One module interprets every program (machine.wat), so nothing is compiled per sample. Meaning, for both widths:

- Arithmetic is exact or it is a fault: no wrapping, and a division that leaves a remainder is `inexact`, not rounded.
- A literal that does not fit the width is `overflow` when its step is reached. The first fault ends the program.
- SUM and PRODUCT over an empty range (start above stop) are the empty fold: 0 and 1.
- COUNTDOWN subtracts 1 until it stands at `stop`; one that starts below its stop never arrives, and ends in `fuel`
  (or in `overflow`, where the lowest number is nearer).
- Each operation executed, in a step or in a turn of a loop, costs one unit of fuel; each program has its own tank.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from wasmtime import Engine, Func, Instance, Memory, Module, Store

from glassbox.harness.ir.encode import HEADER_WORDS, KINDS, LAST, RECORD_WORDS, encode
from glassbox.harness.ir.program import Program

Width = Literal[32, 64]
DEFAULT_FUEL = 1_000_000
CHUNK = 4096
"""Programs sent to the machine at a time: 128 KiB of records, which stay in the processor's cache."""

_PAGE_BYTES = 65_536
_WORD_BYTES = 8
_compiling = threading.Lock()


class Fault(StrEnum):
    """Why a program has no value, in the order of the machine's codes 1 to 4."""

    OVERFLOW = "overflow"
    DIVISION_BY_ZERO = "division_by_zero"
    INEXACT = "inexact"
    FUEL = "fuel"


FAULTS: tuple[Fault | None, ...] = (None, *Fault)
"""The fault behind each code that `Machine.run_columns` returns; code 0 is none."""


@dataclass(frozen=True, slots=True)
class Execution:
    """What came of one program: exactly one of `value` and `fault` is not None."""

    value: int | None
    fault: Fault | None


_FAULTED: tuple[Execution, ...] = tuple(Execution(None, fault) for fault in FAULTS)


class Machine:
    """Runs programs in WASM. Safe to share between threads: each has an instance and a memory of its own.

    Args:
      width: 32 (the seed's i32) or 64 bits.
      fuel: Operations one program may execute before it ends with `Fault.FUEL`.
    """

    def __init__(self, width: Width = 32, fuel: int = DEFAULT_FUEL) -> None:
        if width not in get_args(Width):
            raise ValueError(f"width {width!r} is not a machine width; use 32 or 64")
        if not 1 <= fuel < 2**63:
            raise ValueError(f"fuel {fuel} is outside 1..2**63-1; {DEFAULT_FUEL} is the default")
        self.width: Width = width
        self.fuel = fuel
        self._local = threading.local()

    def run(self, program: Program) -> Execution:
        """Run one program.

        Raises:
          InvalidProgram: It is empty or uses a result before it exists; `validate` finds out beforehand.
        """
        return self._run_chunk((program,))[0]

    def run_batch(self, programs: Sequence[Program]) -> list[Execution]:
        """Run programs that know nothing of each other; one that faults or runs dry leaves the rest as they are.

        Raises:
          InvalidProgram: One of them is empty or uses a result before it exists.
        """
        executions: list[Execution] = []
        for at in range(0, len(programs), CHUNK):
            executions += self._run_chunk(programs[at : at + CHUNK])
        return executions

    def run_columns(
        self, kinds: NDArray[np.signedinteger], left: NDArray[np.signedinteger], right: NDArray[np.signedinteger]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Run one-step programs given as columns of one length, without making any `Program`.

        Args:
          kinds: Indices into `encode.KINDS`: 0..3 the operations, 4..6 the loops.
          left: Left operands, or starts.
          right: Right operands, or stops.

        Returns:
          Values (0 where there is none) and fault codes, see `FAULTS`.

        Raises:
          ValueError: The columns differ in length, are not signed integers, or name a kind that does not exist.
        """
        records = _records(kinds, left, right)
        answers = np.empty((len(records), 2), dtype=np.int64)
        interpreter = self._interpreter()
        for at in range(0, len(records), CHUNK):
            chunk = records[at : at + CHUNK]
            header = np.array([len(chunk), 0, 0, 0], dtype=np.int64)
            words = np.concatenate((header, chunk.ravel()))
            answers[at : at + CHUNK] = interpreter.run(words, len(chunk)).reshape(-1, 2)
        return answers[:, 0], answers[:, 1]

    def _run_chunk(self, programs: Sequence[Program]) -> list[Execution]:
        answers = self._interpreter().run(encode(programs), len(programs)).tolist()
        return [
            _FAULTED[fault] if fault else Execution(value, None)
            for value, fault in zip(answers[::2], answers[1::2], strict=True)
        ]

    def _interpreter(self) -> _Interpreter:
        interpreter: _Interpreter | None = getattr(self._local, "interpreter", None)
        if interpreter is None:
            interpreter = self._local.interpreter = _Interpreter(self.width, self.fuel)
        return interpreter


class _Interpreter:
    """One instance of the module with its memory; belongs to one thread."""

    def __init__(self, width: Width, fuel: int) -> None:
        with _compiling:
            engine, module = _compiled()
        self._store = Store(engine)
        exports = Instance(self._store, module, []).exports(self._store)
        configure, run, memory = exports["configure"], exports["run"], exports["memory"]
        assert isinstance(configure, Func)
        assert isinstance(run, Func)
        assert isinstance(memory, Memory)
        configure(self._store, int(width == 64), fuel)
        self._run, self._memory = run, memory
        self._words = self._view()

    def run(self, words: Any, programs: int) -> NDArray[np.int64]:
        """Write the words (anything with a buffer of them), run, and return value, fault, value, fault, ..."""
        if len(words) > len(self._words):
            missing = (len(words) - len(self._words)) * _WORD_BYTES
            self._memory.grow(self._store, -(-missing // _PAGE_BYTES))
            self._words = self._view()
        self._words[: len(words)] = words
        self._run(self._store)
        return self._words[HEADER_WORDS : HEADER_WORDS + 2 * programs]

    def _view(self) -> NDArray[np.int64]:
        return np.frombuffer(memoryview(self._memory.get_buffer_ptr(self._store)), dtype=np.int64)


def _records(
    kinds: NDArray[np.signedinteger], left: NDArray[np.signedinteger], right: NDArray[np.signedinteger]
) -> NDArray[np.int64]:
    columns = {"kinds": kinds, "left": left, "right": right}
    for name, column in columns.items():
        if column.ndim != 1 or not np.can_cast(column.dtype, np.int64):
            raise ValueError(f"{name} is {column.dtype} of shape {column.shape}; give one dimension of signed integers")
    if not len(kinds) == len(left) == len(right):
        raise ValueError(f"columns of {len(kinds)}, {len(left)} and {len(right)} rows; give three of one length")
    if len(kinds) and not (kinds.min() >= 0 and kinds.max() < len(KINDS)):
        raise ValueError(f"kinds span {kinds.min()}..{kinds.max()}; only 0..{len(KINDS) - 1} exist")
    records = np.zeros((len(kinds), RECORD_WORDS), dtype=np.int64)
    for at, column in enumerate(columns.values()):
        records[:, at] = column
    records[:, 0] |= LAST
    return records


@cache
def _compiled() -> tuple[Engine, Module]:
    engine = Engine()
    source = files("glassbox.harness.ir").joinpath("machine.wat").read_text(encoding="utf-8")
    return engine, Module(engine, source)
