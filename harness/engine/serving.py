"""From a technique to an inspect solver: concurrent samples of one run are answered in one batch.

A technique is built once a run, at the first sample, because only then are the model and the origin of the samples
known. A model that cannot be opened is refused with the solvers that do not need it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from inspect_ai.model import ChatMessageAssistant, ChatMessageUser, get_model
from inspect_ai.solver import Generate, Solver, TaskState

from glassbox.harness.data.arithmetic.dataset import Origin, family_of
from glassbox.harness.engine.technique import Question, Technique, Timed
from glassbox.harness.ir.text import parse
from glassbox.harness.lm.batcher import Batcher
from glassbox.harness.lm.identity import MODEL_HASH
from glassbox.harness.lm.opened import open_from
from glassbox.harness.plugins.card import ARITHMETIC
from glassbox.harness.records.attempt import Attempt

if TYPE_CHECKING:
    from glassbox.harness.lm.model import OpenModel

ORIGIN, PROGRAM = "origin", "program"
"""Metadata by which a sample is known for an arithmetic problem: where it was drawn from, and its program as text."""


class CannotAnswer(ValueError):
    """The technique could not be built; every question of the run gets the reason."""


Builder = Callable[["OpenModel | None", Origin], Technique]
"""Makes a technique for an open model (None where none is needed) and the origin of the samples."""


def question(state: TaskState) -> Question:
    """What the sample asks."""
    return Question(state.input_text, state.metadata.get(PROGRAM), int(state.target.text))


def origin_of(state: TaskState) -> Origin:
    """What the sample was drawn from; of another's task, the generated problems of the same shape as its program.

    Raises:
      LookupError: It is no arithmetic problem.
    """
    return origin_in(state.metadata, f"sample {state.sample_id}")


def origin_in(metadata: Mapping[str, Any], name: str) -> Origin:
    """The origin that a sample's metadata gives; see `origin_of`."""
    if ORIGIN in metadata:
        return Origin.model_validate(metadata[ORIGIN])
    if metadata.get(PROGRAM):
        return Origin(family=family_of(parse(metadata[PROGRAM])))
    raise LookupError(
        f"{name} is no arithmetic problem: its metadata has neither {ORIGIN} nor {PROGRAM}; gold and null answer it"
    )


def served(build: Builder, *, needs_model: bool = True, max_batch: int = 64) -> Solver:
    """An inspect solver around the technique that `build` makes.

    Args:
      build: Makes the technique; runs once for each origin among the samples, on the batcher's thread.
      needs_model: Whether the technique opens the model under test.
      max_batch: Most samples answered in one batch.
    """
    lines: dict[Any, Line] = {}
    lock = threading.Lock()

    def line(model: OpenModel | None, origin: Origin) -> Line:
        key = (None if model is None else model.name, origin)
        with lock:
            if key not in lines:
                lines[key] = Line(partial(build, model, origin), max_batch)
            return lines[key]

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        origin = origin_of(state)
        model = open_from(get_model(), ARITHMETIC) if needs_model else None
        attempt, prompt = await line(model, origin).answer(question(state))
        attempt.keep(state)
        state.output.completion = attempt.program or ""
        if model is not None:
            state.output.metadata = {MODEL_HASH: model.hash}
        if prompt:
            state.messages = [ChatMessageUser(content=prompt), ChatMessageAssistant(content=state.output.completion)]
        return state

    return answering(solve, build, needs_model=needs_model)


class Line:
    """Where the samples of one model and one origin queue: its technique is built at the first batch, or fails once."""

    def __init__(self, build: Callable[[], Technique], max_batch: int) -> None:
        self._build = build
        self._made: Timed | None = None
        self._failed: Exception | None = None
        self._batcher = Batcher(self._batch, max_batch=max_batch)

    async def answer(self, asked: Question) -> tuple[Attempt, str]:
        """The attempt, and what the model was shown for it.

        Raises:
          CannotAnswer: The technique could not be built.
        """
        served = await self._batcher.submit(asked)
        assert self._made is not None, "it has answered"
        return served.answer, self._made.prompt(asked.text)

    def _batch(self, questions: Sequence[Question]) -> Sequence[Attempt]:
        if self._made is None and self._failed is None:
            try:
                self._made = Timed(self._build())
            except Exception as error:
                self._failed = error
        if self._made is None:
            # A new error each time: one that is raised again and again grows by its own traceback.
            raise CannotAnswer(str(self._failed) or type(self._failed).__name__) from self._failed
        return self._made.attempt(questions)


@dataclass(frozen=True)
class Answering:
    """How a solver answers without inspect's sample loop; `glassbox eval` runs it in batches."""

    build: Builder
    needs_model: bool


_ANSWERING = "glassbox_answering"


def answering(solve: Solver, build: Builder, *, needs_model: bool) -> Solver:
    """Tie the technique's builder to its solver, where a direct run finds it."""
    setattr(solve, _ANSWERING, Answering(build, needs_model))
    return solve


def answering_of(solve: Solver) -> Answering | None:
    """The builder behind a Glassbox solver, or None for any other solver."""
    found: Answering | None = getattr(solve, _ANSWERING, None)
    return found
