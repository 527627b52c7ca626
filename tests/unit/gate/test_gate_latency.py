"""Time relative to a reference in the same run: blind to the machine, awake to a method that became slower."""

from __future__ import annotations

import numpy as np
import pytest

from glassbox.leaderboards.gate.latency import slowdown

KEYS = [f"s{index}" for index in range(20)]


def _times(rng: np.random.Generator, base: float) -> dict[str, float]:
    """Milliseconds a sample, prompts of other lengths and 5 % of noise."""
    lengths = np.linspace(1, 2, len(KEYS))
    return dict(zip(KEYS, (base * lengths * rng.lognormal(0, 0.05, len(KEYS))).tolist(), strict=True))


def test_a_machine_of_half_the_speed_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    found = slowdown(_times(rng, 3), _times(rng, 50), _times(rng, 6), _times(rng, 100))
    assert found is not None
    assert found.ratio == pytest.approx(1, abs=0.06)
    assert 0.9 < found.low < 1 < found.high < 1.1
    assert found.then == pytest.approx(0.06, abs=0.005)
    assert found.n == 20


def test_a_method_that_takes_twice_as_long_is_found_whatever_the_machine() -> None:
    rng = np.random.default_rng(1)
    found = slowdown(_times(rng, 3), _times(rng, 50), _times(rng, 12), _times(rng, 100))
    assert found is not None
    assert found.low > 1.8
    assert found.ratio == pytest.approx(2, abs=0.12)


def test_only_samples_timed_in_all_four_runs_count_and_four_are_too_few() -> None:
    rng = np.random.default_rng(2)
    then, beside, now, reference = (_times(rng, base) for base in (3, 50, 3, 50))
    del then["s0"], now["s1"]
    reference["s2"] = 0.0
    found = slowdown(then, beside, now, reference)
    assert found is not None
    assert found.n == 17
    few = {key: now[key] for key in KEYS[3:7]}
    assert slowdown(then, beside, few, reference) is None
