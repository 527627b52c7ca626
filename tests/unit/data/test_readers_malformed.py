"""A bad file gives one clear line: the file, the record and the expected field."""

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
    return message


@pytest.mark.parametrize("source", list(RECORDS))
def test_the_planted_record_itself_is_read(tmp_path: Path, source: SourceName) -> None:
    data = read_source(source, plant(tmp_path, source, RECORDS[source]))
    assert (len(data.problems), data.left_out) == (1, {})


def test_missing_field_in_a_jsonl_record_names_its_line(tmp_path: Path) -> None:
    broken = {name: value for name, value in SINGLE_OP.items() if name != "question"}
    path = plant(tmp_path, "single_op", *[SINGLE_OP] * 16, broken)
    assert refusal("single_op", path) == (
        "single_op.jsonl record 17: field 'question' is missing (expected id, question, op, a, b, answer)"
    )


@pytest.mark.parametrize(
    ("source", "field"), [(source, field) for source, record in RECORDS.items() for field in record]
)
def test_every_field_is_named_when_missing_and_when_of_the_wrong_type(
    tmp_path: Path, source: SourceName, field: str
) -> None:
    expected = ", ".join(RECORDS[source])
    place = "record [1]" if source in ARRAYS else "record 2"
    missing = {name: value for name, value in RECORDS[source].items() if name != field}
    path = plant(tmp_path, source, RECORDS[source], missing)
    assert refusal(source, path) == f"{path.name} {place}: field '{field}' is missing (expected {expected})"
    path = plant(tmp_path, source, RECORDS[source], RECORDS[source] | {field: {"un": "expected"}})
    assert refusal(source, path).startswith(f"{path.name} {place}: field '{field}' is {{'un': 'expected'}} (expected ")


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
    path = plant(tmp_path, source, RECORDS[source] | change)
    place = "record [0]" if source in ARRAYS else "record 1"
    assert refusal(source, path) == f"{path.name} {place}: {fault}"


@pytest.mark.parametrize("source", list(RECORDS))
def test_empty_file_and_file_of_blank_lines(tmp_path: Path, source: SourceName) -> None:
    path = tmp_path / "empty"
    for content in (b"", b"\n \n\n"):
        path.write_bytes(content)
        assert refusal(source, path).startswith("empty is empty (expected ")
        assert refusal(source, path).endswith(f"{', '.join(RECORDS[source])})")


@pytest.mark.parametrize(
    ("source", "content", "message"),
    [
        ("svamp", b"[]", "bad holds an empty array (expected a JSON array of objects with {})"),
        ("svamp", b"{}", "bad holds an object (expected a JSON array of objects with {})"),
        ("svamp", b"[7]", "bad record [0] is a number (expected an object with {})"),
        ("gsm8k", b"[]", "bad record 1 is an array (expected an object with {})"),
        ("gsm8k", b"null", "bad record 1 is null (expected an object with {})"),
        ("gsm8k", b'\n{"a" 1}\n', "bad record 2 is not JSON: Expecting ':' delimiter at column 6 (expected {})"),
        ("svamp", b'[\n{"a" 1}]', "bad is not JSON: Expecting ':' delimiter at line 2 column 6 (expected {})"),
        ("gsm8k", b'{"a": NaN}', "bad record 1 is not JSON: NaN is no JSON number (expected {})"),
        ("gsm8k", b'{"a": 1}\xff', "bad line 1: byte 8 is not UTF-8 (expected UTF-8 JSON with {})"),
        ("svamp", b"[\n\xfe\xff", "bad line 2: byte 2 is not UTF-8 (expected UTF-8 JSON with {})"),
    ],
)
def test_file_that_is_not_its_format(tmp_path: Path, source: SourceName, content: bytes, message: str) -> None:
    (tmp_path / "bad").write_bytes(content)
    assert refusal(source, tmp_path / "bad") == message.format(", ".join(RECORDS[source]))


@pytest.mark.parametrize("content", [b"[" * 100_000, b"9" * 10_000, b"1e" + b"9" * 100])
def test_hostile_json_is_refused_in_one_short_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "hostile").write_bytes(content)
    message = refusal("gsm8k", tmp_path / "hostile")
    assert message.startswith("hostile record 1 is ")
    assert len(message) < 200


def test_missing_path_and_wrong_kind_of_folder(tmp_path: Path) -> None:
    absent = tmp_path / "absent.json"
    assert refusal("svamp", absent) == f"{absent} does not exist (source svamp expects SVAMP.json)"
    assert refusal("svamp", tmp_path) == f"{tmp_path} is a folder, one file is needed (source svamp expects SVAMP.json)"
    assert refusal("mawps", tmp_path) == (
        f"{tmp_path} holds no file of this source"
        " (source mawps expects mawps_single.json, AddSub.json, MultiArith.json, SingleEq.json)"
    )
    assert refusal("gpt3_arithmetic", tmp_path).startswith(f"{tmp_path} holds no file of this source")


def test_official_name_that_is_a_folder_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "AddSub.json").mkdir()
    assert refusal("mawps", tmp_path).startswith(f"{tmp_path / 'AddSub.json'} cannot be read: ")


def test_one_bad_file_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "AddSub.json").write_text(json.dumps([MAWPS]), encoding="utf-8")
    (tmp_path / "SingleEq.json").write_text(json.dumps([MAWPS, {}]), encoding="utf-8")
    assert refusal("mawps", tmp_path).startswith("SingleEq.json record [1]: field 'sQuestion' is missing")


def test_folder_reads_official_names_only(tmp_path: Path) -> None:
    (tmp_path / "two_digit_addition.jsonl").write_text(json.dumps(GPT3), encoding="utf-8")
    (tmp_path / "cycle_letters_in_word.jsonl").write_text("{}", encoding="utf-8")
    data = read_source("gpt3_arithmetic", tmp_path)
    assert [p.template for p in data.problems] == ["gpt3_arithmetic/two_digit_addition"]


def test_unknown_source_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"'asdiv' is unknown \(expected single_op, svamp, mawps, gsm8k, gpt3_arith"):
        read_source("asdiv", tmp_path)  # type: ignore[arg-type]


def test_byte_order_mark_windows_lines_and_unicode_separators_are_read(tmp_path: Path) -> None:
    path = tmp_path / "gsm8k.jsonl"
    record = json.dumps(GSM8K | {"question": "How\u2028many?"}, ensure_ascii=False)
    path.write_bytes(f"\ufeff{record}\r\n\r\n{json.dumps(GSM8K)}\r\n".encode())
    assert [p.question for p in read_source("gsm8k", path).problems] == ["How\u2028many?", "How many?"]


def test_systems_of_equations_and_unknown_questions_are_counted(tmp_path: Path) -> None:
    system = MAWPS | {"lEquations": ["x+y=3", "x-y=1"], "lSolutions": [2, 1]}
    assert read_source("mawps", plant(tmp_path, "mawps", MAWPS, system, MAWPS)).left_out == {
        "duplicate": 1,
        "not_expressible": 1,
    }
    wordy = GPT3 | {"context": "\n\nQ: How old is 4?\n\nA:"}
    assert read_source("gpt3_arithmetic", plant(tmp_path, "gpt3_arithmetic", wordy)).left_out == {"not_expressible": 1}


def test_importing_the_registry_loads_no_reader() -> None:
    heavy = ["pydantic", "numpy", "scipy", "glassbox.harness.data.readers.svamp"]
    code = f"import sys, harness.data.readers; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
