"""The seed's early-stop signals and its rule for paraphrases, on records as runs leave them."""

from __future__ import annotations

import math

import pytest

from glassbox.harness.dcm.signals import fights, signals_of, wants_paraphrases
from glassbox.harness.records.prompted import Prompted, TargetRecord

FALLING = tuple((step, 4 * 0.9**step) for step in range(40))
SWING = tuple((step, 3 + math.sin(step)) for step in range(40))
AGAINST = tuple((step, 3 - math.sin(step)) for step in range(40))
Curve = tuple[tuple[int, float], ...]


def target(loss: float, curve: Curve) -> TargetRecord:
    return TargetRecord(
        target="x",
        decoded="x",
        exact=True,
        first_token=True,
        token_accuracy=1.0,
        horizon=2,
        tokens=2,
        loss=loss,
        losses=curve,
    )


def record(converged: bool = True, loss: float = 0.1, question: Curve = FALLING, answer: Curve = FALLING) -> Prompted:
    return Prompted(
        targets={"question": target(loss, question), "answer": target(0.1, answer)},
        steps=40,
        restarts=1,
        k=4,
        seconds=1.0,
        model_calls=41,
        artefact=None,
        converged=converged,
    )


def test_fewer_than_a_fifth_after_fifty_pairs_is_a_signal_and_not_before() -> None:
    bad = [record(converged=False)]
    assert signals_of(bad * 49) == {}
    found = signals_of(bad * 50)
    assert list(found) == ["few_converged"]
    assert "0 of 50 pairs are met, less than 20%" in found["few_converged"]
    # 20 % itself is enough.
    assert signals_of(bad * 40 + [record()] * 10) == {}
    assert "9 of 50" in signals_of(bad * 41 + [record()] * 9)["few_converged"]


def test_losses_that_fight_in_half_of_ten_pairs_are_a_signal() -> None:
    fought = record(question=SWING, answer=AGAINST)
    assert fights(fought) is True
    assert fights(record()) is False
    assert signals_of([fought] * 9) == {}
    assert "fight in 5 of 10 pairs" in signals_of([fought] * 5 + [record()] * 5)["anti_correlated"]
    assert signals_of([fought] * 4 + [record()] * 6) == {}


def test_one_target_alone_or_a_log_without_curves_cannot_fight() -> None:
    both = record()
    alone = both.model_copy(update={"targets": {"answer": both.targets["answer"]}})
    assert fights(alone) is None
    assert fights(record(question=(), answer=())) is None
    # Steps are matched by number: a curve that lost a point to an overflow still lines up.
    assert fights(record(question=SWING[:20] + SWING[21:], answer=AGAINST)) is True


def test_losses_of_zero_in_half_of_ten_pairs_are_a_signal() -> None:
    assert "a loss is zero in 5 of 10 pairs" in signals_of([record(loss=0.0)] * 5 + [record()] * 5)["zero_loss"]
    assert signals_of([record(loss=1e-3)] * 10) == {}


@pytest.mark.parametrize(("met", "deployed"), [(2, True), (3, False)])
def test_paraphrases_are_deployed_below_thirty_percent(met: int, deployed: bool) -> None:
    failed = record(converged=False)
    finished = [record()] * met + [failed] * (10 - met)
    reason = wants_paraphrases(finished, failed)
    assert (reason == f"{met} of 10 pairs are met, less than 30%") is deployed
    assert (reason is None) is not deployed


def test_a_pair_whose_losses_fight_is_given_paraphrases_unless_it_was_met() -> None:
    others = [record()] * 9
    fought = record(converged=False, question=SWING, answer=AGAINST)
    assert wants_paraphrases([*others, fought], fought) == "the losses of question and answer fight"
    met = record(question=SWING, answer=AGAINST)
    assert wants_paraphrases([*others, met], met) is None
