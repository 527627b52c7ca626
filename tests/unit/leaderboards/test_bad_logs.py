"""One bad log among good ones: named, skipped and counted, by every command that reads logs."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from inspect_ai.log import read_eval_log, write_eval_log
from trivial_runs import gold, ir_head, run, shared_logs

from glassbox.harness.cli.main import main
from glassbox.harness.records.reading import INCOMPLETE, Reading, log_folder

BAD = ("cut.eval", "cut.json", "head.json", "rotten.eval")


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four good runs, four damaged files, and what inspect and this project write beside logs."""
    folder = tmp_path_factory.mktemp("mixed")
    good = sorted(shared_logs(tmp_path_factory.getbasetemp()).glob("*.eval"))
    for log in good:
        shutil.copy(log, folder)
    other = read_eval_log(str(good[0]))
    other.eval.model = "lab/other"
    write_eval_log(other, str(folder / "cut.json"))
    whole = (folder / "cut.json").read_bytes()
    (folder / "cut.json").write_bytes(whole[: len(whole) * 2 // 3])  # its header is whole, its samples are not
    (folder / "head.json").write_bytes(whole[:500])
    zipped = good[1].read_bytes()
    (folder / "cut.eval").write_bytes(zipped[: len(zipped) // 2])
    with zipfile.ZipFile(good[1]) as members:
        contents = members.start_dir  # what lists the members stays whole, every member is damaged
    rotten = bytes(one ^ 0x5A if at % 16 == 15 else one for at, one in enumerate(zipped[:contents]))
    (folder / "rotten.eval").write_bytes(rotten + zipped[contents:])
    for name in ("eval-set.json", "logs.json", "listing.json"):
        (folder / name).write_text("{}")
    (folder / "stages.json").write_text('{"schema": "glassbox/stages/1", "records": []}')
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ("leaderboard", "--log-dir", "."),
        ("leaderboard", "--log-dir", ".", "--by", "template", "--format", "csv"),
        ("claims", "--log-dir", ".", "--seed", "000", "--no-record"),
        ("claims", "--log-dir", ".", "--missing"),
        ("audit", "."),
        ("report", "--log-dir", ".", "--output", "OUT/report.html"),
        ("bless", "--log-dir", ".", "--name", "x", "--folder", "OUT", "--reason", "a test"),
        ("compare", "ir_head", "gold", "--log-dir", ".", "--model", "*"),
    ],
    ids=lambda words: "-".join(words[:3:2]),
)
def test_each_bad_log_is_one_line_the_work_is_done_and_the_status_says_that_some_were_left_out(
    mixed: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
) -> None:
    monkeypatch.chdir(mixed)
    given = [word.replace("OUT", str(tmp_path)) for word in words]
    assert main(given) == INCOMPLETE
    captured = capsys.readouterr()
    assert captured.out
    named = [line for line in captured.err.splitlines() if line.startswith("skipped ")]
    read = BAD if words[0] != "claims" and words[0] != "compare" else tuple(name for name in BAD if name != "cut.json")
    for name in read:
        assert sum(f"{name}: not a readable log (" in line for line in named) == 1, captured.err
    assert "Traceback" not in captured.err
    assert not any(name in captured.err for name in ("eval-set.json", "logs.json", "listing.json", "stages.json"))


def test_a_folder_of_good_logs_is_read_with_status_0(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["leaderboard", "--log-dir", str(shared_logs(tmp_path_factory.getbasetemp()))]) == 0
    assert capsys.readouterr().err == ""


def test_a_gate_that_could_not_read_a_log_does_not_pass(
    mixed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blessed, again = (run(tmp_path / name, gold(), limit=4).location for name in ("blessed", "again"))
    words = ["--name", "x", "--folder", str(tmp_path), "--reason", "a test", "--exact", "gold"]
    assert main(["bless", blessed, *words]) == 0
    baseline = str(tmp_path / "x.json")
    assert main(["gate", "--baseline", baseline, again]) == 0
    capsys.readouterr()
    assert main(["gate", "--baseline", baseline, again, str(mixed / "cut.eval"), "--format", "json"]) == 2
    captured = capsys.readouterr()
    assert "NOT DECIDED" in captured.out
    assert "cut.eval: not a readable log" in captured.err


def test_a_log_that_is_named_and_cannot_be_read_is_a_users_error(
    mixed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = str(mixed / "cut.json")
    assert main(["audit", cut]) == 2
    assert main(["compare", cut, cut]) == 2
    assert main(["bless", cut, "--name", "x", "--folder", str(tmp_path), "--reason", "a test"]) == 2
    assert "cut.json" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_failed_run_is_left_out_of_a_baseline_by_name_and_the_rest_is_blessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs = tmp_path / "logs"
    run(logs, gold())
    run(logs, ir_head(broken=True))
    words = ["--name", "x", "--folder", str(tmp_path), "--reason", "a test", "--exact", "gold"]
    assert main(["bless", "--log-dir", str(logs), *words]) == INCOMPLETE
    captured = capsys.readouterr()
    assert "ir_arith ir_head is not complete (error, 0 of 40 samples)" in captured.err
    rows = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))["runs"]
    assert [row["solver"] for row in rows] == ["gold"]


def test_nothing_readable_is_no_board(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.eval").write_bytes(b"PK not really")
    assert main(["leaderboard", "--log-dir", str(tmp_path)]) == 2
    assert "no readable logs in" in capsys.readouterr().err


def test_one_variable_names_the_folder_of_logs_for_every_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from glassbox.harness.cli.commands import prepared

    given = {
        "eval": ["ir_arith", "--solver", "gold"],
        "stages": [],
        "compare": ["a", "b"],
        "gate": ["--baseline", "x"],
        "bless": ["--name", "x"],
    }
    for value, folder in ((str(tmp_path), tmp_path), ("", Path("logs"))):
        monkeypatch.setenv("INSPECT_LOG_DIR", value)
        for command in ("leaderboard", "compare", "gate", "bless", "claims", "report", "eval", "stages"):
            assert prepared(command, given.get(command, [])).args[0].log_dir == folder, command
        assert prepared("audit", []).args[0].logs == [folder]


def test_what_eval_writes_the_others_find(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INSPECT_LOG_DIR", str(tmp_path / "mine"))
    monkeypatch.chdir(tmp_path)
    assert main(["eval", "ir_arith", "--solver", "gold", "null", "--limit", "4"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert main(["compare", "gold", "null"]) == 0
    assert main(["audit", "--only", "duplicates"]) == 0
    capsys.readouterr()


def test_a_reading_tells_a_file_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.eval").write_bytes(b"no zip")
    reading = Reading()
    assert reading.load(tmp_path) == reading.load(tmp_path) == []
    assert capsys.readouterr().err.count("bad.eval") == 1
    assert (reading.status(0), reading.status(1), Reading().status(0)) == (INCOMPLETE, 1, 0)
    assert log_folder()
