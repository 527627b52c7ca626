"""What can be read of a file is read, the rest is left out by place and kind; a file of another form is one line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from glassbox.harness.data.readers import SourceError, SourceName, read_source

SINGLE_OP: dict[str, Any] = {"id": "a", "question": "What is 4 less 3?", "op": "-", "a": 4, "b": 3, "answer": 1}
SVAMP: dict[str, Any] = {"Body": "Dan had $ 4", "Question": "How much?", "Equation": "( 4.0 - 3.0 )", "Answer": 1.0}
MAWPS: dict[str, Any] = {"sQuestion": "How many?", "lEquations": ["70-x=27"], "lSolutions": ["43"]}
GSM8K: dict[str, Any] = {"question": "How many?", "answer": "<<1+1=2>>\n#### 2"}
GPT3: dict[str, Any] = {"context": "\n\nQ: What is 98 plus 45?\n\nA:", "completion": " 143"}
RECORDS: dict[SourceName, dict[str, Any]] = {
    "single_op": SINGLE_OP,
    "svamp": SVAMP,
    "mawps": MAWPS,
    "gsm8k": GSM8K,
    "gpt3_arithmetic": GPT3,
}
ARRAYS = ("svamp", "mawps")


def plant(folder: Path, source: SourceName, *records: object) -> Path:
    """A file of that source, in its own layout."""
    path = folder / f"{source}.{'json' if source in ARRAYS else 'jsonl'}"
    lines = "\n".join(json.dumps(record) for record in records)
    path.write_text(json.dumps(records) if source in ARRAYS else lines, encoding="utf-8")
    return path


def refusal(source: SourceName, path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        read_source(source, path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    return message.removeprefix(str(path)).lstrip(" :")


@pytest.mark.parametrize("source", list(RECORDS))
def test_the_planted_record_itself_is_read(tmp_path: Path, source: SourceName) -> None:
    data = read_source(source, plant(tmp_path, source, RECORDS[source]))
    assert (len(data.items), data.left_out) == (1, {})


@pytest.mark.parametrize(
    ("source", "field"), [(source, field) for source, record in RECORDS.items() for field in record]
)
def test_a_record_without_a_field_is_left_out_by_place_and_kind_and_the_good_one_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source: SourceName, field: str
) -> None:
    place = "record [1]" if source in ARRAYS else "record 2"
    missing = {name: value for name, value in RECORDS[source].items() if name != field}
    path = plant(tmp_path, source, RECORDS[source], missing)
    data = read_source(source, path)
    assert (len(data.items), data.places) == (1, {f"no '{field}'": (place,)})
    assert capsys.readouterr().err == f"glassbox: {path.name}: left out 1 no '{field}' ({place})\n"
    wrong = plant(tmp_path, source, RECORDS[source], RECORDS[source] | {field: {"un": "expected"}})
    (kind,) = read_source(source, wrong).left_out
    assert kind.startswith(f"'{field}' is not ")


@pytest.mark.parametrize("source", list(RECORDS))
def test_a_file_without_any_good_record_is_refused_by_its_first_fault(tmp_path: Path, source: SourceName) -> None:
    field = next(iter(RECORDS[source]))
    missing = {name: value for name, value in RECORDS[source].items() if name != field}
    place = "record [0]" if source in ARRAYS else "record 1"
    message = refusal(source, plant(tmp_path, source, missing, missing))
    assert message.startswith(
        f"{place}: field '{field}' is missing (expected {', '.join(RECORDS[source])}); {source} reads "
    )


@pytest.mark.parametrize(
    ("source", "change", "fault"),
    [
        ("single_op", {"op": "^"}, "field 'op' is '^' (expected one of + - * /)"),
        ("single_op", {"a": "many"}, "field 'a' is 'many' (expected a number)"),
        ("single_op", {"a": True}, "field 'a' is True (expected a number)"),
        ("single_op", {"a": "1e400"}, "field 'a' is '1e400' (expected a number)"),
        ("single_op", {"question": " "}, "field 'question' is ' ' (expected text, not empty)"),
        ("single_op", {"question": "\ud800"}, r"field 'question' is '\ud800' (expected text, not empty)"),
        ("single_op", {"source": 3}, "field 'source' is 3 (expected text)"),
        ("single_op", {"distractors": "0"}, "field 'distractors' is '0' (expected a whole number)"),
        ("svamp", {"Answer": None}, "field 'Answer' is None (expected a number)"),
        ("mawps", {"lSolutions": []}, "field 'lSolutions' is [] (expected a list of numbers)"),
        ("mawps", {"lSolutions": [1, "x"]}, "field 'lSolutions[1]' is 'x' (expected a list of numbers)"),
        ("mawps", {"lEquations": "x=1"}, "field 'lEquations' is 'x=1' (expected a list of equations)"),
        ("gsm8k", {"answer": "It is 7."}, "field 'answer' is 'It is 7.' (expected a solution that ends in '#### 72')"),
        (
            "gpt3_arithmetic",
            {"context": "Q: two?"},
            r"field 'context' is 'Q: two?' (expected '\n\nQ: What is 98 plus 45?\n\nA:')",
        ),
        ("gpt3_arithmetic", {"completion": " six"}, "field 'completion' is ' six' (expected a whole number as text)"),
    ],
)
def test_wrong_value_is_shown_with_what_was_expected(
    tmp_path: Path, source: SourceName, change: dict[str, Any], fault: str
) -> None:
    place = "record [0]" if source in ARRAYS else "record 1"
    message = refusal(source, plant(tmp_path, source, RECORDS[source] | change))
    assert message.startswith(f"{place}: {fault}; {source} reads ")


@pytest.mark.parametrize("source", list(RECORDS))
def test_empty_file_and_file_of_blank_lines(tmp_path: Path, source: SourceName) -> None:
    path = tmp_path / "empty"
    for content in (b"", b"\n \n\n", b"[]"):
        path.write_bytes(content)
        assert refusal(source, path).startswith(f"is empty; {source} reads ")


@pytest.mark.parametrize(
    ("source", "content", "message"),
    [
        ("svamp", b"[7]", "record 1: an array (expected an object with Body, "),
        ("svamp", b"{}", "record 1: field 'Body' is missing"),
        ("gsm8k", b"null", "record 1: null (expected an object with question, answer)"),
        ("gsm8k", b'\n{"a" 1}\n', "record 2: no JSON (Expecting ':' delimiter at column 6)"),
        ("svamp", b'[\n{"a" 1}]', "no JSON (Expecting ':' delimiter at line 2 column 6)"),
        ("gsm8k", b'{"a": NaN}', "record 1: no JSON (NaN is no JSON number)"),
        ("gsm8k", b'{"a": 1}\xff', "line 1: byte 8 is no UTF-8; save the file as UTF-8"),
        ("svamp", b"[\n\xfe\xff", "line 2: byte 2 is no UTF-8; save the file as UTF-8"),
    ],
)
def test_file_that_is_not_its_format(tmp_path: Path, source: SourceName, content: bytes, message: str) -> None:
    (tmp_path / "bad").write_bytes(content)
    assert refusal(source, tmp_path / "bad").startswith(message)


@pytest.mark.parametrize("content", [b"[" * 100_000, b"9" * 10_000, b"1e" + b"9" * 100])
def test_hostile_json_is_refused_in_one_short_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "hostile").write_bytes(content)
    message = refusal("gsm8k", tmp_path / "hostile")
    assert "no JSON" in message or "a number (expected" in message
    assert len(message) < 200


def test_missing_path_and_wrong_kind_of_folder(tmp_path: Path) -> None:
    assert refusal("svamp", tmp_path / "absent.json") == "does not exist; svamp reads SVAMP.json"
    assert refusal("svamp", tmp_path) == "is a folder, one file is needed; svamp reads SVAMP.json"
    assert refusal("mawps", tmp_path) == (
        "holds no such file; mawps reads mawps_single.json, AddSub.json, MultiArith.json, SingleEq.json"
    )


def test_a_bad_file_of_a_folder_is_left_out_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "AddSub.json").write_text(json.dumps([MAWPS]), encoding="utf-8")
    (tmp_path / "SingleEq.json").write_text(json.dumps([MAWPS | {"sQuestion": "Another?"}, {}]), encoding="utf-8")
    (tmp_path / "MultiArith.json").mkdir()
    (tmp_path / "mawps_single.json").write_text("[", encoding="utf-8")
    data = read_source("mawps", tmp_path)
    assert (len(data.items), data.places) == (
        2,
        {"unreadable file": ("MultiArith.json", "mawps_single.json"), "no 'sQuestion'": ("SingleEq.json record [1]",)},
    )


def test_folder_reads_official_names_only(tmp_path: Path) -> None:
    (tmp_path / "two_digit_addition.jsonl").write_text(json.dumps(GPT3), encoding="utf-8")
    (tmp_path / "cycle_letters_in_word.jsonl").write_text("{}", encoding="utf-8")
    data = read_source("gpt3_arithmetic", tmp_path)
    assert [p.template for p in data.items] == ["gpt3_arithmetic/two_digit_addition"]


def test_unknown_source_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"'asdiv' is unknown \(expected single_op, svamp, mawps, gsm8k, gpt3_arith"):
        read_source("asdiv", tmp_path)  # type: ignore[arg-type]


def test_systems_of_equations_and_unknown_questions_are_counted(tmp_path: Path) -> None:
    system = MAWPS | {"lEquations": ["x+y=3", "x-y=1"], "lSolutions": [2, 1]}
    assert read_source("mawps", plant(tmp_path, "mawps", MAWPS, system, MAWPS)).left_out == {
        "duplicate": 1,
        "not_expressible": 1,
    }
    wordy = GPT3 | {"context": "\n\nQ: How old is 4?\n\nA:"}
    assert read_source("gpt3_arithmetic", plant(tmp_path, "gpt3_arithmetic", wordy, GPT3)).places == {
        "not_expressible": ("record 1",)
    }
    assert refusal("gpt3_arithmetic", plant(tmp_path, "gpt3_arithmetic", wordy)).startswith(
        "gives nothing to ask: 1 not_expressible (record 1); gpt3_arithmetic reads *_digit_addition.jsonl"
    )


def test_importing_the_registry_loads_no_reader() -> None:
    heavy = ["pydantic", "numpy", "scipy", "glassbox.harness.data.readers.svamp"]
    code = f"import sys, glassbox.harness.data.readers; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
