"""A claim about two runs, as a user writes it: `A > B`, or `A > B by 5` (points of the headline score).

    Claim.of("ir_head > regex_pipeline by 5").margin     # 0.05

A and B are solvers, models, or `solver@model`, as logs name them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from glassbox.harness.records.frames import RunRecord

_FORM = re.compile(r"^\s*(?P<a>\S+)\s*>\s*(?P<b>\S+)(?:\s+by\s+(?P<by>\d+(?:\.\d+)?)\s*(?:points?|%|pp)?)?\s*$")


@dataclass(frozen=True, slots=True)
class Claim:
    """That `a` is better than `b`, by at least `margin` (a share of 1).

    Attributes:
      text: As it was written.
      a: Solver, model, or `solver@model`.
      b: The same.
      margin: 0 where the claim names none.
    """

    text: str
    a: str
    b: str
    margin: float = 0.0

    @classmethod
    def of(cls, text: str) -> Claim:
        """Read a claim.

        Raises:
          ValueError: It is of another form.
        """
        found = _FORM.match(text)
        if found is None:
            raise ValueError(
                f"claim {text!r} is not of the form 'A > B' or 'A > B by 5'; A and B are solvers or models"
            )
        return cls(" ".join(text.split()), found["a"], found["b"], float(found["by"] or 0) / 100)

    def names(self, side: str, record: RunRecord) -> bool:
        """Whether `side` (one of `a`, `b`) means this run."""
        solver, _, model = side.partition("@")
        if model:
            return solver == record.solver and model == record.model
        return solver in (record.solver, record.model)
