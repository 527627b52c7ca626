"""Every kind of statistic a claim may be about, told apart by `kind`. A new one is a class and its name here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from glassbox.leaderboards.claims.compared import CostRatio, Criterion, Difference
from glassbox.leaderboards.claims.headers import Census, Extreme, Metric
from glassbox.leaderboards.claims.reported import Detectable, Provable, ReportedDifference, ReportedShare
from glassbox.leaderboards.claims.samples import Correlation, Reduction, Share

Statistic = Annotated[
    Metric
    | Census
    | Extreme
    | Difference
    | CostRatio
    | Criterion
    | Share
    | Correlation
    | Reduction
    | ReportedShare
    | ReportedDifference
    | Detectable
    | Provable,
    Field(discriminator="kind"),
]
