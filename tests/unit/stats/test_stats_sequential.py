"""Sequential stopping: the level holds however often one looks, where an ordinary test loses it."""

from __future__ import annotations

import numpy as np
import pytest

from glassbox.harness.stats.paired import mcnemar_mid_p
from glassbox.harness.stats.resample import Floats
from glassbox.harness.stats.sequential import Stop, confidence_sequence, e_values, sequential


def _differences(seed: int, only_a: float, only_b: float, experiments: int = 1500, n: int = 1000) -> Floats:
    shares = [only_b, 1 - only_a - only_b, only_a]
    return np.random.default_rng(seed).choice([-1.0, 0.0, 1.0], p=shares, size=(experiments, n))


def test_looking_after_every_sample_never_costs_more_than_the_level() -> None:
    found = _differences(1, 0.15, 0.15)
    only_a, only_b = (found > 0).cumsum(axis=1), (found < 0).cumsum(axis=1)
    ever = (e_values(only_a, only_b) >= 20).any(axis=1).mean()
    assert 0.01 < ever <= 0.05
    peeked = (mcnemar_mid_p(only_a[:, 19::20], only_b[:, 19::20]) < 0.05).any(axis=1).mean()
    assert peeked > 0.2  # the ordinary test, looked at after every 20th sample


def test_the_mean_evidence_of_equals_is_one_at_every_length() -> None:
    for n in (5, 20):
        counts = np.arange(n + 1)
        weights = np.asarray([float(_binomial(n, int(k))) for k in counts]) / 2**n
        assert (weights * e_values(counts, n - counts)).sum() == pytest.approx(1)


def _binomial(n: int, k: int) -> int:
    from math import comb

    return comb(n, k)


def test_a_real_difference_stops_early_in_nearly_every_experiment() -> None:
    found = _differences(2, 0.2, 0.1, experiments=500)
    evidence = e_values((found > 0).cumsum(axis=1), (found < 0).cumsum(axis=1)) >= 20
    assert evidence.any(axis=1).mean() > 0.97
    assert np.median(evidence.argmax(axis=1) + 1) < 350


def test_the_confidence_sequence_holds_the_truth_at_every_sample_at_once() -> None:
    low, high = confidence_sequence(_differences(3, 0.2, 0.1), -1, 1)
    missed = ((low > 0.1) | (high < 0.1)).any(axis=1).mean()
    assert missed <= 0.05
    assert (high[:, -1] - low[:, -1]).mean() < 0.16
    assert (np.diff(high, axis=1) <= 0).all()  # what was once excluded stays so


def _pairs(only_a: int, only_b: int, n: int) -> tuple[Floats, Floats]:
    kinds = np.repeat([1, 2, 0], [only_a, only_b, n - only_a - only_b])
    np.random.default_rng(4).shuffle(kinds)
    return (kinds != 2).astype(np.float64), (kinds != 1).astype(np.float64)


def test_the_better_one_is_named_with_the_sample_at_which_it_was_clear() -> None:
    a, b = _pairs(200, 40, 1000)
    found, back = sequential(a, b), sequential(b, a)
    assert found.stop is Stop.A_BETTER
    assert back.stop is Stop.B_BETTER
    assert found.stopped_at == back.stopped_at < 400
    assert found.e >= 20
    assert found.p <= 0.05
    until = sequential(a[: found.stopped_at - 1], b[: found.stopped_at - 1])
    assert until.stop is Stop.UNDECIDED
    assert until.stopped_at == found.stopped_at - 1


def test_equals_stop_at_the_margin_or_go_on() -> None:
    a, b = _pairs(50, 50, 5000)
    assert sequential(a, b).stop is Stop.UNDECIDED
    found = sequential(a, b, margin=0.05)
    assert found.stop is Stop.EQUIVALENT
    assert found.stopped_at < 3000
    assert -0.05 < found.interval.low < found.interval.high < 0.05


def test_six_for_nothing_is_not_yet_enough_for_one_who_looks_all_the_time() -> None:
    assert sequential(np.ones(6), np.zeros(6)).stop is Stop.UNDECIDED  # the exact test alone: p = 0.03
    assert sequential(np.ones(9), np.zeros(9)).stop is Stop.A_BETTER


def test_what_cannot_be_followed_is_refused() -> None:
    with pytest.raises(ValueError, match="outcomes of 0 or 1 of the same samples"):
        sequential([1, 0], [1, 0, 1])
    with pytest.raises(ValueError, match="margin 0 must be positive"):
        sequential([1], [1], margin=0)
    with pytest.raises(ValueError, match=r"needs values in -1\.\.1"):
        confidence_sequence([2.0], -1, 1)
