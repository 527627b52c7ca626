"""Samples of several kinds, and one solver for all of them.

A sample's metadata says of which kind it is: one that asks for a program to be written carries a `CodeQuestion`, a pair
its passage, a problem that a program answers that `program` or where it was drawn from. Anything else is text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from inspect_ai.model import ModelOutput
from inspect_ai.solver import Generate, Solver, TaskState

from glassbox.harness.code.question import METADATA_KEY, CodeQuestion
from glassbox.harness.data.pair import MARK
from glassbox.harness.engine.serving import ORIGIN, PROGRAM, answering, answering_of
from glassbox.harness.plugins.card import ANY, ARITHMETIC, CODE, PAIR

MARKS = {METADATA_KEY: CODE, MARK: PAIR, ORIGIN: ARITHMETIC, PROGRAM: ARITHMETIC}

Write = Callable[[TaskState], str]
"""Writes a completion for a sample without a model."""


def kind_of(metadata: Mapping[str, Any] | None) -> str:
    """The kind of a sample, as solvers' cards name it."""
    return next((kind for mark, kind in MARKS.items() if mark in (metadata or {})), ANY)


def by_kind(arithmetic: Solver, pairs: Solver, code: Write, text: Write) -> Solver:
    """Each sample to what answers its kind; a direct run knows the arithmetic one."""
    solvers = {ARITHMETIC: arithmetic, PAIR: pairs, CODE: writing(code), ANY: writing(text)}

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        return await solvers[kind_of(state.metadata)](state, generate)

    direct = answering_of(arithmetic)
    return answering(solve, direct.build, needs_model=direct.needs_model) if direct else solve


def writing(write: Write) -> Solver:
    """A solver that writes without calling a model."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        completion = write(state)
        state.output = ModelOutput.from_content(model=str(state.model), content=completion)
        state.messages.append(state.output.message)
        return state

    return solve


def coding(write: Callable[[CodeQuestion], str]) -> Write:
    """What writes for a question about code, as what writes for a sample."""
    return lambda state: write(CodeQuestion.of(state.metadata))
