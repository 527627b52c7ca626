"""The one record a solver leaves for the scorers: what was read, what it gave, what it cost.

A solver writes it, a scorer reads it, the log keeps it. It holds no judgement: whether it is right is the scorer's say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from glassbox.harness.outcome import Outcome

if TYPE_CHECKING:
    from inspect_ai.solver import TaskState

STORE_KEY = "attempt"


class Attempt(BaseModel):
    """One solver's attempt at one problem.

    Attributes:
      program: Canonical text form of the program that was read, or None if none was.
      value: What the machine (or the model itself, for `direct`) answered, or None.
      failure: Why there is no value: `parse`, `schema` or `runtime`; None when there is one.
      failure_kind: The precise kind, such as `no_expression`, `division_by_zero`, `overflow`.
      completion: The raw text the model generated; None when nothing was generated.
      reads_program: Whether the solver sets out to read a program; False for one that writes the number itself, so
        that "not applicable" can be told from "failed to read one".
      expressible: Whether the reader can give the reference program at all, its form and its operands; None where that
        is not known.
      artefact: Content address of the fitted part that read the program, or None.
      prompt_tokens: Tokens the model read; 0 when no model was called.
      generated_tokens: Tokens the model wrote, the stop token included.
      model_calls: How often the model was run (one `generate` or one forward pass to a layer counts as one).
      amortised_ms: Wall time of the batch that served this sample over its size, from question to value.
      alone_ms: Wall time of this sample served alone (batch of one); measured on a few samples only.
    """

    model_config = ConfigDict(frozen=True)

    program: str | None = None
    value: int | None = None
    failure: Outcome | None = None
    failure_kind: str | None = None
    completion: str | None = None
    reads_program: bool = True
    expressible: bool | None = None
    artefact: str | None = None
    prompt_tokens: int = 0
    generated_tokens: int = 0
    model_calls: int = 0
    amortised_ms: float | None = None
    alone_ms: float | None = None

    def keep(self, state: TaskState) -> None:
        """Write the attempt into the sample's store, where the log and the scorers find it."""
        state.store.set(STORE_KEY, self.model_dump(mode="json"))

    @classmethod
    def of(cls, state: TaskState) -> Attempt:
        """Read the attempt back.

        Raises:
          LookupError: The solver left none; the sample was not attempted and cannot be scored.
        """
        kept = state.store.get(STORE_KEY)
        if kept is None:
            raise LookupError("the solver left no attempt in the sample's store; use a Glassbox solver with this task")
        return cls.model_validate(kept)
