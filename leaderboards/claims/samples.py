"""Statistics over single samples: the share of which something holds, how two figures go together, what became rarer.

Share(where={"score_generated_tokens": 0}).measure({"run": [record]}, ())
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import atanh, sqrt, tanh
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field
from scipy.stats import norm, spearmanr

from glassbox.harness.records.frames import RunRecord, samples_frame
from glassbox.harness.stats.estimate import Estimate
from glassbox.leaderboards.claims.kind import Count, Kind, Roles, only
from glassbox.leaderboards.claims.measured import CannotMeasure, Measured
from glassbox.leaderboards.populations import beyond_values

if TYPE_CHECKING:
    import pandas as pd

Scalar = str | int | float | bool
Where = Mapping[str, Scalar | tuple[Scalar, ...]]
"""Columns of `samples_frame` and the value, or the values, that each must have."""
DRAWS = 10_000
METADATA = "metadata_"


class Share(Kind):
    """The share of samples of which something holds: of new templates or passages, where samples share such.

    Attributes:
      where: What must hold.
      among: Which samples count; all by default.
      negate: Count the samples of which it does not hold.
    """

    is_share: ClassVar[bool] = True
    kind: Literal["share"] = "share"
    where: Where
    among: Where = Field(default_factory=dict)
    negate: bool = False

    def measure(self, runs: Roles, counts: Sequence[Count]) -> Measured:
        """Samples on which a column was not measured are left out."""
        frame = _measured(only(runs, "run"), self.where, self.among)
        kept = frame[_holds(frame, self.among)] if self.among else frame
        if kept.empty:
            raise CannotMeasure("there is no such sample in the run, so that no share of them exists")
        holds = _holds(kept, self.where) != self.negate
        shared = kept.filter(like=METADATA).rename(columns=lambda name: name.removeprefix(METADATA))
        metadata = [{str(name): value for name, value in one.items()} for one in shared.to_dict("records")]
        new = beyond_values(holds.astype(float).tolist(), metadata)
        if new is not None:
            return Measured(new.share, new.words, clusters=new.clusters)
        return Measured(Estimate.of_count(int(holds.sum()), len(kept)))


class Reduction(Kind):
    """By which share run `a` has fewer such samples than run `b` on the same samples: 1 - a / b.

    The interval is a percentile bootstrap over pairs. Draws in which `b` has none are left out, and so it is only as
    good as `b` has many.

    Attributes:
      where: What is to become rarer, such as `{"score_outcome": "syntax"}`.
    """

    roles: ClassVar[tuple[str, ...]] = ("a", "b")
    kind: Literal["reduction"] = "reduction"
    where: Where

    def measure(self, runs: Roles, counts: Sequence[Count]) -> Measured:
        """Paired by sample id and epoch."""
        frames = [_measured(only(runs, role), self.where, {}) for role in ("a", "b")]
        held = [frame.set_index(["id", "epoch"]).pipe(_holds, self.where) for frame in frames]
        if not held[0].index.sort_values().equals(held[1].index.sort_values()):
            raise CannotMeasure("the two runs do not hold the same samples; run both on the same ones")
        a, b = held[0].to_numpy(), held[1].reindex(held[0].index).to_numpy()
        if not b.any():
            raise CannotMeasure(f"the second run has none of {len(b)} such samples: there is nothing to reduce")
        cells = np.asarray([(a & b).sum(), (a & ~b).sum(), (~a & b).sum(), (~a & ~b).sum()])
        drawn = np.random.default_rng(0).multinomial(len(a), cells / len(a), size=DRAWS)
        some = drawn[drawn[:, 0] + drawn[:, 2] > 0]
        ratios = 1 - (some[:, 0] + some[:, 1]) / (some[:, 0] + some[:, 2])
        low, high = np.quantile(ratios, (0.025, 0.975))
        point = 1 - int(a.sum()) / int(b.sum())
        note = f"{int(a.sum())} against {int(b.sum())} of {len(a)}"
        return Measured(Estimate(point, float(low), float(high), len(a)), note)


class Correlation(Kind):
    """Spearman's rank correlation of two columns over the samples, with Fisher's interval.

    Attributes:
      first: A column of `samples_frame`.
      second: The other.
    """

    kind: Literal["correlation"] = "correlation"
    first: str
    second: str

    def measure(self, runs: Roles, counts: Sequence[Count]) -> Measured:
        """Of at least four samples on which both vary."""
        frame = _measured(only(runs, "run"), {self.first: 0, self.second: 0}, {})
        if len(frame) < 4 or min(frame[self.first].nunique(), frame[self.second].nunique()) < 2:
            raise CannotMeasure(f"{len(frame)} samples, or figures that never vary, have no correlation")
        found = float(spearmanr(frame[self.first], frame[self.second]).statistic)
        if abs(found) >= 1:
            return Measured(Estimate.exactly(found, len(frame)))
        half = float(norm.ppf(0.975)) / sqrt(len(frame) - 3)
        bounds = tanh(atanh(found) - half), tanh(atanh(found) + half)
        return Measured(Estimate(found, *bounds, len(frame), "number"), "rank correlation")


def _measured(record: RunRecord, where: Where, among: Where) -> pd.DataFrame:
    frame = samples_frame(record, attempts=False)
    columns = [*where, *among]
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise CannotMeasure(f"samples of {record.solver} have no {', '.join(missing)}")
    return frame.dropna(subset=list(dict.fromkeys(columns)))


def _holds(frame: pd.DataFrame, where: Where) -> pd.Series[bool]:
    import pandas as pd

    held = pd.Series(True, index=frame.index)
    for name, wanted in where.items():
        held &= frame[name].isin(list(wanted) if isinstance(wanted, tuple) else [wanted])
    return held
