"""Reported counts judged without their samples: the code-spec suite of seed 002, and published intervals."""

from __future__ import annotations

import pytest

from glassbox.harness.stats.reported import newcombe, rejudge

# FACTS section 002, single runs over 18 tasks: 7B 13, its repeat 12, 32B 14, best-of-3 14 and 15, AST repair 15.
BASE, LARGER, REPAIRED = 13, 14, 15


@pytest.mark.parametrize(
    ("other", "difference", "needed", "pairs", "unrelated"),
    [(LARGER, -1 / 18, 989, 141, 988), (REPAIRED, -2 / 18, 237, 70, 237)],
)
def test_the_reported_gains_of_the_code_suite_are_no_evidence_of_a_difference(
    other: int, difference: float, needed: int, pairs: int, unrelated: int
) -> None:
    found = rejudge(BASE, other, 18)
    assert not found.evidence
    assert not found.possible  # not under any pairing of the runs
    assert 0 in found.interval
    assert found.difference == pytest.approx(difference)
    assert (found.needed, found.needed_paired, found.needed_unrelated) == (needed, pairs, unrelated)
    sentence = found.sentence("7B", "the other")
    assert sentence.startswith(f"no evidence of a difference between 7B and the other: 13/18 against {other}/18")
    assert f"would need {needed:,} samples a side, or {pairs:,} to {unrelated:,} pairs" in sentence


def test_even_the_best_pairing_leaves_13_against_15_to_chance() -> None:
    found = rejudge(BASE, REPAIRED, 18)
    assert found.least_p == 0.5  # two discordant pairs, both for the repair
    assert found.most_p == pytest.approx(0.7266, abs=1e-4)  # 3 against 5
    assert found.p == pytest.approx(0.6906, abs=1e-3)


def test_a_repeat_of_the_same_model_differs_as_much_as_the_larger_one() -> None:
    assert rejudge(13, 12, 18).difference == pytest.approx(-rejudge(BASE, LARGER, 18).difference)


def test_a_model_that_broke_is_told_apart_whatever_the_pairing() -> None:
    broken = rejudge(3, 15, 18)  # Qwen3-Coder-30B-A3B FP8 against the repair
    assert broken.evidence
    assert broken.sentence("FP8", "repair").startswith("evidence of a difference between FP8 and repair")


def test_where_the_pairing_decides_the_sentence_says_so() -> None:
    found = rejudge(8, 14, 18)
    assert found.possible
    assert not found.evidence
    assert found.sentence("a", "b").startswith("undecided without the samples themselves")


def test_equal_counts_need_no_samples() -> None:
    found = rejudge(9, 9, 18)
    assert (found.needed, found.needed_paired, found.least_p) == (None, None, 1.0)
    assert "would need" not in found.sentence("a", "b")


def test_newcombe_gives_the_published_interval() -> None:
    # Newcombe (1998), table II, method 10: 56/70 less 48/80.
    interval = newcombe(56, 70, 48, 80)
    assert interval.low == pytest.approx(0.0524, abs=5e-5)
    assert interval.high == pytest.approx(0.3339, abs=5e-5)


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="19 successes of 18"):
        rejudge(19, 3, 18)
