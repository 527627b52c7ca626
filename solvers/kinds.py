"""One solver for samples of several kinds: arithmetic problems, programs to be written, question-answer pairs.

A sample's metadata says of which kind it is: one that asks for a program carries a `CodeQuestion`, a pair its passage.
"""

from __future__ import annotations

from collections.abc import Callable

from inspect_ai.model import ModelOutput
from inspect_ai.solver import Generate, Solver, TaskState

from glassbox.harness.code.question import METADATA_KEY, CodeQuestion
from glassbox.harness.data.pair import MARK
from glassbox.harness.engine.serving import answering, answering_of

Write = Callable[[CodeQuestion], str]
"""Writes a completion for a question without a model."""


def by_kind(arithmetic: Solver, code: Solver, pairs: Solver) -> Solver:
    """Each sample to the solver of its kind; a direct run knows the arithmetic one."""
    marked = {METADATA_KEY: code, MARK: pairs}

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        chosen = next((each for mark, each in marked.items() if mark in state.metadata), arithmetic)
        return await chosen(state, generate)

    direct = answering_of(arithmetic)
    return answering(solve, direct.build, needs_model=direct.needs_model) if direct else solve


def writing(write: Write) -> Solver:
    """A solver of code samples that calls no model."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        completion = write(CodeQuestion.of(state.metadata))
        state.output = ModelOutput.from_content(model=str(state.model), content=completion)
        state.messages.append(state.output.message)
        return state

    return solve
