"""The record that a soft-prompt solver leaves for the scorers: how well the vectors hold each target, and at what cost.

A solver writes it, a scorer reads it, the log keeps it. `exact` stands beside every loss: alone, a loss says nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from inspect_ai.solver import TaskState

STORE_KEY = "prompted"
LEFT_OUT_KEY = "left_out"
"""Where a sample that a solver cannot take says why, in one line."""

TargetName = Literal["question", "answer"]
TARGETS: tuple[TargetName, ...] = ("question", "answer")
Curve = Literal["healthy", "plateau_drop", "oscillating", "flat", "diverging"]


class TargetRecord(BaseModel):
    """What the vectors give for one target text.

    Attributes:
      target: The text.
      decoded: What greedy decoding wrote, without the stop token.
      exact: Greedy decoding wrote the target's tokens, and the stop token followed.
      first_token: Greedy decoding's first token is the target's.
      token_accuracy: Share of the target's tokens, stop token included, that are the argmax under teacher forcing.
      horizon: Tokens that greedy decoding has right before its first mistake; `tokens` when exact.
      tokens: Tokens of the target, stop token included.
      loss: Cross-entropy, nats a token, of the vectors that are kept.
      loss_random: The same with random embeddings behind the same mode vector; None where it was not measured.
      loss_context: With real tokens as the prompt: the passage and, for the answer, the question.
      loss_single: With one random token as the prompt.
      loss_mode_only: With the mode vector alone.
      curve: Health of the loss curve.
      losses: The curve itself, thinned: (step from 0, loss in nats a token), finite ones only; empty in old logs.
      cross_exact: Decoding the same vectors under the other target's mode gives this target.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str
    decoded: str
    exact: bool
    first_token: bool
    token_accuracy: float
    horizon: int
    tokens: int
    loss: float
    loss_random: float | None = None
    loss_context: float | None = None
    loss_single: float | None = None
    loss_mode_only: float | None = None
    curve: Curve = "healthy"
    losses: tuple[tuple[int, float], ...] = ()
    cross_exact: bool | None = None


class Prompted(BaseModel):
    """One pair's vectors, judged and accounted for.

    Attributes:
      targets: Per target name; a run on one target alone has that one only.
      steps: Optimiser steps of the restart that is kept.
      restarts: Starts that were tried, the kept one included.
      k: Content vectors.
      seconds: Wall time of this pair's share of the run.
      model_calls: Forward passes that held a row of this pair.
      artefact: Content address of the kept vectors, or None when they were not kept.
      converged: Every target is exact.
      controls: What the controls gave, by name: `True` where a control decodes exactly, or a figure.
      deployed: Why paraphrases were brought in after a first search without them; None where they were not.
      paraphrases: Texts whose losses were added, by target.
      raw_paraphrases: What the paraphrasing model wrote, kept or not, by target.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    targets: dict[TargetName, TargetRecord]
    steps: int
    restarts: int
    k: int
    seconds: float
    model_calls: int
    artefact: str | None
    converged: bool
    controls: dict[str, bool | float] = {}
    deployed: str | None = None
    paraphrases: dict[TargetName, tuple[str, ...]] = {}
    raw_paraphrases: dict[TargetName, tuple[str, ...]] = {}

    def keep(self, state: TaskState) -> None:
        """Write the record into the sample's store, where the log and the scorers find it."""
        state.store.set(STORE_KEY, self.model_dump(mode="json"))

    @classmethod
    def of(cls, state: TaskState) -> Prompted:
        """Read the record back.

        Raises:
          LookupError: The solver left none; the sample was not attempted and cannot be scored.
        """
        kept = state.store.get(STORE_KEY)
        if kept is None:
            raise LookupError("the solver left no soft prompt in the sample's store; run this task with --solver dcm")
        return cls.model_validate(kept)
