"""The settings of one fitted head: everything that, with model and data, decides its weights."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from glassbox.harness.ir.shape import CHAIN, LOOP, SINGLE, Shape

HeadKind = Literal["regression", "binned", "digits", "pointer"]
Pooling = Literal["last", "mean", "attention"]
Features = Literal["layer", "bag_of_tokens"]
Epochs = Literal["auto"] | Annotated[int, Field(ge=1)]


class HeadConfig(BaseModel):
    """Settings of an IR head.

    Attributes:
      head: How operands are read.
      pool: How positions are combined.
      layer: Index of the layer that is read (ignored by `bag_of_tokens`).
      shape: Name of the program shape: `single`, `chain` or `loop`.
      features: States of a layer, or bare tokens as a control.
      shuffled: Train on the labels of other prompts, as a control.
      width: Hidden units of each read-out; 0 is linear.
      epochs: Passes over the fit examples; `auto` goes on as long as held-back examples gain by it.
      batch: Prompts a step.
      rate: Peak learning rate.
      reward_epochs: Passes of reward fine-tuning after the supervised ones (the seed's 0.5 + 0.5 reward).
      seed: Seed of initialisation and order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    head: HeadKind = "pointer"
    pool: Pooling = "attention"
    layer: int = 0
    shape: str = "single"
    features: Features = "layer"
    shuffled: bool = False
    width: int = Field(default=64, ge=0)
    epochs: Epochs = "auto"
    batch: int = Field(default=128, ge=1)
    rate: float = Field(default=2e-3, gt=0)
    reward_epochs: int = Field(default=0, ge=0)
    seed: int = 0


SHAPES: dict[str, Shape] = {shape.name: shape for shape in (SINGLE, CHAIN, LOOP)}
"""Program shapes by the name a configuration gives."""
