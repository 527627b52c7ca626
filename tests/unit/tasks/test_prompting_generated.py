"""The generated question-answer sets: seeded, content-addressed, true, and readable in the official format."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassbox.harness.data.arithmetic.operands import Ranges
from glassbox.harness.data.grids import Grid, from_text, to_text
from glassbox.harness.data.pair import Pair
from glassbox.harness.data.sudoku import is_solved, respects, solutions
from glassbox.tasks.prompting import patterns
from glassbox.tasks.prompting.boards import board_pairs, thinned
from glassbox.tasks.prompting.dataset import Drawn
from glassbox.tasks.prompting.passages import TOPICS, passage_pairs
from glassbox.tasks.prompting.patterns import RULES, pattern_pairs
from glassbox.tasks.prompting.sums import sum_pairs

GENERATORS: list[Callable[[int, int], list[Pair]]] = [passage_pairs, sum_pairs, board_pairs, pattern_pairs]


@pytest.mark.parametrize("generate", GENERATORS)
def test_the_same_seed_gives_the_same_pairs_and_a_longer_run_begins_with_them(
    generate: Callable[[int, int], list[Pair]],
) -> None:
    pairs = generate(30, 7)
    assert generate(30, 7) == pairs
    assert generate(12, 7) == pairs[:12]
    assert len({pair.id for pair in pairs}) == 30
    assert not {pair.id for pair in pairs} & {pair.id for pair in generate(30, 8)} or generate is sum_pairs


@pytest.mark.parametrize(
    ("generate", "address"),
    [
        (passage_pairs, "0555ba460e0b7741"),
        (sum_pairs, "e923c719c70c2b3a"),
        (board_pairs, "4a343df554159f94"),
        (pattern_pairs, "06dedc71f0d0ccb2"),
    ],
)
def test_the_pairs_of_seed_0_are_pinned(generate: Callable[[int, int], list[Pair]], address: str) -> None:
    """Other pairs are other results: a change here raises the N of the task version."""
    assert Drawn(generate(24, 0), "generated", {}).address == address


def test_every_answer_stands_once_in_its_passage_and_no_question_comes_twice() -> None:
    pairs = passage_pairs(400)
    assert len({pair.question for pair in pairs}) == 400
    assert {pair.context.count(pair.answer) for pair in pairs} == {1}
    assert not [pair for pair in pairs if "{" in pair.question + pair.answer + pair.context]
    assert Counter(pair.tags["title"] for pair in pairs).keys() == {topic.name for topic in TOPICS}
    assert max(len(pair.question) for pair in pairs) <= 80
    assert all(pair.question.endswith("?") and pair.question[0].isupper() for pair in pairs)


def test_sums_are_true_and_take_each_operation_in_turn() -> None:
    pairs = sum_pairs(200, 1)
    assert {tag: n for tag, n in Counter(pair.tags["op"] for pair in pairs).items() if n < 40} == {}
    for pair in pairs:
        text = pair.question.removesuffix("=?")
        at = next(at for at, sign in enumerate(text) if sign in "+-*/")
        a, sign, b = int(text[:at]), text[at], int(text[at + 1 :])
        value = {"+": a + b, "-": a - b, "*": a * b, "/": a // b if b else None}[sign]
        assert str(value) == pair.answer
        assert sign != "/" or a % b == 0


def test_more_sums_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match=r"different problems lie within .*; ask for fewer than 200"):
        sum_pairs(200, 0, Ranges(most=2, most_factor=1))


def test_every_board_has_exactly_one_solution_and_it_is_the_answer() -> None:
    for pair in board_pairs(12, 5):
        puzzle = from_text(pair.question)
        assert solutions(puzzle) == [from_text(pair.answer)]
        assert respects(from_text(pair.answer), puzzle)
        assert is_solved(from_text(pair.answer))
        assert 28 <= int(pair.tags["clues"]) <= 40


def test_thinning_stops_at_the_clues_asked_for_and_keeps_one_solution() -> None:
    solution = from_text(board_pairs(1)[0].answer)
    assert thinned(solution, 81, random.Random(0)) == solution
    few = thinned(solution, 0, random.Random(0))
    assert solutions(few) == [solution]
    assert 17 <= sum(cell != 0 for row in few for cell in row) < 32


def test_patterns_show_their_rule_and_copying_never_solves_one() -> None:
    pairs = pattern_pairs(48, 2)
    assert Counter(pair.tags["rule"] for pair in pairs) == dict.fromkeys(RULES, 4)
    for pair in pairs:
        assert pair.question != pair.answer
        assert pair.question not in pair.context.split("input:\n")
        shown = [part.split("\noutput:\n") for part in pair.context.removeprefix("input:\n").split("\n\ninput:\n")]
        assert len(shown) == 3
        assert all(given != wanted for given, wanted in shown)


ASYMMETRIC = from_text("120\n034\n005")


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        (patterns.mirror, "021\n430\n500"),
        (patterns.flip, "005\n034\n120"),
        (patterns.transpose, "100\n230\n045"),
        (patterns.turn, "001\n032\n540"),
        (patterns.fall, "000\n024\n135"),
        (patterns.crop, "120\n034\n005"),
        (patterns.double, "112200\n112200\n003344\n003344\n000055\n000055"),
        (patterns.shift, "012\n403\n500"),
        (patterns.keep_commonest, "100\n000\n000"),
    ],
)
def test_rules_do_what_their_names_say(rule: Callable[[Grid], Grid], wanted: str) -> None:
    assert to_text(rule(ASYMMETRIC)) == wanted


def test_cropping_removes_empty_rims_and_an_empty_grid_stays() -> None:
    assert to_text(patterns.crop(from_text("000\n010\n000"))) == "1"
    assert to_text(patterns.crop(from_text("00\n00"))) == "00\n00"


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_a_task_applies_one_rule_to_every_example(seed: int) -> None:
    (pair,) = pattern_pairs(1, seed)  # the first rule is the mirror
    shown = [part.split("\noutput:\n") for part in pair.context.removeprefix("input:\n").split("\n\ninput:\n")]
    for given_, wanted in [*shown, [pair.question, pair.answer]]:
        assert to_text(patterns.mirror(from_text(given_))) == wanted
