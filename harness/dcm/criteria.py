"""The seed's success criteria, each target by itself, and its thresholds for a data set.

They are about losses. `TargetRecord.exact`, greedy decoding to the stop token, stands beside every one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from glassbox.harness.records.prompted import TARGETS, Prompted, TargetRecord

RANDOM_SHARE = 0.3
CONTEXT_TIMES = 2.0

Grade = Literal["below", "minimum", "good", "excellent"]
GRADES: tuple[Grade, ...] = ("below", "minimum", "good", "excellent")


@dataclass(frozen=True)
class Criteria:
    """One target under the seed's two criteria; None where the baseline was not measured.

    Attributes:
      beats_random: The loss is under 30 % of that of random vectors behind the same mode.
      near_context: It is under twice that of the text itself as prompt.
    """

    beats_random: bool | None
    near_context: bool | None

    @property
    def converged(self) -> bool:
        """Either of them holds."""
        return bool(self.beats_random or self.near_context)


def criteria_of(record: TargetRecord) -> Criteria:
    """The seed's criteria for one target."""
    random, context = record.loss_random, record.loss_context
    return Criteria(
        None if random is None else record.loss < RANDOM_SHARE * random,
        None if context is None else record.loss < CONTEXT_TIMES * context,
    )


def loss_ratio(record: TargetRecord) -> float | None:
    """Loss over that of random vectors, of the same target."""
    return record.loss / record.loss_random if record.loss_random else None


def balance(prompted: Prompted) -> float | None:
    """The larger of the two targets' losses over their full-context losses; None unless both were measured."""
    ratios = []
    for name in TARGETS:
        record = prompted.targets.get(name)
        if record is None or not record.loss_context:
            return None
        ratios.append(record.loss / record.loss_context)
    return max(ratios)


def convergence_grade(rate: float) -> Grade:
    """The seed's threshold that a rate of convergence passes (above 40, 70, 90 %)."""
    return GRADES[sum(rate > limit for limit in (0.4, 0.7, 0.9))]


def ratio_grade(mean_ratio: float) -> Grade:
    """The same for the mean loss ratio (under 0.4, 0.25, 0.15)."""
    return GRADES[sum(mean_ratio < limit for limit in (0.4, 0.25, 0.15))]


def balance_grade(worst: float) -> Grade:
    """The same for the balance of the targets (both under 2, 1.5, 1.2 times the baseline)."""
    return GRADES[sum(worst < limit for limit in (2.0, 1.5, 1.2))]


def anti_correlated(question: Sequence[float], answer: Sequence[float]) -> bool:
    """Whether the two targets fight: their losses' changes correlate below -0.3 over a curve of ten steps or more."""
    import numpy as np

    if len(question) < 11:
        return False
    changes = np.diff(np.array([question, answer]))
    if not np.isfinite(changes).all() or not changes.std(axis=1).all():
        return False
    return bool(np.corrcoef(changes)[0, 1] < -0.3)
