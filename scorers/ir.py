"""The scorers of the IR tasks, in the order in which logs and viewers show them; the headline comes first.

Task(..., scorer=ir_scorers())
"""

from __future__ import annotations

from inspect_ai.scorer import Scorer

from glassbox.scorers.cost import cost
from glassbox.scorers.expressible import expressible
from glassbox.scorers.parse_failure import parse_failure
from glassbox.scorers.reading import reading
from glassbox.scorers.semantic import semantic
from glassbox.scorers.structural import structural


def ir_scorers(low: int = 0, high: int = 1000) -> list[Scorer]:
    """Every question asked of an IR attempt; `low` and `high` bound the literal operands of a valid program."""
    return [semantic(), structural(low, high), expressible(), reading(), parse_failure(), cost()]
