"""Curve health, the seed's criteria and thresholds, and pair identity."""

from __future__ import annotations

import math

import pytest

from glassbox.harness.data.pair import Pair
from glassbox.harness.dcm.criteria import (
    anti_correlated,
    balance,
    balance_grade,
    convergence_grade,
    criteria_of,
    loss_ratio,
    ratio_grade,
)
from glassbox.harness.dcm.curve import curve_health
from glassbox.harness.records.prompted import Prompted, TargetRecord


@pytest.mark.parametrize(
    ("losses", "kind"),
    [
        ([5, 4, 3, 2.5, 2.2, 2.1], "healthy"),
        ([5.0], "healthy"),
        ([5, 5, 5, 5, 4.9, 1, 0.5], "plateau_drop"),
        ([5, 4.99, 5, 4.98], "flat"),
        ([5, 2, 5, 2, 5, 2, 5, 1], "oscillating"),
        ([5, 3, 1, 2, 4, 4.5], "diverging"),
        ([5, 6], "diverging"),
        ([5, math.nan], "diverging"),
        ([5, math.inf, 1], "diverging"),
    ],
)
def test_curves_are_named(losses: list[float], kind: str) -> None:
    assert curve_health(losses) == kind


def test_a_curve_without_losses_is_refused() -> None:
    with pytest.raises(ValueError, match="no losses"):
        curve_health([])


def target(loss: float, random: float | None, context: float | None) -> TargetRecord:
    return TargetRecord(
        target="t", decoded="t", exact=True, first_token=True, token_accuracy=1.0, horizon=2, tokens=2,
        loss=loss, loss_random=random, loss_context=context,
    )  # fmt: skip


def test_the_two_criteria_are_kept_apart() -> None:
    assert [criteria_of(target(1.0, *given)).beats_random for given in ((3.4, None), (3.2, None))] == [True, False]
    assert [criteria_of(target(1.0, *given)).near_context for given in ((None, 0.51), (None, 0.49))] == [True, False]
    unmeasured = criteria_of(target(1.0, None, None))
    assert (unmeasured.beats_random, unmeasured.near_context, unmeasured.converged) == (None, None, False)
    assert criteria_of(target(1.0, 1.0, 0.6)).converged
    assert loss_ratio(target(1.0, 4.0, None)) == 0.25


def test_grades_are_the_seeds() -> None:
    assert [convergence_grade(rate) for rate in (0.4, 0.41, 0.71, 0.91)] == ["below", "minimum", "good", "excellent"]
    assert [ratio_grade(ratio) for ratio in (0.4, 0.39, 0.24, 0.14)] == ["below", "minimum", "good", "excellent"]
    assert [balance_grade(worst) for worst in (2.0, 1.9, 1.4, 1.1)] == ["below", "minimum", "good", "excellent"]


def test_balance_is_the_worse_target_and_needs_both() -> None:
    cost = {"steps": 1, "restarts": 1, "k": 1, "seconds": 0.1, "model_calls": 1, "artefact": None, "converged": True}
    both = {"question": target(1.0, 5.0, 2.0), "answer": target(3.0, 5.0, 2.0)}
    assert balance(Prompted.model_validate({"targets": both, **cost})) == 1.5
    assert balance(Prompted.model_validate({"targets": {"answer": both["answer"]}, **cost})) is None


def test_targets_that_fight_are_noticed() -> None:
    up_and_down = [5 - 0.1 * step + (0.3 if step % 2 else -0.3) for step in range(20)]
    against = [5 - 0.1 * step - (0.3 if step % 2 else -0.3) for step in range(20)]
    assert anti_correlated(up_and_down, against)
    assert not anti_correlated(up_and_down, up_and_down)
    assert not anti_correlated([1.0, 2.0], [2.0, 1.0])


def test_a_pairs_identity_is_its_texts() -> None:
    pair = Pair("ab", "c", "d", "squad", {"topic": "x"})
    assert pair.id == Pair("ab", "c", "d").id
    assert len(pair.id) == 16
    assert len({pair.id, Pair("a", "bc", "d").id, Pair("ab", "c", "").id, Pair("c", "ab", "d").id}) == 4
