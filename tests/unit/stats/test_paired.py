"""Paired comparison: figures of an independent implementation, type I error and coverage by simulation, verdicts."""

from __future__ import annotations

import numpy as np
import pytest

from glassbox.harness.stats.intervals import Interval
from glassbox.harness.stats.paired import PairedTable, compare, mcnemar, paired_table, tango
from glassbox.harness.stats.verdict import Verdict, above


def _table(only_a: int, only_b: int, n: int) -> PairedTable:
    return PairedTable(n - only_a - only_b, only_a, only_b, 0)


def _pairs(only_a: int, only_b: int, n: int) -> tuple[list[int], list[int]]:
    both = n - only_a - only_b
    return [1] * (both + only_a) + [0] * only_b, [1] * both + [0] * only_a + [1] * only_b


@pytest.mark.parametrize(
    ("only_a", "only_b", "n", "confidence", "low", "high"),
    [
        # R, PropCIs::scoreci.mp: two published calls and their answers.
        (28, 25, 618, 0.90, -0.0148, 0.0247),
        (48, 41, 549, 0.90, -0.0157, 0.0414),
        # Airway hyper-responsiveness (Bentur 2009) as in Fagerland, Lydersen & Laake (2014), Stat Med 33:2850.
        (1, 7, 21, 0.95, -0.517, -0.026),
    ],
)
def test_tango_gives_the_published_interval(
    only_a: int, only_b: int, n: int, confidence: float, low: float, high: float
) -> None:
    interval = tango(_table(only_a, only_b, n), confidence)
    digits = 5e-5 if confidence == 0.90 else 5e-4
    assert interval.low == pytest.approx(low, abs=digits)
    assert interval.high == pytest.approx(high, abs=digits)


@pytest.mark.parametrize(("only_a", "only_b", "n"), [(5, 2, 30), (0, 5, 25), (50, 0, 50), (1, 999, 1000), (0, 0, 9)])
def test_exchanging_the_methods_mirrors_the_interval(only_a: int, only_b: int, n: int) -> None:
    there, back = tango(_table(only_a, only_b, n)), tango(_table(only_b, only_a, n))
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-9)
    assert -1 <= there.low <= (only_a - only_b) / n <= there.high <= 1


def test_no_discordant_pair_still_leaves_width_that_shrinks_with_n() -> None:
    # Closed form there: z^2 / (n + z^2).
    assert tango(_table(0, 0, 100)).high == pytest.approx(3.8415 / 103.8415, abs=1e-4)
    assert tango(_table(0, 0, 1000)).high == pytest.approx(3.8415 / 1003.8415, abs=1e-5)


def test_mcnemar_is_the_fair_coin_over_discordant_pairs() -> None:
    assert mcnemar(_table(0, 6, 100)) == pytest.approx(2 / 64)
    assert mcnemar(_table(0, 6, 10_000)) == pytest.approx(2 / 64)
    assert mcnemar(_table(0, 0, 100)) == 1.0


def test_13_against_15_of_18_is_no_evidence_even_at_its_most_favourable() -> None:
    found = compare(*_pairs(only_a=2, only_b=0, n=18))
    assert found.p == 0.5
    assert not found.evidence


def test_a_lead_of_28_discordant_pairs_in_200_is_evidence_and_says_what_so_many_could_have_found() -> None:
    found = compare(*_pairs(only_a=2, only_b=30, n=200))
    assert found.difference == pytest.approx(-0.14)
    assert found.evidence
    assert found.table.discordance == 0.16
    assert found.limit == "8.2 points"
    assert found.needed(0.14) == 64


def test_a_false_alarm_of_two_equal_methods_is_at_most_5_in_100() -> None:
    draws = np.random.default_rng(11)
    alarms = 0
    for _ in range(600):
        kinds = draws.choice(4, size=120, p=(0.7, 0.1, 0.1, 0.1))
        cells = np.bincount(kinds, minlength=4)
        table = PairedTable(*(int(cell) for cell in cells))
        alarms += mcnemar(table) < 0.05 and 0 not in tango(table)
    assert 5 <= alarms <= 35  # the exact test is conservative: below 30, and not idle


def test_tango_covers_the_true_difference_in_95_of_100_experiments() -> None:
    draws = np.random.default_rng(12)
    covered = 0
    for _ in range(600):
        cells = np.bincount(draws.choice(4, size=80, p=(0.6, 0.2, 0.08, 0.12)), minlength=4)
        covered += 0.12 in tango(PairedTable(*(int(cell) for cell in cells)))
    assert covered / 600 == pytest.approx(0.95, abs=0.025)


@pytest.mark.parametrize(("a", "b"), [([1, 0], [1]), ([], []), ([1, 2], [1, 0]), ([1, float("nan")], [1, 0])])
def test_outcomes_that_cannot_be_paired_are_refused(a: list[int], b: list[int]) -> None:
    with pytest.raises(ValueError, match="a paired comparison needs"):
        paired_table(a, b)


def test_the_four_cells_are_counted() -> None:
    assert paired_table([1, 1, 0, 0, 1], [1, 0, 1, 0, 1]) == PairedTable(2, 1, 1, 1)


def test_a_threshold_is_judged_by_the_bound_and_not_by_the_point() -> None:
    assert above(Interval(0.991, 1.0, 0.95, "wilson"), 0.99) is Verdict.SUPPORTED
    assert above(Interval(0.981, 1.0, 0.95, "wilson"), 0.99) is Verdict.UNDETERMINED
    assert above(Interval(0.90, 0.99, 0.95, "wilson"), 0.99) is Verdict.REFUTED


def test_tango_covers_every_tried_truth_in_about_95_of_100() -> None:
    """Over 24 differences and discordances of 60 pairs: 95 % on average, and far off nowhere."""
    n, holds = 60, {}
    shares = [(b + d, b) for b in (0.02, 0.05, 0.1, 0.2) for d in (0.0, 0.02, 0.05, 0.1, 0.2, 0.3)]
    coverages = []
    for only_a, only_b in shares:
        cells = np.random.default_rng(14).multinomial(n, [only_a, only_b, 1 - only_a - only_b], size=4000)
        kinds, counts = np.unique(cells[:, :2], axis=0, return_counts=True)
        inside = 0
        for (a, b), count in zip(kinds.tolist(), counts.tolist(), strict=True):
            if (a, b) not in holds:
                holds[a, b] = tango(_table(a, b, n))
            inside += count * ((only_a - only_b) in holds[a, b])
        coverages.append(inside / 4000)
    assert np.mean(coverages) == pytest.approx(0.95, abs=0.01)
    assert min(coverages) > 0.92
