"""A technique answers questions in batches; a solver serves one to inspect, a direct run calls it itself.

Both roads go through `attempt`, so they leave the same records.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from glassbox.harness.ir.machine import Machine, Width
from glassbox.harness.ir.program import Program
from glassbox.harness.ir.text import to_text
from glassbox.harness.outcome import Outcome
from glassbox.harness.records.attempt import Attempt

ALONE_SAMPLES = 20
"""How many samples of a run are served once more alone, to measure the latency of a single question."""


@dataclass(frozen=True)
class Question:
    """What a technique may see of a sample, and, for the gold control alone, what it must reach.

    Attributes:
      text: The natural-language question.
      program: Canonical text of the reference program; `gold` answers with it, a head notes if it could say it.
      answer: The reference answer; only `gold` reads it.
    """

    text: str
    program: str | None = None
    answer: int = 0


class Technique(Protocol):
    """Answers a batch of questions with one attempt each, in order."""

    def attempt(self, questions: Sequence[Question]) -> list[Attempt]:
        """One attempt a question; latency fields are filled by the caller."""

    def prompt(self, question: str) -> str:
        """What the model is shown of a question; empty, unless a subclass says otherwise, where it is shown nothing."""
        return ""


Facts = dict[str, Any]
"""Fields of an `Attempt` by name."""
_NO_FACTS: Facts = {}


@cache
def machine(width: Width) -> Machine:
    """The process's machine of this width."""
    return Machine(width)


def execute(programs: Iterable[Program | None], width: Width, facts: Sequence[Facts] | None = None) -> list[Attempt]:
    """Run programs on the machine.

    Args:
      programs: None stands for "no program was read" and stays so.
      width: Integer width of the machine in bits.
      facts: For each program, what else its attempt is to say: tokens, calls, artefact.
    """
    wanted = list(programs)
    results = iter(machine(width).run_batch([program for program in wanted if program is not None]))
    attempts = []
    for program, given in zip(wanted, facts or [_NO_FACTS] * len(wanted), strict=True):
        if program is None:
            attempts.append(Attempt(failure=Outcome.SCHEMA, failure_kind="no_program", **given))
            continue
        execution = next(results)
        fault = execution.fault
        attempts.append(
            Attempt(
                program=to_text(program),
                value=execution.value,
                failure=None if fault is None else Outcome.RUNTIME,
                failure_kind=None if fault is None else fault.value,
                **given,
            )
        )
    return attempts


class Timed:
    """A technique with its latencies: amortised for every sample, alone for the first ALONE_SAMPLES.

    The alone measurement serves the same samples again, one by one, each once beforehand so that all is warm.
    """

    def __init__(self, technique: Technique, clock: Callable[[], float] = time.perf_counter) -> None:
        self._technique = technique
        self._clock = clock
        self._alone_left = ALONE_SAMPLES

    def prompt(self, question: str) -> str:
        """The technique's own."""
        return self._technique.prompt(question)

    def attempt(self, questions: Sequence[Question]) -> list[Attempt]:
        """Attempts with `amortised_ms` and, on the first few samples, `alone_ms`."""
        start = self._clock()
        attempts = self._technique.attempt(questions)
        share = (self._clock() - start) * 1000 / len(questions)
        timed = [attempt.model_copy(update={"amortised_ms": share}) for attempt in attempts]
        for index in range(min(self._alone_left, len(questions))):
            self._technique.attempt([questions[index]])
            start = self._clock()
            self._technique.attempt([questions[index]])
            alone = (self._clock() - start) * 1000
            timed[index] = timed[index].model_copy(update={"alone_ms": alone})
            self._alone_left -= 1
        return timed
