"""Was the optimisation healthy? The share of healthy loss curves, and every kind counted.

A plateau with a drop after it is healthy too: the start was far from the basin. Oscillating, flat, diverging are not.
"""

from __future__ import annotations

from inspect_ai.scorer import Score, Scorer, scorer
from inspect_ai.solver import TaskState

from glassbox.harness.records.prompted import TARGETS, Prompted
from glassbox.scorers.dcm_metrics import counts_of
from glassbox.scorers.dcm_record import of_record
from glassbox.scorers.metrics import proportion

HEALTHY = frozenset({"healthy", "plateau_drop"})


@scorer(metrics=[proportion(of="rate"), *(counts_of(f"curve_{target}") for target in TARGETS)])
def curves() -> Scorer:
    """Score 1 where every curve is healthy; metadata has the kinds."""

    @of_record
    async def score(record: Prompted, state: TaskState) -> Score:
        kinds = {f"curve_{name}": held.curve for name, held in record.targets.items()}
        return Score(value=int(all(kind in HEALTHY for kind in kinds.values())), metadata=dict(kinds))

    return score
