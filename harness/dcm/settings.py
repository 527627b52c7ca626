"""How content vectors are searched: presets, schedules, starts. Every field is consumed, and names the artefacts."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Preset = Literal["fast", "plain", "seed", "kuratov"]
Schedule = Literal["constant", "cosine", "warm_restarts"]
Start = Literal["normal", "mean", "context", "warm"]
ModeKind = Literal["fixed", "learned", "none"]
Weighting = Literal["token", "target"]


class Optimiser(BaseModel):
    """One preset's settings.

    Attributes:
      lr: Peak learning rate.
      beta1: Decay of the gradient's average.
      beta2: Decay of its square's average.
      decay: Decoupled weight decay, as in AdamW; 0 is Adam.
      steps: Most steps of one restart.
      relative: Whether `lr` counts in units of the embedding's spread, so that it suits models of any scale.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    lr: float = Field(gt=0)
    beta1: float = Field(ge=0, lt=1)
    beta2: float = Field(ge=0, lt=1)
    decay: float = Field(default=0.0, ge=0)
    steps: int = Field(ge=1)
    relative: bool = False


PRESETS: dict[Preset, Optimiser] = {
    "fast": Optimiser(lr=0.5, beta1=0.8, beta2=0.8, steps=600, relative=True),
    "plain": Optimiser(lr=0.1, beta1=0.9, beta2=0.9, steps=600),
    "seed": Optimiser(lr=1e-3, beta1=0.9, beta2=0.999, steps=500),
    "kuratov": Optimiser(lr=1e-2, beta1=0.9, beta2=0.9, decay=0.01, steps=5000),
}
"""`seed`: seed 001. `kuratov`: Kuratov et al. 2025. `plain`: theirs at ten times the rate. `fast`: the fewest steps
found on stories260K (20 SQuAD pairs, K = 32, mean of the pairs: 52, where `plain` takes 62)."""


class Settings(BaseModel):
    """What one search does.

    Attributes:
      k: Content vectors.
      restarts: Most starts of a pair.
      optimiser: Learning rate, momenta and budget.
      schedule: The learning rate over a restart; `warm_restarts` is a cosine that starts over at 1, 3, 7, ... cycles.
      cycle: Steps of the first cycle of `warm_restarts`.
      start: Where vectors begin: `normal` has the embedding's own spread, `mean` its mean with a hundredth of that
        spread, `context` the embeddings of the passage's tokens, `warm` an artefact's vectors.
      mode: The mode vectors: embeddings of a fixed token each, `learned` with the content, or `none`.
      targets: Which texts the vectors must give.
      weighting: Whether each token or each target counts the same in a pair's loss.
      margin: By how much (in logits) each target token must lead before a row counts as exact.
      patience: Steps without a lower loss after which a restart is given up.
      grow: Whether the targets' prefixes grow as they are met (progressive cramming); 0 takes them whole, else the
        tokens added each time.
      seed: Of all starts; each pair and restart has its own stream, whatever shares its batch.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    k: int = Field(default=32, ge=1)
    restarts: int = Field(default=5, ge=1)
    optimiser: Optimiser = PRESETS["fast"]
    schedule: Schedule = "constant"
    cycle: int = Field(default=50, ge=1)
    start: Start = "normal"
    mode: ModeKind = "fixed"
    targets: tuple[Literal["question", "answer"], ...] = ("question", "answer")
    weighting: Weighting = "token"
    margin: float = Field(default=0.01, ge=0)
    patience: int = Field(default=300, ge=1)
    grow: int = Field(default=0, ge=0)
    seed: int = 0

    def rate(self, step: int, spread: float) -> float:
        """Learning rate of a restart's step (from 0), for an embedding of this spread."""
        peak, total = self.optimiser.lr * (spread if self.optimiser.relative else 1.0), self.optimiser.steps
        if self.schedule == "cosine":
            return peak * 0.5 * (1 + math.cos(math.pi * step / total))
        if self.schedule == "warm_restarts":
            # Cycles of cycle, 2 cycle, 4 cycle ... steps.
            turn = int(math.log2(step / self.cycle + 1))
            begun, length = self.cycle * (2**turn - 1), self.cycle * 2**turn
            return peak * 0.5 * (1 + math.cos(math.pi * (step - begun) / length))
        return peak
