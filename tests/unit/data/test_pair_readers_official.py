"""The official question-answer files, read whole: how many pairs each gives, and what is left out and why.

The figures were determined by reading the files with a JSON parser alone.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from glassbox.harness.data.grids import from_text, to_text
from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.pairs import ALIASES, PairSourceName, Unsolved, drawn, read_pairs
from glassbox.harness.data.readers.source import ReadData
from glassbox.harness.data.sudoku import is_solved, respects, solutions

SharedPath = Callable[[str], Path]
Read = Callable[[PairSourceName], ReadData[Pair | Unsolved]]

FIGURES: list[tuple[PairSourceName, str, int, dict[str, int]]] = [
    ("squad", "squad/squad-v2.0-dev-half.json", 2910, {"unanswerable": 3168}),
    ("triviaqa", "triviaqa/triviaqa-500.jsonl", 500, {}),
    ("nq_open", "nq_open/NQ-open.dev.jsonl", 3610, {}),
    ("questions", "hotpotqa/hotpot_dev_v1_simplified.json", 7405, {}),
    ("arc", "arc_agi_1/training.jsonl", 416, {}),
    ("sudoku", "sudoku/sudoku.jsonl", 5818, {}),
]


def pairs_of(data: ReadData[Pair | Unsolved]) -> list[Pair]:
    return drawn(data.items)[0]


@pytest.fixture(scope="module")
def read(shared_data: SharedPath) -> Read:
    known: dict[PairSourceName, ReadData[Pair | Unsolved]] = {}

    def once(source: PairSourceName) -> ReadData[Pair | Unsolved]:
        if source not in known:
            path = next(path for name, path, _, _ in FIGURES if name == source)
            known[source] = read_pairs(source, shared_data(path))
        return known[source]

    return once


@pytest.mark.parametrize(("source", "path", "pairs", "left_out"), FIGURES)
def test_counts_and_what_is_left_out(
    read: Read,
    source: PairSourceName,
    path: str,
    pairs: int,
    left_out: dict[str, int],
) -> None:
    data = read(source)
    assert (len(data.items), data.left_out) == (pairs, left_out)
    assert len({pair.id for pair in data.items}) == pairs
    assert {pair.source for pair in pairs_of(data)} == {source}


def test_squad_answers_stand_in_their_passage_and_the_first_is_the_target(
    read: Read,
) -> None:
    pairs = pairs_of(read("squad"))
    assert all(pair.answer in pair.context for pair in pairs)
    assert (pairs[0].question, pairs[0].answer) == ("In what country is Normandy located?", "France")
    assert json.loads(pairs[1].tags[ALIASES]) == ["10th and 11th centuries", "in the 10th and 11th centuries"]
    assert all(pair.question == pair.question.strip() for pair in pairs)


def test_knowledge_has_aliases_and_no_passage(read: Read) -> None:
    trivia, queries = pairs_of(read("triviaqa")), pairs_of(read("nq_open"))
    assert {pair.context for pair in (*trivia, *queries)} == {""}
    assert trivia[0].answer == "Mark Twain"
    assert "Samuel Clemens" in json.loads(trivia[0].tags[ALIASES])
    assert (queries[0].question, queries[0].answer) == (
        "when was the last time anyone was on the moon",
        "14 December 1972 UTC",
    )


def test_arc_pairs_are_grids_with_the_demonstrations_as_context(
    read: Read,
) -> None:
    pairs = pairs_of(read("arc"))
    assert all(to_text(from_text(text)) == text for pair in pairs for text in (pair.question, pair.answer))
    assert pairs[0].tags == {"task": "007bbfb7", "test": "0"}
    assert pairs[0].context.count("input:\n") == pairs[0].context.count("output:\n") == 5
    assert sum(pair.tags["test"] == "1" for pair in pairs) == 14


def test_sudoku_pairs_are_solved_puzzles_and_a_sample_has_one_solution_only(
    read: Read,
) -> None:
    pairs = pairs_of(read("sudoku"))
    assert all(respects(from_text(pair.answer), from_text(pair.question)) for pair in pairs[:500])
    assert all(is_solved(from_text(pair.answer)) for pair in pairs[:500])
    easy = [pair for pair in pairs if int(pair.tags["clues"]) >= 25]
    for pair in random.Random(0).sample(easy, 15):
        assert solutions(from_text(pair.question)) == [from_text(pair.answer)]
