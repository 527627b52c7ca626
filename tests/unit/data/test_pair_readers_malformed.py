"""Question-answer files of many tools: the good records are read, the others left out by place and kind."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from glassbox.harness.data.grids import Grid, to_text
from glassbox.harness.data.pair import Pair
from glassbox.harness.data.readers.pairs import ALIASES, PAIR_SOURCES, PairSourceName, drawn, read_pairs
from glassbox.harness.data.readers.source import SourceError
from glassbox.harness.data.sudoku import solutions

PUZZLE = "530070000600195000098000060800060003400803001700020006060000280000419005000080079"
SOLUTION = "534678912672195348198342567859761423426853791713924856961537284287419635345286179"

ANSWERED: dict[str, Any] = {
    "id": "a",
    "question": "Where is it? ",
    "answers": [{"text": "in Alby", "answer_start": 6}],
    "is_impossible": False,
}
TRIVIA: dict[str, Any] = {"id": "t1", "question": "Who wrote it?", "golden_answers": ["Ada Moss", "A. Moss"]}
QUERY: dict[str, Any] = {"question": "who wrote it", "answer": ["Ada Moss"]}
TASK: dict[str, Any] = {
    "id": "a1",
    "train": [{"input": [[1, 0]], "output": [[0, 1]]}],
    "test": [{"input": [[2, 0]], "output": [[0, 2]]}],
}
BOARD: dict[str, Any] = {"puzzle": PUZZLE, "solution": SOLUTION}
LINES: dict[PairSourceName, dict[str, Any]] = {"triviaqa": TRIVIA, "nq_open": QUERY, "arc": TASK, "sudoku": BOARD}


def squad(*questions: dict[str, Any], context: str = "It is in Alby.") -> dict[str, Any]:
    return {"version": "v2.0", "data": [{"title": "T", "paragraphs": [{"context": context, "qas": list(questions)}]}]}


def write(path: Path, *lines: object) -> Path:
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return path


def pairs(source: PairSourceName, path: Path) -> list[Pair]:
    return drawn(read_pairs(source, path).items)[0]


def places(source: PairSourceName, path: Path) -> dict[str, tuple[str, ...]]:
    return read_pairs(source, path).places


def refusal(source: PairSourceName, path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        read_pairs(source, path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    return message.removeprefix(str(path)).lstrip(" :")


@pytest.mark.parametrize("source", list(LINES))
def test_the_planted_line_itself_is_read(tmp_path: Path, source: PairSourceName) -> None:
    data = read_pairs(source, write(tmp_path / "planted", LINES[source], LINES[source]))
    assert (len(data.items), data.left_out) == (1, {"duplicate": 1})


def test_squad_reads_the_first_answer_with_its_passage_and_counts_the_rest(tmp_path: Path) -> None:
    impossible = ANSWERED | {"id": "b", "is_impossible": True, "answers": []}
    unanswered = ANSWERED | {"id": "c", "answers": []}
    elsewhere = ANSWERED | {"id": "d", "answers": [{"text": "in Bryn"}]}
    old = {name: value for name, value in ANSWERED.items() if name != "is_impossible"} | {"question": "Where?"}
    path = write(tmp_path / "s.json", squad(ANSWERED, impossible, unanswered, elsewhere, old))
    assert [(pair.question, pair.answer, pair.context) for pair in pairs("squad", path)] == [
        ("Where is it?", "in Alby", "It is in Alby."),
        ("Where?", "in Alby", "It is in Alby."),
    ]
    assert places("squad", path) == {
        "unanswerable": ("data[0].paragraphs[0].qas[1]",),
        "no_answer": ("data[0].paragraphs[0].qas[2]",),
        "answer_not_in_context": ("data[0].paragraphs[0].qas[3]",),
    }


def test_squad_as_annotation_tools_write_it_is_read_and_the_bad_records_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def asked(number: int, **change: object) -> dict[str, Any]:
        whole = ANSWERED | {"question": f"Where is number {number}?"} | change
        return {name: value for name, value in whole.items() if value != "absent"}

    good = [
        asked(0, id="absent"),
        asked(1, id=17),
        asked(2, id=None),
        asked(3, is_impossible=None),
        asked(4, answers=[{"text": "", "answer_start": 0}, {"text": "Alby"}]),
    ]
    bad = [
        asked(5, answers=[{"text": "", "answer_start": -1}]),
        asked(6, answers="absent", is_impossible=True),
        asked(7, answers=None, is_impossible=True),
        asked(8, answers="absent"),
        asked(9, answers="in Alby"),
        asked(10, question=" "),
        asked(11, answers=[{"answer_start": 3}]),
        asked(12, is_impossible="no"),
    ]
    content = squad(*good, *bad)
    content["data"][0]["title"] = None
    content["data"] += [{"title": 3, "paragraphs": [{"context": "x"}]}, 7]
    path = write(tmp_path / "export.json", content)
    found = pairs("squad", path)
    assert [pair.question for pair in found] == [f"Where is number {number}?" for number in range(5)]
    assert [pair.tags["record"] for pair in found] == ["", "17", "", "a", "a"]
    assert (found[0].tags["title"], found[4].answer) == ("", "Alby")
    assert read_pairs("squad", path).left_out == {
        "'answers' is not a list of answers with their text": 1,
        "'is_impossible' is not a flag": 1,
        "'question' is not text, not empty": 1,
        "no 'answers.text'": 1,
        "no 'qas'": 1,
        "no object": 1,
        "no_answer": 2,
        "unanswerable": 2,
    }
    said = capsys.readouterr().err.splitlines()
    assert len(set(said)) == 1
    assert said[0].startswith(
        "glassbox: export.json: left out 1 'answers' is not a list of answers with their text (dat"
    )
    assert "1 no 'qas' (data[1].paragraphs[0])" in said[0]


def test_squad_as_lines_is_read(tmp_path: Path) -> None:
    line = {"id": 1, "title": "T", "context": "It is in Alby.", "question": "Where?"}
    answered = line | {"answers": {"text": ["in Alby"], "answer_start": [6]}}
    path = write(tmp_path / "squad.jsonl", answered, line | {"answers": {"text": [], "answer_start": []}})
    assert [(pair.answer, pair.context) for pair in pairs("squad", path)] == [("in Alby", "It is in Alby.")]
    assert places("squad", path) == {"no_answer": ("record 2",)}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"version": "v2.0"}, "record 1: field 'data' is missing (expected data)"),
        ({"data": {}}, "record 1: field 'data' is {} (expected a list of articles)"),
        ({"data": [7]}, "data[0]: a number (expected an object with paragraphs)"),
        ([], "is empty"),
    ],
)
def test_a_file_that_is_no_squad_is_refused(tmp_path: Path, content: object, message: str) -> None:
    assert refusal("squad", write(tmp_path / "s.json", content)) == (
        f"{message}; squad reads a SQuAD JSON file such as dev-v2.0.json"
    )


def test_a_broken_object_is_refused_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text('{"data": [\n{"paragraphs": ')
    assert refusal("squad", path).startswith("no JSON (Expecting value at line 2 column 16); squad reads")


@pytest.mark.parametrize(
    ("source", "change", "kind"),
    [
        ("triviaqa", {"golden_answers": "Ada"}, "'golden_answers' is not a list of texts"),
        ("triviaqa", {"question": 3}, "'question' is not text, not empty"),
        ("nq_open", {"answer": [1]}, "'answer' is not a list of texts"),
        ("arc", {"train": []}, "'train' is not a list of demonstrations, not empty"),
        ("sudoku", {"puzzle": "12"}, "'puzzle' is not 81 digits with 0 or . for an empty cell"),
        ("sudoku", {"solution": PUZZLE}, "'solution' is not 81 digits from 1 to 9"),
    ],
)
def test_a_wrong_value_is_left_out_by_kind(
    tmp_path: Path, source: PairSourceName, change: dict[str, Any], kind: str
) -> None:
    path = write(tmp_path / "lines.jsonl", LINES[source], LINES[source] | change)
    data = read_pairs(source, path)
    assert (len(data.items), data.places) == (1, {kind: ("record 2",)})


def test_answers_that_are_blank_or_absent_are_counted(tmp_path: Path) -> None:
    lines = [TRIVIA | {"golden_answers": ["", " Ada "]}, TRIVIA | {"golden_answers": [" "]}]
    path = write(tmp_path / "t.jsonl", *lines)
    assert ([pair.answer for pair in pairs("triviaqa", path)], places("triviaqa", path)) == (
        ["Ada"],
        {"no_answer": ("record 2",)},
    )


def test_the_publishers_triviaqa_file_gives_the_value_and_its_aliases(tmp_path: Path) -> None:
    answer = {"Value": "Sunset Blvd", "Aliases": ["Sunset Boulevard", "Sunset Blvd"], "Type": "WikipediaEntity"}
    asked = {"Question": "Which film? ", "QuestionId": "tc_2", "Answer": answer}
    path = write(tmp_path / "web-dev.json", {"Data": [asked, asked | {"Answer": {}}], "Domain": "Web"})
    (pair,) = pairs("triviaqa", path)
    assert (pair.question, pair.answer, pair.tags["record"]) == ("Which film?", "Sunset Blvd", "tc_2")
    assert json.loads(pair.tags[ALIASES]) == ["Sunset Blvd", "Sunset Boulevard"]
    assert list(places("triviaqa", path).values()) == [("Data[1]",)]


def test_arc_is_read_from_a_folder_a_task_file_lines_and_a_list_alike(tmp_path: Path) -> None:
    plain = {name: value for name, value in TASK.items() if name != "id"}
    folder = tmp_path / "training"
    folder.mkdir()
    (folder / "a1.json").write_text(json.dumps(plain, indent=1))
    (folder / "notes.txt").write_text("no task")
    wanted = pairs("arc", write(tmp_path / "all.jsonl", TASK, TASK | {"id": 7}))
    assert wanted[0].tags == {"task": "a1", "test": "0"}
    assert (wanted[0].question, wanted[0].answer) == ("20", "02")
    assert wanted[0].context == "input:\n10\noutput:\n01"
    named_json = write(tmp_path / "lines.json", TASK, TASK | {"id": 7})
    listed = write(tmp_path / "list.jsonl", [TASK])
    for path in (folder, folder / "a1.json", named_json, listed):
        found = pairs("arc", path)
        assert (found, found[0].tags) == (wanted, wanted[0].tags)


def test_an_arc_id_may_be_a_number(tmp_path: Path) -> None:
    assert pairs("arc", write(tmp_path / "i.jsonl", TASK | {"id": 7}))[0].tags["task"] == "7"


def test_arc_challenges_find_their_solutions_by_either_name_and_in_their_folder(tmp_path: Path) -> None:
    folder = tmp_path / "arc-prize"
    folder.mkdir()
    shown = {"train": TASK["train"]}
    tests = [{"input": [[2, 0]]}, {"input": [[3, 0]]}]
    tasks = {"a1": shown | {"test": tests}, "b2": shown | {"test": tests[1:]}}
    challenges = write(folder / "arc-agi_evaluation_challenges.json", tasks)
    solutions = write(folder / "arc-agi_evaluation_solutions.json", {"a1": [[[0, 2]], [[0, 3]]]})
    # The hidden set has no solutions, the sample no tasks: neither is read with the folder.
    hidden = write(folder / "arc-agi_test_challenges.json", {"c3": shown | {"test": tests}})
    write(folder / "sample_submission.json", {"a1": [{"attempt_1": [[0]]}]})
    for path in (challenges, solutions, folder):
        found = pairs("arc", path)
        assert [(pair.question, pair.answer, pair.tags["task"], pair.tags["test"]) for pair in found] == [
            ("20", "02", "a1", "0"),
            ("30", "03", "a1", "1"),
        ]
        assert list(places("arc", path)) == ["no_answer"]
        assert places("arc", path)["no_answer"][0].endswith("task b2 test[0]")
    assert refusal("arc", hidden).startswith(
        "gives nothing to ask: 2 no_answer (task c3 test[0], task c3 test[1]); arc reads"
    )
    for name in ("challenges", "solutions"):
        write(folder / f"arc-agi_training_{name}.json", {})
    with pytest.raises(SourceError, match=r"holds arc-agi_evaluation_challenges\.json, arc-agi_training.*; name one"):
        read_pairs("arc", folder)
    solutions.write_text('{"a1": 3}')
    with pytest.raises(SourceError, match=r"solutions\.json holds no lists of grids by task id"):
        read_pairs("arc", challenges)


def test_a_hidden_arc_test_and_a_bad_grid_are_left_out_by_name(tmp_path: Path) -> None:
    hidden = TASK | {"id": "h", "test": [{"input": [[1]]}, {"input": [[1]], "output": []}]}
    bad = TASK | {"id": "b", "test": [{"input": [[1], [2, 3]], "output": [[1]]}]}
    flat = TASK | {"id": "f", "train": [{"input": [1], "output": [[1]]}]}
    lost = TASK | {"id": "l", "train": [{"input": [[1]]}]}
    assert places("arc", write(tmp_path / "h.jsonl", TASK, hidden, bad, flat, lost)) == {
        "no_answer": ("task h test[0]", "task h test[1]"),
        "no grid of digits": ("task b test[0]", "task f train[0]", "task l train[0]"),
    }
    assert refusal("arc", write(tmp_path / "b.jsonl", bad)).startswith(
        "task b test[0]: rows have 1, 2 cells, a grid has equal ones (expected grids of digits as input and output); ar"
    )


def test_plain_sudoku_lines_are_solved_or_counted_when_they_are_drawn(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    dotted = PUZZLE.replace("0", ".")
    path.write_text(f"# easy\n{dotted}\n\n{'0' * 81}\n55{PUZZLE[2:]}\n{PUZZLE},{SOLUTION}\n")
    data = read_pairs("sudoku", path)
    assert data.places == {"duplicate": ("record 6",)}
    found, without = drawn(data.items)
    assert [pair.answer.replace("\n", "") for pair in found] == [SOLUTION]
    assert without == {"several_solutions": ("record 4",), "no_solution": ("record 5",)}


def test_a_drawn_board_without_one_solution_is_replaced_and_boards_that_are_not_drawn_are_not_solved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    solved: list[str] = []

    def noted(puzzle: Grid, most: int = 2) -> list[Grid]:
        solved.append(to_text(puzzle).replace("\n", ""))
        return solutions(puzzle, most)

    monkeypatch.setattr("glassbox.harness.data.readers.sudoku.solutions", noted)
    turned = [str.maketrans("123456789", "123456789"[at:] + "123456789"[:at]) for at in range(9)]
    puzzles = [PUZZLE.translate(table) for table in turned]
    path = tmp_path / "list.txt"
    path.write_text("\n".join([*puzzles[:4], "0" * 81, *puzzles[4:]]))
    data = read_pairs("sudoku", path)
    assert solved == []
    first, without = drawn(data.items, 5, None)
    assert ([pair.question.replace("\n", "") for pair in first], without) == (
        puzzles[:5],
        {"several_solutions": ("record 5",)},
    )
    assert solved == [*puzzles[:4], "0" * 81, puzzles[4]]
    # A seed that draws the empty board among two: it is replaced by another, and the rest stays unsolved.
    solved.clear()
    seed = next(seed for seed in range(99) if 4 in random.Random(seed).sample(range(10), 2))
    found, without = drawn(data.items, 2, seed)
    assert (len(found), len(solved), list(without)) == (2, 3, ["several_solutions"])
    assert drawn(data.items, 2, seed)[0] == found


@pytest.mark.parametrize(
    "content",
    [
        f"quizzes,solutions\n{PUZZLE},{SOLUTION}\n",
        f'"puzzle","solution"\r\n"{PUZZLE}","{SOLUTION}"\r\n',
        f"id,puzzle,solution,clues,difficulty\n1,{PUZZLE},{SOLUTION},30,2.2\n",
        f"source\tquestion\tanswer\trating\nkaggle\t{PUZZLE.replace('0', '.')}\t{SOLUTION}\t0\n",
        f"puzzle;solution\n{PUZZLE};{SOLUTION}\n",
        json.dumps([{"quizzes": PUZZLE, "solutions": SOLUTION, "id": 4}]),
    ],
    ids=["kaggle", "quoted", "more columns", "tab", "semicolon", "json"],
)
def test_a_table_of_sudoku_is_read_whatever_its_columns_are(tmp_path: Path, content: str) -> None:
    path = tmp_path / "sudoku.csv"
    path.write_text(content, newline="")
    (pair,) = pairs("sudoku", path)
    assert (pair.question.replace("\n", ""), pair.answer.replace("\n", "")) == (PUZZLE, SOLUTION)
    assert places("sudoku", path) == {}


def test_a_short_line_is_left_out_and_a_wrong_solution_counted(tmp_path: Path) -> None:
    path = tmp_path / "sudoku.csv"
    swapped = SOLUTION[1] + SOLUTION[0] + SOLUTION[2:]
    path.write_text(f"quizzes,solutions\n{PUZZLE},{SOLUTION}\n123\n{PUZZLE[::-1]},{swapped}\n")
    assert places("sudoku", path) == {"no puzzle": ("record 3",), "answer_disagrees": ("record 4",)}
    path.write_text("123\n")
    assert refusal("sudoku", path) == (
        "record 1: '123' is no puzzle (expected 81 digits with 0 or . for an empty cell); sudoku reads one puzzle a "
        "line: JSON with puzzle, or 81 digits with 0 or . for an empty cell"
    )


def test_missing_path_wrong_folder_and_unknown_source(tmp_path: Path) -> None:
    assert refusal("nq_open", tmp_path / "absent.json") == (
        "does not exist; nq_open reads JSON lines with question and answer, such as NQ-open.dev.jsonl"
    )
    assert refusal("squad", tmp_path).startswith("is a folder, one file is needed; squad reads ")
    assert refusal("arc", tmp_path).startswith("holds no such file; arc reads ARC tasks: a folder")
    with pytest.raises(SourceError, match="'hotpotqa' is unknown \\(expected squad, triviaqa, nq_open, questions, arc"):
        read_pairs("hotpotqa", tmp_path)  # type: ignore[arg-type]


def test_importing_the_front_door_loads_no_reader() -> None:
    heavy = ["pydantic", "numpy", *PAIR_SOURCES.values()]
    code = f"import sys, glassbox.harness.data.readers.pairs; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
