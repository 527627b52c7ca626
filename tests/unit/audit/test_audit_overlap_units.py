"""Test items in other text: what counts as the same words, what a run of words proves, and what it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassbox.harness.audit.overlap import Items, words_of

LONG = (
    "A farmer has 12 fields and plants 340 seeds in each of them every spring, but rain washes 95 seeds away in the "
    "first week. How many seeds are left in all fields together after that week?"
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is 007 plus 1,000?", "what is 7  plus 1000"),
        ("It isn't 2.50!", "it isn't 2.5"),
        ('"Subtract" 49 from 69.', "subtract 49 from 69"),
        ("find_index(x)", "find index ( x )"),
    ],
)
def test_case_punctuation_and_the_form_of_numbers_do_not_matter(one: str, other: str) -> None:
    assert words_of(one) == words_of(other)


@pytest.mark.parametrize(("one", "other"), [("5 - 3", "5 + 3"), ("( [ {", "( { ["), ("69 - 49", "49 - 69")])
def test_signs_brackets_and_order_do(one: str, other: str) -> None:
    assert words_of(one) != words_of(other)


def test_a_short_item_is_found_whole_or_not_at_all() -> None:
    items = Items({"a": "Subtract 49 from 69"})
    assert [match.level for match in items.matches("First: Subtract 49 from 69. Then stop.")] == ["exact"]
    assert [match.level for match in items.matches("first subtract 49 from 69")] == ["normalised"]
    assert items.matches("subtract 49 from 70") == items.matches("from 69 subtract 49") == []


def test_a_long_item_is_found_by_thirteen_words_and_its_coverage_is_told() -> None:
    items = Items({"a": LONG})
    assert items.matches(LONG.replace("farmer", "grower"))[0].coverage > 0.9
    (half,) = items.matches(LONG[: LONG.index("first week")])
    assert (half.level, half.whole) == ("n-gram", False)
    assert 0.5 <= half.coverage < 0.9
    assert items.matches(LONG.replace("95", "96").replace("340", "341").replace("12", "13")) == []


def test_a_run_that_leaves_out_a_number_of_the_item_proves_nothing() -> None:
    items = Items({"a": "How much do you get when you multiply 3 by 19?"})
    assert items.matches("How much do you get when you multiply 3 by 18?") == []
    (same,) = items.matches("Tell me: how much do you get when you multiply 3 by 19, please?")
    assert same.level == "normalised"


def test_words_that_several_items_share_are_the_tasks_wording() -> None:
    rule = "Answer with one letter and nothing else, and think before you answer."
    items = Items({str(at): f"{rule} {colour} or not" for at, colour in enumerate(("red", "blue", "green", "grey"))})
    assert items.matches(rule) == []
    assert [match.item for match in items.matches(f"{rule} blue or not")] == ["1"]


def test_empty_items_and_empty_text_match_nothing() -> None:
    assert Items({"a": "", "b": "..."}).matches("anything at all") == []
    assert Items({"a": "What is it then?"}).matches("") == []


WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=5), min_size=1, max_size=40)


@given(WORDS, WORDS, WORDS)
def test_an_item_that_stands_in_a_text_is_always_found_exactly(
    before: list[str], item: list[str], after: list[str]
) -> None:
    text = " ".join([*before, *item, *after])
    matches = Items({"it": " ".join(item)}).matches(text)
    assert [(match.item, match.level) for match in matches] == [("it", "exact")]


@given(WORDS, st.lists(st.text("stuvwxyz", min_size=1, max_size=5), min_size=1, max_size=60))
def test_an_item_of_other_words_is_never_found(item: list[str], text: list[str]) -> None:
    assert Items({"it": " ".join(item)}).matches(" ".join(text)) == []
