"""Pieces of the audit by themselves: claims, training files, devices, decodes, what machinery says when it fails."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from glassbox.harness.audit.checks.device_price import device_of
from glassbox.harness.audit.checks.infra_as_wrong import BROKEN
from glassbox.harness.audit.checks.label_shift import verdicts
from glassbox.harness.audit.claim import Claim
from glassbox.harness.audit.code import is_python
from glassbox.harness.audit.finding import CannotCheck, Fault, Finding, Severity, some
from glassbox.harness.audit.registry import CHECKS, chosen
from glassbox.harness.audit.training import read_training

FAULT = Fault(Severity.FAILED, "it matters", "mend it")


def test_claims_are_read_with_and_without_a_margin() -> None:
    assert Claim.of("ir_head > regex_pipeline") == Claim("ir_head > regex_pipeline", "ir_head", "regex_pipeline", 0.0)
    assert Claim.of(" a@open/arith  > b by 2.5 points").margin == pytest.approx(0.025)
    for text in ("a < b", "a > b by five", "a beats b", "a > b c"):
        with pytest.raises(ValueError, match="is not of the form 'A > B' or 'A > B by 5'"):
            Claim.of(text)


@pytest.mark.parametrize(
    ("name", "content", "texts"),
    [
        ("a.txt", "one\n\n two \n", ("one", "two")),
        ("a.jsonl", '{"q": "one", "a": {"b": ["two", 3]}}\n"three"\n', ("one\ntwo", "three")),
        ("a.json", '[{"q": "one"}, {"q": "two"}]', ("one", "two")),
    ],
)
def test_training_text_is_one_text_a_line_or_a_record(
    name: str, content: str, texts: tuple[str, ...], tmp_path: Path
) -> None:
    plain, packed = tmp_path / name, tmp_path / f"{name}.gz"
    plain.write_text(content, encoding="utf-8")
    packed.write_bytes(gzip.compress(content.encode()))
    assert read_training(plain).texts == read_training(packed).texts == texts


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"one\n\xff", r"a\.txt line 2: byte 4 is no UTF-8"),
        ("a.txt.gz", b"\x1f\x8bnot gzip", "is a damaged gzip file"),
        ("a.txt", b" \n", "is empty; --training reads the text that the model was trained on"),
        ("a.jsonl", b"no json\n", r"record 1: no JSON \(Expecting value at column 1\); --training reads"),
    ],
)
def test_training_text_that_cannot_be_read_is_named_with_the_way_out(
    name: str, content: bytes, message: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_training(tmp_path / name)


@pytest.mark.parametrize(
    ("metadata", "device"),
    [
        ({"accelerator": "NVIDIA H100 80GB HBM3", "device": "cuda", "cpu": "AMD EPYC"}, "H100"),
        ({"accelerator": "NVIDIA GeForce RTX 4090"}, "RTX4090"),
        ({"accelerator": None, "device": "cpu", "cpu": "AMD EPYC"}, "cpu"),
        ({"device": "cuda:0"}, None),
        ({}, None),
    ],
)
def test_the_device_of_a_run_is_read_from_its_provenance(metadata: dict[str, object], device: str | None) -> None:
    assert device_of(metadata) == device


@pytest.mark.parametrize(
    "text",
    [
        "Error code: 429 - {'error': 'slow down'}",
        "HTTP/1.1 503 from upstream",
        "requests.exceptions.ConnectionError: Max retries exceeded with url",
        "ConnectionResetError: connection reset by peer",
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB",
        "Error response from daemon: No such container: 1f2",
        "openai.APITimeoutError: Request timed out.",
    ],
)
def test_what_machinery_says_when_it_fails_is_known(text: str) -> None:
    assert BROKEN.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "The answer is 503.",
        "429 + 74 = 503",
        "def connect(x):\n    return x",
        "AssertionError: 500 != 501",
        "timeout=30",
    ],
)
def test_answers_are_not_taken_for_failures(text: str) -> None:
    assert not BROKEN.search(text)


def test_decodes_are_told_apart_by_how_they_begin() -> None:
    target = "The little dog ran."
    right, second, copies = "The little dog", "little ddog ran", "the the the the"
    assert verdicts([(target, right)]) == (1, 0, 0)
    assert verdicts([(target, second)]) == (0, 1, 0)
    assert verdicts([(target, copies)]) == (0, 0, 1)
    assert verdicts([("57", "7"), ("57", "57"), ("57", "9")]) == (1, 1, 0)


def test_python_is_parsed_and_never_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert is_python("print('run')")
    assert not is_python("def f(:")
    assert not is_python("x = '\0'")
    assert not is_python("(" * 5000 + ")" * 5000)
    assert capsys.readouterr().out == ""


def test_findings_name_a_few_samples_and_count_the_rest() -> None:
    assert some(["a"]) == "sample a"
    assert some(list("abcde")) == "samples a, b, c and 2 more"
    assert FAULT.found("two of three", some(["a", "b"])) == Finding(
        Severity.FAILED, "two of three", "samples a, b", "it matters", "mend it"
    )
    finding = CannotCheck("nothing is known", "log it").finding
    assert (finding.severity, finding.what, finding.mend) == (Severity.UNCHECKED, "nothing is known", "log it")


def test_checks_are_chosen_by_name_in_the_order_of_the_registry() -> None:
    assert chosen(None) == list(CHECKS.values())
    assert [check.name for check in chosen(["small_n", "label_shift"])] == ["label_shift", "small_n"]
    with pytest.raises(ValueError, match="there is no check 'luck'; there are edited_log, label_shift, pad_pooling"):
        chosen(["luck"])


def test_every_seed_has_a_check() -> None:
    seen = {seed.strip() for check in CHECKS.values() for seed in check.seen_in.split(",") if seed}
    assert seen == {"000", "001", "002", "003", "004"}
