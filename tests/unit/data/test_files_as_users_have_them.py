"""Files as users have them: packed, with a byte order mark, in another layout than their name says, or of another form.

Every reader has the same way in, so each way of packing is tried on one, and each reader on one way.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glassbox.harness.audit.training import read_training
from glassbox.harness.data.readers import SourceName, read_source
from glassbox.harness.data.readers.opened import SourceError, open_file
from glassbox.harness.data.readers.pairs import PairSourceName, drawn, read_pairs
from glassbox.harness.dcm.variants import read_variants
from glassbox.leaderboards.gate.baseline import read_baseline
from glassbox.leaderboards.prices import read_prices
from glassbox.tasks.code.evalplus import read_humaneval_plus, read_mbpp_plus
from glassbox.tasks.code.humaneval import read_humaneval
from glassbox.tasks.code.mbpp import read_mbpp
from glassbox.tasks.code.suite import read_suite

SharedPath = Callable[[str], Path]
Reader = Callable[[Path], object]

GSM8K: dict[str, Any] = {"question": "How many?", "answer": "<<1+1=2>>\n#### 2"}
LINES = [GSM8K | {"question": f"How\u2028many\u0085in {word}?"} for word in ("one", "two", "three")]


def source(name: SourceName) -> Reader:
    return lambda path: read_source(name, path)


def pairs(name: PairSourceName) -> Reader:
    return lambda path: read_pairs(name, path)


READERS: dict[str, Reader] = {
    **{name: source(name) for name in ("single_op", "svamp", "mawps", "gsm8k", "gpt3_arithmetic")},
    **{name: pairs(name) for name in ("squad", "triviaqa", "nq_open", "questions", "arc", "sudoku")},
    "humaneval": read_humaneval,
    "humaneval_plus": read_humaneval_plus,
    "mbpp": read_mbpp,
    "mbpp_plus": read_mbpp_plus,
    "code_cases": read_suite,
    "training": read_training,
    "paraphrases": read_variants,
    "baseline": read_baseline,
    "prices": read_prices,
}


def lines(records: list[dict[str, Any]]) -> str:
    return "\n".join(json.dumps(record, ensure_ascii=False) for record in records)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("test.jsonl", lines(LINES).encode()),
        ("test.json", lines(LINES).encode()),
        ("test.jsonl", json.dumps(LINES, indent=1).encode()),
        ("test.jsonl", f"\ufeff{lines(LINES)}".encode()),
        ("test.jsonl", lines(LINES).encode("utf-16")),
        ("test.jsonl", lines(LINES).replace("\n", "\r\n\r\n").encode()),
        ("test.jsonl.gz", gzip.compress(lines(LINES).encode())),
        ("test.jsonl", gzip.compress(f"\ufeff{lines(LINES)}".encode())),
        ("test.jsonl.bz2", bz2.compress(lines(LINES).encode())),
        ("test.jsonl.xz", lzma.compress(lines(LINES).encode())),
    ],
    ids=["lines", "json", "list", "bom", "utf-16", "crlf", "gz", "gz-unnamed", "bz2", "xz"],
)
def test_the_same_records_are_read_however_they_are_laid_out_and_packed(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    data = read_source("gsm8k", path)
    assert [problem.question for problem in data.items] == [record["question"] for record in LINES]
    assert data.left_out == {}
    # Training text has the same way in; a record is one text.
    if ".json" in name and not name.endswith((".bz2", ".xz")):
        assert read_training(path).texts == tuple("\n".join(record.values()) for record in LINES)


def test_a_cut_line_is_left_out_by_its_number_and_the_others_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "test.jsonl"
    path.write_text(lines(LINES)[:-9], encoding="utf-8")
    assert read_source("gsm8k", path).places == {"no JSON": ("record 3",)}
    assert len(read_training(path).texts) == 2
    assert capsys.readouterr().err == "glassbox: test.jsonl: left out 1 no JSON (record 3)\n" * 2


@pytest.mark.parametrize("reader", list(READERS))
def test_a_damaged_gz_is_one_line_that_names_the_file(tmp_path: Path, reader: str) -> None:
    path = tmp_path / "data.json.gz"
    whole = gzip.compress(json.dumps([GSM8K] * 99).encode())
    for content in (whole[:-12], whole[:12] + b"\xff\xff\xff" + whole[15:], b"\x1f\x8bno gzip"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="is a damaged gzip file: ") as refused:
            READERS[reader](path)
        assert str(refused.value).startswith(str(path))
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("content", "what"), [(b"PK\x03\x04..", "a zip archive"), (b"PAR1..", "a Parquet table")])
def test_what_is_no_text_is_named_for_what_it_is(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "data.json"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=f"is {what}, no text; unpack or export it as JSON lines first"):
        open_file(path)
    with pytest.raises(SourceError, match="cannot be read: No such file or directory; name a data file"):
        open_file(tmp_path / "absent")


SHARED: dict[str, str] = {
    "single_op": "arith_single_op/single_op.jsonl",
    "svamp": "svamp/SVAMP.json",
    "mawps": "mawps/AddSub.json",
    "gsm8k": "gsm8k/test.jsonl",
    "gpt3_arithmetic": "gpt3_arithmetic/two_digit_addition.jsonl",
    "squad": "squad/squad-v2.0-dev-half.json",
    "triviaqa": "triviaqa/triviaqa-500.jsonl",
    "nq_open": "nq_open/NQ-open.dev.jsonl",
    "questions": "hotpotqa/hotpot_dev_v1_simplified.json",
    "arc": "arc_agi_2/training.jsonl",
    "sudoku": "sudoku/sudoku.jsonl",
    "humaneval": "humaneval/HumanEval.jsonl.gz",
    "mbpp": "mbpp/mbpp.jsonl",
    "code_cases": "code_spec/phase3.jsonl",
}
LOOKS = {
    "single_op": "single_op, which source=single_op",
    "svamp": "SVAMP, which source=svamp",
    "mawps": "MAWPS, which source=mawps",
    "gsm8k": "GSM8K, which source=gsm8k",
    "gpt3_arithmetic": "GPT-3 arithmetic, which source=gpt3_arithmetic",
    "squad": "SQuAD, which the task dcm_squad",
    "triviaqa": "TriviaQA lines, which the task dcm_triviaqa",
    "nq_open": "NQ-open, which the task dcm_nq",
    "questions": "HotpotQA without its passages, which the task dcm_questions",
    "arc": "an ARC task, which the task dcm_arc",
    "sudoku": "Sudoku, which the task dcm_sudoku",
    "humaneval": "HumanEval, which the task humaneval",
    "mbpp": "MBPP, which the task mbpp",
    "code_cases": "a code suite of this project, which the task code_cases",
}


def head(text: str) -> str:
    """The first records of a file, in its own layout."""
    if text.startswith("["):
        return json.dumps(json.loads(text)[:20])
    if text.startswith('{"version"'):
        whole = json.loads(text)
        return json.dumps(whole | {"data": [{**whole["data"][0], "paragraphs": whole["data"][0]["paragraphs"][:5]}]})
    return "\n".join(text.split("\n")[:20])


ALSO_READ = {("questions", "nq_open"), ("questions", "triviaqa")}


@pytest.mark.parametrize("given", list(SHARED))
def test_an_official_file_given_to_any_other_reader_is_refused_by_its_own_name(
    shared_data: SharedPath, tmp_path: Path, given: str
) -> None:
    # The head of the file is enough, and as .gz it says that packing changes nothing.
    text = head(open_file(shared_data(SHARED[given])).text)
    path = tmp_path / "data.json.gz"
    path.write_bytes(gzip.compress(text.encode()))
    for reader in SHARED:
        if reader == given or (reader, given) in ALSO_READ:
            READERS[reader](path)
            continue
        with pytest.raises(SourceError) as refused:
            READERS[reader](path)
        message = str(refused.value)
        assert message.startswith(str(path))
        assert (
            message.endswith(f"; this looks like {LOOKS[given]} reads") or "of ir_arith and dcm_arithmetic" in message
        )
        assert LOOKS[given] in message, reader
        assert "\n" not in message


@pytest.mark.parametrize(
    ("given", "name"), [("nq_open", "NQ-open.dev.jsonl"), ("squad", "dev-v2.0.json"), ("gsm8k", "test.jsonl")]
)
def test_an_official_file_as_gz_gives_the_same_items(
    shared_data: SharedPath, tmp_path: Path, given: str, name: str
) -> None:
    plain = shared_data(SHARED[given])
    packed = tmp_path / f"{name}.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes(), 1))
    whole: Any = READERS[given](plain)
    again: Any = READERS[given](packed)
    assert [item.id for item in again.items] == [item.id for item in whole.items]
    assert again.left_out == whole.left_out


def test_popqa_is_a_table_whose_answers_are_a_list_in_a_cell(tmp_path: Path) -> None:
    path = tmp_path / "popQA.tsv"
    row = '1\tGeorge Rankin\toccupation\tpolitician\tWhat is George Rankin\'s occupation?\t"[""politician"", ""MP""]"\n'
    other = '2\tX\toccupation\tactor\tWhat is X?\t["actor"]\n3\tY\toccupation\tactor\tWhat is Y?\t[]\n'
    path.write_text(f"id\tsubj\tprop\tobj\tquestion\tpossible_answers\n{row}{other}", encoding="utf-8")
    data = read_pairs("questions", path)
    found = drawn(data.items)[0]
    assert [(pair.question, pair.answer, pair.tags["record"]) for pair in found] == [
        ("What is George Rankin's occupation?", "politician", "1"),
        ("What is X?", "actor", "2"),
    ]
    assert json.loads(found[0].tags["aliases"]) == ["politician", "MP"]
    assert data.places == {"no_answer": ("record 4",)}
    with pytest.raises(SourceError, match="this looks like PopQA, which the task dcm_questions reads"):
        read_pairs("nq_open", path)


def test_webquestions_is_read_as_first_published_and_as_later_copies_have_it(tmp_path: Path) -> None:
    first = {
        "url": "http://www.freebase.com/view/en/justin_bieber",
        "targetValue": '(list (description "Jazmyn Bieber") (description Jaxon))',
        "utterance": "what is the name of justin bieber brother?",
    }
    later = {"question": first["utterance"], "answers": ["Jazmyn Bieber", "Jaxon"]}
    (tmp_path / "first.json").write_text(json.dumps([first]), encoding="utf-8")
    (tmp_path / "later.jsonl").write_text(json.dumps(later), encoding="utf-8")
    for name in ("first.json", "later.jsonl"):
        (pair,) = drawn(read_pairs("questions", tmp_path / name).items)[0]
        assert (pair.question, pair.answer) == (first["utterance"], "Jazmyn Bieber")
        assert json.loads(pair.tags["aliases"]) == ["Jazmyn Bieber", "Jaxon"]


def test_lines_where_one_object_is_expected_are_refused_with_both_forms(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    path.write_text(lines([{"question": "Who?", "answer": ["Ada"]}] * 2), encoding="utf-8")
    with pytest.raises(SourceError) as refused:
        read_pairs("squad", path)
    assert str(refused.value) == (
        f"{path} record 1: field 'data' is missing (expected data); squad reads a SQuAD JSON file such as "
        "dev-v2.0.json; this looks like NQ-open, which the task dcm_nq reads"
    )
