"""`glassbox leaderboard` as a user meets it: formats, files, filters, refusals, and the same bytes every time."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from inspect_ai.log import write_eval_log
from trivial_runs import copy_as_version, gold, ir_head, regex_pipeline, run, shared_logs

from glassbox.harness.cli.main import main
from glassbox.harness.records.files import write_atomically
from glassbox.harness.records.frames import load_logs
from glassbox.harness.stats.intervals import wilson
from glassbox.leaderboards.command import FORMATS
from glassbox.leaderboards.figures import MICRO, NONE

ROW = ["ir_head", "1", "a", "40", "100.0", "97.5", "[87.1,", "99.6]", "1.04", "ms", "239", f"{MICRO}s", "0"]
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_logs(tmp_path_factory.getbasetemp())


def _call(*words: str | Path) -> int:
    return main(["leaderboard", *map(str, words)])


def _written(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    assert _call(*words) == 0
    return capsys.readouterr().out


def test_the_table_fits_100_columns_and_has_a_line_above_the_controls(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = _written(capsys, "--log-dir", logs).splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0] == "ir_arith 1-A · held_out_both · none/none"
    head = next(i for i, line in enumerate(lines) if line.lstrip().startswith("ir_head"))
    assert lines[head].split() == ROW
    assert lines[head + 1].split()[0] == "regex_pipeline"
    assert set(lines[head + 2].strip()) == {"─"}
    assert [line.split()[0] for line in lines[head + 3 : head + 5]] == ["gold", "direct"]
    assert any(line.startswith("no evidence of a difference") for line in lines)


def test_markdown_has_a_table_with_controls_in_italics(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = _written(capsys, "--log-dir", logs, "--format", "markdown")
    assert "### ir_arith 1-A · held_out_both · none/none" in written
    cells = ["ir_head", "1 a", "none/none", "40", "100.0", "97.5 [87.1, 99.6]", "0.0", "1.04 ms", f"239 {MICRO}s", "0"]
    row = f"| {' | '.join([*cells, NONE, '01234567'])} |"
    assert row in written
    assert "| *gold* |" in written
    assert "| regex failures eliminated | 100 % | 100.0 [47.8, 100.0] | = by construction |" in written
    tables = [line for line in written.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in tables} == {13, 6}


def test_csv_has_every_figure_unrounded_and_a_line_a_run(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(_written(capsys, "--log-dir", logs, "--format", "csv"))))
    assert [row["solver"] for row in rows] == ["ir_head", "regex_pipeline", "gold", "direct"]
    assert [(row["rank"], row["tie"]) for row in rows] == [("1", "a"), ("1", "a"), ("", ""), ("", "")]
    assert (rows[0]["semantic"], rows[0]["semantic_n"], rows[3]["structural"]) == ("0.975", "40", "")
    assert float(rows[0]["semantic_low"]) == pytest.approx(0.87118636)


def test_json_holds_the_boards_and_the_success_table(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(_written(capsys, "--log-dir", logs, "--format", "json"))
    assert list(found) == ["schema", "records", "criteria"]
    assert [run["solver"] for run in found["records"] if run["control"]] == ["gold", "direct"]
    assert found["records"][3]["structural"] is None
    interval = wilson(39, 40)
    assert found["records"][0]["semantic"] == {"value": 0.975, "low": interval.low, "high": interval.high, "n": 40}
    assert [one["verdict"] for one in found["criteria"]] == [
        "by construction",
        "undetermined",
        "by construction",
        "supported",
    ]


def test_html_is_one_page_that_needs_nothing_else(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = _written(capsys, "--log-dir", logs, "--format", "html")
    assert written.startswith("<!doctype html>")
    assert written.count("<table>") == written.count("</table>") == 2
    assert "prefers-color-scheme: dark" in written
    assert not any(word in written for word in ("http:", "https:", "src=", "<script", "@import", "url("))


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_logs_give_the_same_bytes_wherever_they_lie(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    first = _written(capsys, "--log-dir", logs, "--format", form)
    elsewhere = tmp_path / "other" / "place"
    elsewhere.mkdir(parents=True)
    for age, log in enumerate(sorted(logs.glob("*.eval"), reverse=True)):
        copied = Path(shutil.copyfile(log, elsewhere / log.name))
        os.utime(copied, (1_000_000 - age, 1_000_000 - age))
    monkeypatch.chdir(tmp_path)
    assert _written(capsys, "--log-dir", "other", "--format", form) == first
    assert str(logs) not in first


def test_a_board_is_written_to_a_file_and_nothing_is_left_beside_it(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "board.md"
    assert _written(capsys, "--log-dir", logs, "--format", "markdown", "--output", target) == ""
    assert target.read_text(encoding="utf-8").startswith("### ir_arith 1-A")
    assert [path.name for path in tmp_path.iterdir()] == ["board.md"]
    assert _call("--log-dir", logs, "--output", tmp_path / "no" / "board.md") == 2
    assert "there is no directory" in capsys.readouterr().err


def test_a_write_that_fails_leaves_the_old_file_whole(tmp_path: Path) -> None:
    target = tmp_path / "board.md"
    write_atomically(target, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(target, "new \ud800")  # a lone surrogate cannot be written
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["board.md"]


def test_a_file_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "board.md"
    target.write_text("old")
    target.chmod(0o640)
    write_atomically(target, "new")
    assert target.stat().st_mode & 0o777 == 0o640


def test_filters_choose_rows_and_may_be_patterns(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def solvers(*words: str) -> list[str]:
        written = _written(capsys, "--log-dir", logs, "--format", "csv", *words)
        return [row["solver"] for row in csv.DictReader(io.StringIO(written))]

    assert solvers("--solver", "gold", "--solver", "ir_*") == ["ir_head", "gold"]
    assert len(solvers("--task", "ir_arith", "--split", "held_out_*", "--model", "none/none")) == 4
    assert _call("--log-dir", logs, "--split", "iid") == 2
    assert "none of the 4 logs" in (message := capsys.readouterr().err)
    assert "split iid" in message


def test_runs_are_chosen_by_their_tags(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for made, tags in ((ir_head(), ["nightly", "cpu"]), (gold(), ["smoke"]), (regex_pipeline(), None)):
        log = run(tmp_path, made, limit=2)
        log.eval.tags, log.eval.metadata = tags, None if tags else {"tags": ["by the task"]}
        write_eval_log(log, log.location)

    def solvers(*words: str) -> list[str]:
        written = _written(capsys, "--log-dir", tmp_path, "--format", "csv", *words)
        return [row["solver"] for row in csv.DictReader(io.StringIO(written))]

    assert solvers("--tag", "night*") == ["ir_head"]
    assert solvers("--tag", "cpu", "--tag", "smoke") == ["ir_head", "gold"]
    assert solvers("--tag", "by *") == ["regex_pipeline"]
    assert _call("--log-dir", tmp_path, "--tag", "gpu") == 2
    assert "is of the tag gpu" in capsys.readouterr().err


def test_runs_that_failed_the_audit_beside_the_logs_are_marked(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for log in logs.glob("*.eval"):
        shutil.copy(log, tmp_path)
    [head] = [record.path.name for record in load_logs(tmp_path) if record.solver == "ir_head"]
    said = (("controls", "failed", "none was run"), ("size", "failed", "n is 40"), ("labels", "warning", "who knows"))
    found = [{"log": head, "check": check, "severity": severity, "what": what} for check, severity, what in said]
    audit = {"schema": "glassbox/audit/1", "records": found}
    (tmp_path / "audit.json").write_text(json.dumps(audit), encoding="utf-8")
    written = _written(capsys, "--log-dir", tmp_path)
    assert "ir_head ‡" in written
    assert "‡ ir_head: audit failed: controls: none was run; size: n is 40" in written
    assert "regex_pipeline ‡" not in written
    assert "audit.json" not in caplog.text  # it is no log, and no broken one either
    (tmp_path / "audit.json").write_text("[]", encoding="utf-8")
    assert _call("--log-dir", tmp_path) == 2
    assert "audit.json is no audit; write it again with glassbox audit" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["", "missing"])
def test_without_logs_one_line_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    assert _call("--log-dir", tmp_path / place) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "inspect eval tasks/ir_arith.py --solver ir_head" in captured.err


def test_mixed_versions_are_refused_in_one_line_until_one_is_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy_as_version(run(tmp_path, gold()), "2-A", tmp_path)
    assert _call("--log-dir", tmp_path) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "versions 1-A, 2-A" in captured.err
    assert "ir_arith 2-A" in _written(capsys, "--log-dir", tmp_path, "--task-version", "2-A")


def test_an_unfinished_run_is_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, ir_head(broken=True))
    written = _written(capsys, "--log-dir", tmp_path)
    assert "† ir_head broken=True (error): 0 of 40 samples scored" in written


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, glassbox.leaderboards.command; "
        "print(sorted({'pandas', 'inspect_ai', 'torch', 'rich', 'scipy', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        (sys.executable, "-c", code), cwd=ROOT, capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert done.stdout.strip() == "[]"
