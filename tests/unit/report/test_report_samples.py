"""Which questions a report shows in full: all where they are few, else those that tell runs apart."""

from __future__ import annotations

from glassbox.leaderboards.report.samples import MOST_CHARACTERS, chosen, cut, run_key


def test_few_questions_are_all_shown_in_their_order() -> None:
    assert chosen(["1010", "0000"], most=4) == [0, 1, 2, 3]


def test_of_many_questions_every_way_in_which_two_runs_differ_is_shown_first() -> None:
    first = "1" * 98 + "01"
    second = "1" * 97 + "010"
    third = "0" + "1" * 99
    # First wrong and second right is question 98 alone; the other way round 97 and 99; third alone fails on 0.
    assert sorted(chosen([first, second, third], most=6)[:4]) == [0, 97, 98, 99]


def test_a_run_that_fails_alike_with_all_others_still_shows_failures() -> None:
    alike = "1" * 70 + "0" * 30
    assert min(chosen([alike, alike], most=5)[:4]) == 0, "what all got right follows, once failures have had their turn"
    assert {70, 71} <= set(chosen([alike, alike], most=5))


def test_no_question_is_shown_twice_and_never_more_than_the_most() -> None:
    found = chosen(["01" * 500, "10" * 500, "00" * 500], most=200)
    assert len(found) == len(set(found)) == 200


def test_a_long_text_is_cut_and_says_by_how_much() -> None:
    assert cut("x" * MOST_CHARACTERS) == "x" * MOST_CHARACTERS
    assert cut("x" * (MOST_CHARACTERS + 1234)).endswith("x\n[1,234 more characters in the log]")


def test_a_run_keeps_its_key_on_every_page() -> None:
    assert run_key("2026-11-30_ir-arith_bb27.json") == run_key("2026-11-30_ir-arith_bb27.json")
    assert len({run_key(f"{number}.json") for number in range(1000)}) == 1000
