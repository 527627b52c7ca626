"""What every kind of statistic offers: which roles it needs runs in, and the figure they give.

class Metric(Kind): ...
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from glassbox.harness.records.frames import RunRecord
from glassbox.leaderboards.claims.measured import CannotMeasure, Measured

Roles = Mapping[str, Sequence[RunRecord]]
"""Runs by role: one each, or one for each value of an argument that the claim ranges over."""


class Count(BaseModel):
    """A count that the origin reported.

    Attributes:
      right: How many.
      n: Of how many.
      of: What was counted, in a few words.
      judged: Whether it is the claim's own statistic, so that its interval can be held against the threshold.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    right: int = Field(ge=0)
    n: int = Field(ge=1)
    of: str
    judged: bool = False


class Kind(BaseModel):
    """A statistic as data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    roles: ClassVar[tuple[str, ...]] = ("run",)
    is_share: ClassVar[bool] = False
    """Whether it is a share of samples with Wilson's interval, so that the samples a verdict needs follow from it."""
    basis: ClassVar[str] = ""
    """What a verdict without runs stands on; it is shown where a model would be."""

    @abstractmethod
    def measure(self, runs: Roles, counts: Sequence[Count]) -> Measured:
        """The figure.

        Args:
          runs: Runs in the roles of this kind.
          counts: What the origin reported; only kinds without roles look at it.

        Raises:
          CannotMeasure: The runs do not give it.
        """


def only(runs: Roles, role: str) -> RunRecord:
    """The one run in a role.

    Raises:
      CannotMeasure: There are several: the claim ranges over an argument, which this kind of statistic cannot.
    """
    found = runs[role]
    if len(found) != 1:
        raise CannotMeasure(f"{len(found)} runs in the role {role}; only best and worst range over an argument")
    return found[0]
