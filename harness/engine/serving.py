"""From a technique to an inspect solver: concurrent samples of one run are answered in one batch.

A technique is built once a run, at the first sample, because only then are the model and the origin of the samples
known. A model that cannot be opened is refused with the solvers that do not need it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from inspect_ai.model import ChatMessageAssistant, ChatMessageUser, get_model
from inspect_ai.solver import Generate, Solver, TaskState

from glassbox.harness.data.arithmetic.dataset import Origin
from glassbox.harness.engine.technique import Question, Technique, Timed
from glassbox.harness.lm.batcher import Batcher
from glassbox.harness.lm.identity import MODEL_HASH
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.opened import open_from
from glassbox.harness.records.attempt import Attempt

TEXT_SOLVERS = ("regex_pipeline", "direct", "regex_only", "gold", "null")
"""Solvers that need no open model: they work with any inspect model, or with none."""

CODE_SOLVERS = ("code_direct", "gold", "null")
"""Solvers of samples that ask for a program."""


class CannotAnswer(ValueError):
    """The technique could not be built; every question of the run gets the reason."""


Builder = Callable[[OpenModel | None, Origin], Technique]
"""Makes a technique for an open model (None where none is needed) and the origin of the samples."""


def question(state: TaskState) -> Question:
    """What the sample asks."""
    return Question(state.input_text, state.metadata.get("program"), int(state.target.text))


def origin_of(state: TaskState) -> Origin:
    """What the sample was drawn from.

    Raises:
      LookupError: It is no arithmetic problem.
    """
    if "origin" not in state.metadata:
        known = ", ".join(CODE_SOLVERS)
        raise LookupError(f"sample {state.sample_id} is no arithmetic problem; solvers of programs: {known}")
    return Origin.model_validate(state.metadata["origin"])


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
        model = open_from(get_model(), TEXT_SOLVERS) if needs_model else None
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
