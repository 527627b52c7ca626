"""A bad question-answer file gives one clear line: the file, the record and the expected field."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from glassbox.harness.data.readers.pairs import ALIASES, PAIR_SOURCES, PairSourceName, read_pairs
from glassbox.harness.data.readers.source import SourceError

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


def refusal(source: PairSourceName, path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        read_pairs(source, path)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("source", list(LINES))
def test_the_planted_line_itself_is_read(tmp_path: Path, source: PairSourceName) -> None:
    data = read_pairs(source, write(tmp_path / "planted", LINES[source], LINES[source]))
    assert (len(data.pairs), data.left_out) == (1, {"duplicate": 1})


def test_squad_reads_the_first_answer_with_its_passage_and_counts_the_rest(tmp_path: Path) -> None:
    impossible = ANSWERED | {"id": "b", "is_impossible": True, "answers": []}
    unanswered = ANSWERED | {"id": "c", "answers": []}
    elsewhere = ANSWERED | {"id": "d", "answers": [{"text": "in Bryn"}]}
    old = {name: value for name, value in ANSWERED.items() if name != "is_impossible"} | {"question": "Where?"}
    data = read_pairs("squad", write(tmp_path / "s.json", squad(ANSWERED, impossible, unanswered, elsewhere, old)))
    assert [(pair.question, pair.answer, pair.context) for pair in data.pairs] == [
        ("Where is it?", "in Alby", "It is in Alby."),
        ("Where?", "in Alby", "It is in Alby."),
    ]
    assert data.left_out == {"answer_not_in_context": 1, "no_answer": 1, "unanswerable": 1}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"version": "v2.0"}, "s.json as a whole: field 'data' is missing (expected data)"),
        ({"data": {}}, "s.json as a whole: field 'data' is {} (expected a list of articles)"),
        ({"data": [7]}, "s.json data[0] is a number (expected an object with paragraphs)"),
        (
            {"data": [{"paragraphs": [{"context": "x"}]}]},
            "s.json data[0].paragraphs[0]: field 'qas' is missing (expected context, qas)",
        ),
        (
            squad(ANSWERED, ANSWERED | {"question": " "}),
            "s.json data[0].paragraphs[0].qas[1]: field 'question' is ' ' (expected text, not empty)",
        ),
        (
            squad(ANSWERED | {"is_impossible": "no"}),
            "s.json data[0].paragraphs[0].qas[0]: field 'is_impossible' is 'no' (expected true or false)",
        ),
        (
            squad(ANSWERED | {"answers": [{"answer_start": 3}]}),
            "s.json data[0].paragraphs[0].qas[0].answers[0]: field 'text' is missing (expected text)",
        ),
        ([], "s.json as a whole is an array (expected an object with data)"),
    ],
)
def test_a_fault_inside_squad_is_named_by_its_place(tmp_path: Path, content: object, message: str) -> None:
    assert refusal("squad", write(tmp_path / "s.json", content)) == message


def test_empty_and_broken_files_are_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.json"
    empty.write_text(" \n")
    assert refusal("squad", empty) == "empty.json is empty (expected a JSON object)"
    assert refusal("sudoku", empty) == "empty.json is empty (expected one record a line)"
    empty.write_text('{"data": [')
    assert refusal("squad", empty).startswith("empty.json is not JSON: Expecting value at line 1 column 11")


@pytest.mark.parametrize(
    ("source", "change", "fault"),
    [
        ("triviaqa", {"golden_answers": "Ada"}, "field 'golden_answers' is 'Ada' (expected a list of texts)"),
        ("triviaqa", {"question": 3}, "field 'question' is 3 (expected text, not empty)"),
        ("nq_open", {"answer": [1]}, "field 'answer[0]' is 1 (expected a list of texts)"),
        ("arc", {"train": []}, "field 'train' is [] (expected a list of demonstrations, not empty)"),
        ("sudoku", {"puzzle": "12"}, "field 'puzzle' is '12' (expected 81 digits with 0 or . for empty)"),
        (
            "sudoku",
            {"solution": PUZZLE},
            f"field 'solution' is '{PUZZLE[:59]}... (expected 81 digits from 1 to 9)",
        ),
    ],
)
def test_wrong_value_is_shown_with_what_was_expected(
    tmp_path: Path, source: PairSourceName, change: dict[str, Any], fault: str
) -> None:
    path = write(tmp_path / "lines.jsonl", LINES[source], LINES[source] | change)
    assert refusal(source, path) == f"lines.jsonl record 2: {fault}"


def test_answers_that_are_blank_or_absent_are_counted(tmp_path: Path) -> None:
    lines = [TRIVIA | {"golden_answers": ["", " Ada "]}, TRIVIA | {"golden_answers": [" "]}]
    data = read_pairs("triviaqa", write(tmp_path / "t.jsonl", *lines))
    assert ([pair.answer for pair in data.pairs], data.left_out) == (["Ada"], {"no_answer": 1})


def test_the_publishers_triviaqa_file_gives_the_value_and_its_aliases(tmp_path: Path) -> None:
    answer = {"Value": "Sunset Blvd", "Aliases": ["Sunset Boulevard", "Sunset Blvd"], "Type": "WikipediaEntity"}
    asked = {"Question": "Which film? ", "QuestionId": "tc_2", "Answer": answer}
    data = read_pairs("triviaqa", write(tmp_path / "web-dev.json", {"Data": [asked], "Domain": "Web"}))
    (pair,) = data.pairs
    assert (pair.question, pair.answer, pair.tags["record"]) == ("Which film?", "Sunset Blvd", "tc_2")
    assert json.loads(pair.tags[ALIASES]) == ["Sunset Blvd", "Sunset Boulevard"]
    broken = write(tmp_path / "broken.json", {"Data": [asked, asked | {"Answer": {}}]})
    assert refusal("triviaqa", broken) == "broken.json Data[1].Answer: field 'Value' is missing (expected Value)"


def test_arc_is_read_from_a_folder_a_task_file_and_lines_alike(tmp_path: Path) -> None:
    plain = {name: value for name, value in TASK.items() if name != "id"}
    folder = tmp_path / "training"
    folder.mkdir()
    (folder / "a1.json").write_text(json.dumps(plain, indent=1))
    (folder / "notes.txt").write_text("no task")
    wanted = read_pairs("arc", write(tmp_path / "all.jsonl", TASK)).pairs
    assert wanted[0].tags == {"task": "a1", "test": "0"}
    assert (wanted[0].question, wanted[0].answer) == ("20", "02")
    assert wanted[0].context == "input:\n10\noutput:\n01"
    for path in (folder, folder / "a1.json"):
        found = read_pairs("arc", path).pairs
        assert (found, found[0].tags) == (wanted, wanted[0].tags)


def test_a_hidden_arc_test_is_counted_and_a_bad_grid_is_named(tmp_path: Path) -> None:
    hidden = TASK | {"test": [{"input": [[1]]}]}
    assert read_pairs("arc", write(tmp_path / "h.jsonl", hidden)).left_out == {"no_answer": 1}
    bad = TASK | {"test": [{"input": [[1], [2, 3]], "output": [[1]]}]}
    assert refusal("arc", write(tmp_path / "b.jsonl", TASK, bad)) == (
        "b.jsonl task a1 test[0].input: rows have 1, 2 cells, a grid has equal ones (expected a grid of digits)"
    )
    flat = TASK | {"train": [{"input": [1], "output": [[1]]}]}
    assert refusal("arc", write(tmp_path / "f.jsonl", flat)) == (
        "f.jsonl task a1 train[0].input: row 1 is no list (expected rows of digits)"
    )
    lost = TASK | {"train": [{"input": [[1]]}]}
    assert "train[0]: field 'output' is missing" in refusal("arc", write(tmp_path / "l.jsonl", lost))


def test_plain_sudoku_lines_are_solved_or_counted(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    dotted = PUZZLE.replace("0", ".")
    path.write_text(f"# easy\n{dotted}\n\n{'0' * 81}\n55{PUZZLE[2:]}\n{PUZZLE},{SOLUTION}\n")
    data = read_pairs("sudoku", path)
    assert [pair.answer.replace("\n", "") for pair in data.pairs] == [SOLUTION]
    assert data.left_out == {"duplicate": 1, "no_solution": 1, "several_solutions": 1}


def test_a_solution_that_does_not_solve_its_puzzle_is_counted(tmp_path: Path) -> None:
    swapped = SOLUTION[1] + SOLUTION[0] + SOLUTION[2:]
    assert read_pairs("sudoku", write(tmp_path / "s", BOARD | {"solution": swapped})).left_out == {
        "answer_disagrees": 1
    }


def test_a_heading_is_skipped_and_a_short_line_is_refused_by_number(tmp_path: Path) -> None:
    path = tmp_path / "sudoku.csv"
    path.write_text(f"quizzes,solutions\n{PUZZLE},{SOLUTION}\n123\n")
    assert refusal("sudoku", path) == (
        "sudoku.csv record 3: '123' is no puzzle (expected 81 digits with 0 or . for an empty cell, and perhaps a "
        "comma and the solution)"
    )


def test_missing_path_wrong_folder_and_unknown_source(tmp_path: Path) -> None:
    absent = tmp_path / "absent.json"
    assert refusal("nq_open", absent) == (
        f"{absent} does not exist (source nq_open expects JSON lines with question and answer, such as "
        "NQ-open.dev.jsonl)"
    )
    assert refusal("squad", tmp_path).startswith(f"{tmp_path} is a folder, one file is needed (source squad expects ")
    assert refusal("arc", tmp_path).startswith(f"{tmp_path} holds no file of this source (source arc expects a folder")
    with pytest.raises(SourceError, match="'hotpotqa' is unknown \\(expected squad, triviaqa, nq_open, arc, sudoku\\)"):
        read_pairs("hotpotqa", tmp_path)  # type: ignore[arg-type]


def test_importing_the_front_door_loads_no_reader() -> None:
    heavy = ["pydantic", "numpy", *PAIR_SOURCES.values()]
    code = f"import sys, harness.data.readers.pairs; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
