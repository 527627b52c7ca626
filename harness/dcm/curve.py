"""What a loss curve looks like: the seed's five kinds, by rules that are written down.

Let the drop be the first loss minus the lowest one.

- `diverging`: a loss is not finite, or the last stands more than half the drop above the lowest (or above the start).
- `flat`: the drop is under 5 % of the first loss.
- `oscillating`: the rises along the way add up to more than the drop.
- `plateau_drop`: at least 30 % of the steps pass before a fifth of the drop is made.
- `healthy`: none of these.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from glassbox.harness.records.prompted import Curve

FLAT = 0.05
CLIMB = 0.5
RISES = 1.0
PLATEAU_STEPS, PLATEAU_DROP = 0.3, 0.2


POINTS = 64
"""Of a curve that is kept in a log."""


def thinned(losses: Sequence[float], points: int = POINTS) -> tuple[tuple[int, float], ...]:
    """At most `points` (step, loss) of a curve, evenly apart, first and last among them; finite losses only.

    Losses are rounded to five significant digits, so that a log of many pairs stays small.
    """
    last = len(losses) - 1
    steps = range(len(losses)) if last < points else [round(at * last / (points - 1)) for at in range(points)]
    return tuple((step, float(f"{losses[step]:.5g}")) for step in steps if math.isfinite(losses[step]))


def curve_health(losses: Sequence[float]) -> Curve:
    """The kind of a curve of at least one loss; the first rule that holds, in the order above."""
    if not losses:
        raise ValueError("a loss curve has no losses; give those of a row that was in flight")
    if not all(map(math.isfinite, losses)):
        return "diverging"
    first, low, last = losses[0], min(losses), losses[-1]
    drop = first - low
    if last > first * (1 + FLAT) or (drop >= FLAT * first and last - low > CLIMB * drop):
        return "diverging"
    if len(losses) > 1 and drop < FLAT * first:
        return "flat"
    if sum(max(0.0, after - before) for before, after in pairwise(losses)) > RISES * drop:
        return "oscillating"
    begun = next(step for step, loss in enumerate(losses) if loss <= first - PLATEAU_DROP * drop)
    return "plateau_drop" if begun >= PLATEAU_STEPS * len(losses) and len(losses) > 1 else "healthy"
