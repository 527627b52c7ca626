"""`glassbox audit`: exit status, formats, what a leaderboard reads, and the page of checks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.log import read_eval_log
from planted_runs import SUMS, run, writes

from glassbox.harness.audit.registry import CHECKS
from glassbox.harness.cli.main import main
from glassbox.leaderboards.audits import read_audits

PAGE = Path(__file__).resolve().parents[3] / "docs" / "audits.md"


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose model was never called, and its control."""
    folder = tmp_path_factory.mktemp("logs")
    run(folder, writes(lambda state: state.target.text), samples=SUMS)
    run(folder, writes(lambda state: ""), samples=SUMS, metadata={"control": "floor"})
    return folder


def said(capsys: Any, *arguments: object) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(["audit", *map(str, arguments)])
    found = capsys.readouterr()
    return status, found.out, found.err


def test_a_defect_is_exit_1_and_says_what_where_why_and_how_to_mend_it(logs: Path, capsys: Any) -> None:
    status, out, _ = said(capsys, logs)
    assert status == 1
    text = " ".join(out.split())
    assert "failed model_never_called: none of 8 scored samples has a call of open/arith" in text
    assert "where: samples sum-12-31, sum-45-7, sum-8-26 and 5 more" in text
    assert "why: the figure is printed for a model that had no part in it" in text
    assert "mend: let the solver call the model" in text
    assert out.splitlines()[-1].startswith("1 of 2 logs failed: 1 defects")


def test_a_clean_log_is_exit_0_and_only_narrows_to_one_check(logs: Path, capsys: Any) -> None:
    status, out, _ = said(capsys, logs, "--only", "duplicates", "--only", "infra_as_wrong")
    assert status == 0
    assert out.count("clean: duplicates, infra_as_wrong") == 2
    assert "model_never_called" not in out


def test_json_is_what_the_leaderboard_reads_and_is_the_same_every_time(logs: Path, tmp_path: Path, capsys: Any) -> None:
    target = tmp_path / "audit.json"
    assert said(capsys, logs, "--format", "json", "--output", target)[0] == 1
    first = target.read_bytes()
    content = json.loads(first)
    assert (list(content), content["schema"]) == (["schema", "records"], "glassbox/audit/1")
    control, guilty = sorted(
        logs.glob("*.eval"), key=lambda log: "control" not in str(read_eval_log(log).eval.metadata)
    )
    assert {one["log"] for one in content["records"]} == {guilty.name, control.name}
    assert {one["check"] for one in content["records"]} == set(CHECKS)
    [failed] = [one for one in content["records"] if one["severity"] == "failed"]
    assert (failed["log"], failed["check"]) == (guilty.name, "model_never_called")
    assert failed["what"] == "none of 8 scored samples has a call of open/arith"
    assert list(read_audits(target)) == [guilty.name]
    assert said(capsys, logs, "--format", "json", "--output", target)[0] == 1
    assert target.read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == ["audit.json"]


def test_an_audit_beside_the_logs_is_no_log(logs: Path, capsys: Any) -> None:
    report = logs / "audit.json"
    try:
        said(capsys, logs, "--format", "json", "--output", report)
        status, out, err = said(capsys, logs, "--format", "json")
        assert (status, json.loads(out)) == (1, json.loads(report.read_text(encoding="utf-8")))
        assert "audit.json" not in err
    finally:
        report.unlink()


def test_markdown_has_every_finding_in_full(logs: Path, capsys: Any) -> None:
    _, out, _ = said(capsys, logs, "--format", "markdown")
    assert out.startswith("# Audit of 2 logs\n\n1 of 2 logs failed: 1 defects")
    assert "- **failed** `model_never_called`: none of 8" in out
    for part in ("where", "why it matters", "how to mend it"):
        assert f"  - {part}: " in out
    assert "does not apply: " in out
    assert "(no sample asks for a program)" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere.eval",), "there is no log nowhere.eval"),
        (("{logs}", "--only", "luck"), "there is no check 'luck'; there are edited_log, label_shift, "),
        (("{logs}", "--claim", "better"), "claim 'better' is not of the form 'A > B'"),
        (("{logs}", "--claim", "writes > gold"), "claim 'writes > gold' is about gold; these logs are of writes"),
        (("{logs}", "--training", "none.txt"), "none.txt cannot be read: No such file or directory"),
        (("{logs}", "--output", "none/audit.json"), "cannot write none/audit.json"),
        (("{page}",), "is no readable inspect log"),
    ],
)
def test_a_users_error_is_one_line_and_exit_2(
    arguments: tuple[str, ...], message: str, logs: Path, capsys: Any
) -> None:
    status, out, err = said(capsys, *(word.format(logs=logs, page=PAGE) for word in arguments))
    assert (status, out) == (2, "")
    lines = [line for line in err.splitlines() if line.startswith("glassbox:")]
    assert len(lines) == 1
    assert message in lines[0]


def test_the_list_names_what_every_check_detects_and_needs(capsys: Any) -> None:
    status, out, _ = said(capsys, "--list")
    assert status == 0
    assert all(name in out for name in CHECKS)
    listed = json.loads(said(capsys, "--list", "--format", "json")[1])["records"]
    assert [one["check"] for one in listed] == list(CHECKS)
    assert all(one["detects"] and one["needs"] for one in listed)


def test_the_page_of_checks_is_up_to_date(capsys: Any) -> None:
    assert said(capsys, "--list", "--format", "markdown")[1] == PAGE.read_text(encoding="utf-8"), (
        "make it again: glassbox audit --list --format markdown --output docs/audits.md"
    )
