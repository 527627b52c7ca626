"""Reported counts on the command line: the code-spec suite of seed 002 judged by our own tool."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from real_runs import compare


@pytest.mark.parametrize(("other", "needed"), [("14/18", 989), ("15/18", 237)])
def test_13_of_18_against_the_reported_gains_is_no_evidence_of_a_difference(
    other: str, needed: int, capsys: Any
) -> None:
    answer = compare(capsys, "13/18", other)
    assert answer.status == 0
    assert answer.out.startswith(f"no evidence of a difference between A and B: 13/18 against {other}, difference -")
    found = json.loads(compare(capsys, "13/18", other, "--format", "json").out)["records"][0]
    assert (found["evidence"], found["possible"], found["needed"]) == (False, False, needed)
    assert f"{needed:,} samples a side" in found["sentence"]


def test_counts_are_written_as_markdown_into_a_file(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "counts.md"
    assert compare(capsys, "13/18", "15/18", "--format", "markdown", "--output", file).out == ""
    text = file.read_text(encoding="utf-8")
    assert text.startswith("### A 13/18 against B 15/18\n\nno evidence of a difference")
    assert "| samples a side needed, unpaired | 237 |" in text
    assert "| p, paired, by the pairing | 0.5 to 0.73 |" in text


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        ("13/18", "14/20", "13/18 and 14/20 are over 18 and 20 samples"),
        ("19/18", "14/18", "19 successes of 18 is no proportion"),
        ("13/18", "gold", "gold is no count such as 13/18"),
    ],
)
def test_counts_that_cannot_be_compared_get_one_line(a: str, b: str, said: str, capsys: Any) -> None:
    answer = compare(capsys, a, b)
    assert (answer.status, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert said in answer.err
