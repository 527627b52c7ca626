"""Two thirds to fit, one third to test, no story on both sides."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

from glassbox.harness.data.problem import Problem
from glassbox.harness.data.readers import read_source, split_thirds
from glassbox.harness.data.readers.split import SAME_STORY, story_families, wording

SharedPath = Callable[[str], Path]


def problems_of(*questions: str) -> list[Problem]:
    return [Problem(question, 1, None, "t", "test") for question in questions]


def masked(question: str) -> str:
    """The question text that must not stand on both sides, written independently of the split."""
    return re.sub(r"\s+", " ", re.sub(r"\d", "0", question).lower()).strip()


def likeness(left: str, right: str) -> float:
    one, two = set(wording(left).split()), set(wording(right).split())
    return len(one & two) / len(one | two)


def test_single_op_thirds_share_no_question_text(shared_data: SharedPath) -> None:
    problems = read_source("single_op", shared_data("arith_single_op/single_op.jsonl")).items
    sides = split_thirds(problems)
    assert (len(sides["fit"]), len(sides["test"])) == (804, 401)
    assert {p.id for side in sides.values() for p in side} == {p.id for p in problems}
    fit, test = ({masked(p.question) for p in sides[side]} for side in ("fit", "test"))
    assert not fit & test
    assert len(test) > 300


def test_single_op_thirds_share_no_near_copy_of_a_story(shared_data: SharedPath) -> None:
    sides = split_thirds(read_source("single_op", shared_data("arith_single_op/single_op.jsonl")).items)
    fit, test = ([frozenset(wording(p.question).split()) for p in sides[side]] for side in ("fit", "test"))
    nearest = max(len(one & two) / len(one | two) for one in test for two in fit)
    assert 0.5 < nearest < SAME_STORY


def test_split_depends_on_content_and_not_on_order(shared_data: SharedPath) -> None:
    problems = list(read_source("single_op", shared_data("arith_single_op/single_op.jsonl")).items)
    expected = {side: {p.id for p in members} for side, members in split_thirds(problems).items()}
    random.Random(3).shuffle(problems)
    assert {side: {p.id for p in members} for side, members in split_thirds(problems).items()} == expected


def test_every_operation_is_on_both_sides(shared_data: SharedPath) -> None:
    sides = split_thirds(read_source("single_op", shared_data("arith_single_op/single_op.jsonl")).items)
    for op, total in {"subtract": 504, "add": 339, "divide": 196, "multiply": 166}.items():
        share = sum(p.tags["op"] == op for p in sides["test"]) / total
        assert 0.2 < share < 0.47, op


def test_copies_that_differ_in_numbers_case_spaces_or_punctuation_are_one_wording() -> None:
    assert wording("Joan found 1,070 sea-shells on the beach . She has 27") == wording(
        "joan FOUND 3.5 sea-shells  on the beach. she has 4"
    )
    assert wording("four apples") != wording("four pears")


def test_families_hang_together_through_a_common_neighbour() -> None:
    words = list("abcdefghij")
    first, middle, last = " ".join(words), " ".join([*words[2:], "k", "l"]), " ".join([*words[4:], "k", "l", "m", "n"])
    assert likeness(first, middle) >= SAME_STORY
    assert likeness(middle, last) >= SAME_STORY
    assert likeness(first, last) < SAME_STORY
    families = story_families([first, middle, last, "something else entirely"])
    assert families[0] == families[1] == families[2] != families[3]


def test_a_file_of_one_story_is_all_fit() -> None:
    sides = split_thirds(problems_of("What is 1 plus 2?", "What is 3 plus 4?", "What is 5 plus 6?"))
    assert (len(sides["fit"]), len(sides["test"])) == (3, 0)


def test_nothing_gives_two_empty_sides() -> None:
    assert split_thirds([]) == {"fit": (), "test": ()}


def test_third_is_exact_where_every_story_is_its_own() -> None:
    questions = [" ".join(f"{word}{index}" for word in ("one", "two", "three")) for index in range(90)]
    spelled = [question.translate(str.maketrans("0123456789", "abcdefghij")) for question in questions]
    sides = split_thirds(problems_of(*spelled))
    assert (len(sides["fit"]), len(sides["test"])) == (60, 30)
