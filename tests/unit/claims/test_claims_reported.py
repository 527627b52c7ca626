"""Figures of the origins, judged by counts alone: intervals are computed, and differences named for what they are."""

from __future__ import annotations

import pytest

from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.stats.intervals import wilson
from glassbox.harness.stats.power import paired_detectable
from glassbox.harness.stats.reported import rejudge
from glassbox.leaderboards.claims.claim import Claim, claims_of, load_books
from glassbox.leaderboards.claims.kind import Count
from glassbox.leaderboards.claims.ledger import Entry, by_the_origin, ledger
from glassbox.leaderboards.claims.ledger_tables import reported
from glassbox.leaderboards.claims.measured import CannotMeasure, Measured
from glassbox.leaderboards.claims.reported import Detectable, Provable, ReportedDifference
from glassbox.leaderboards.claims.verdict import Standing


def figure(measured: Measured | None) -> Estimate:
    """What was found, which there must be."""
    assert measured is not None
    assert measured.found is not None
    return measured.found


def _entry(name: str) -> Entry:
    [found] = [entry for entry in ledger(load_books(), []) if entry.claim.id == name]
    return found


def _claim(name: str) -> Claim:
    return next(claim for claim in claims_of(load_books()) if claim.id == name)


@pytest.mark.parametrize(
    ("name", "right", "needed"),
    [("002.bigger_model_gains", 14, "989"), ("002.best_of_n_gains", 15, "237")],
)
def test_13_of_18_against_14_and_15_is_no_evidence_of_a_difference(name: str, right: int, needed: str) -> None:
    entry, expected = _entry(name), rejudge(right, 13, 18)
    assert entry.standing is Standing.UNDETERMINED
    assert figure(entry.measured).value == pytest.approx(expected.difference)
    assert figure(entry.measured).low == pytest.approx(expected.interval.low)
    assert entry.note.startswith("no evidence of a difference")
    assert f"would need {needed} samples a side" in entry.note
    assert expected.needed == int(needed)
    assert entry.model == "as reported"


def test_2_of_8_against_8_of_8_is_evidence() -> None:
    entry = _entry("003.recipe_on_named_model")
    assert entry.standing is Standing.REFUTED
    assert entry.note.startswith("evidence of a difference")


def test_counts_over_other_samples_are_compared_unpaired() -> None:
    counts = (Count(right=9, n=10, of="ten"), Count(right=13, n=18, of="eighteen"))
    found = ReportedDifference().measure({}, counts)
    assert figure(found).value == pytest.approx(0.9 - 13 / 18)
    assert figure(found).low is not None
    assert figure(found).high is not None
    assert figure(found).low < 0 < figure(found).high
    assert "unpaired; 86 samples a side would show it" in found.note


def test_18_tasks_cannot_show_6_points_nor_85_percent() -> None:
    small = Detectable(n=18).measure({}, ())
    assert figure(small).value == paired_detectable(18, 0.0)
    assert figure(small).value is not None
    assert figure(small).value > 0.33
    assert _entry("002.rerun_can_measure").standing is Standing.REFUTED
    most = Provable(n=18).measure({}, ())
    assert figure(most).value == pytest.approx(wilson(18, 18).low)
    assert _entry("002.target_can_be_shown").standing is Standing.REFUTED
    assert _entry("002.target_can_be_shown").model == "by arithmetic"


def test_as_few_as_five_pairs_show_nothing() -> None:
    found = Detectable(n=5).measure({}, ())
    assert (figure(found).value, found.note) == (1.0, "with 5 pairs no outcome is evidence")


def test_two_counts_are_needed_for_a_difference() -> None:
    with pytest.raises(CannotMeasure, match="reported 1 counts, and 2 are needed"):
        ReportedDifference().measure({}, [Count(right=1, n=2, of="one")])


def test_every_reported_count_is_shown_with_the_interval_that_follows_from_it() -> None:
    shown = {claim.id: reported(claim) for claim in claims_of(load_books())}
    assert "6/6, 100.0 [61.0, 100.0] % (undetermined)" in shown["000.operation_readable"]
    assert "1/6, 16.7 [3.0, 56.4] % (refuted)" in shown["000.first_operand_at_layer"]
    assert "0/24, 0.0 [0.0, 13.8] % (refuted)" in shown["001.decodes_what_loss_promises"]
    assert "3/3, 100.0 [43.9, 100.0] %" in shown["001.success_threshold"]
    assert "13/18, 72.2 [49.1, 87.5] %" in shown["002.below_target"]
    assert "8/8, 100.0 [67.6, 100.0] % (undetermined)" in shown["003.value_output"]
    assert shown["000.semantic"] == "never measured"


def test_an_origins_count_is_judged_only_where_it_is_the_claims_statistic() -> None:
    claim = _claim("001.decodes_what_loss_promises")
    standings = [by_the_origin(count, claim)[1] for count in claim.origin.counts]
    assert standings == [Standing.REFUTED, Standing.UNDETERMINED, None]


def test_without_logs_every_claim_has_one_row_and_nothing_is_measured_here() -> None:
    entries = ledger(load_books(), [])
    assert [entry.claim.id for entry in entries] == [claim.id for claim in claims_of(load_books())]
    for entry in entries:
        assert (entry.standing is Standing.NOT_RUN) == bool(entry.claim.statistic.roles)
        if entry.claim.runs:
            assert entry.note.startswith("no log; run `")
        elif entry.claim.needs:
            assert entry.note.startswith("needs ")
