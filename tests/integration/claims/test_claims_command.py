"""`glassbox claims` as users call it: formats, filters, missing commands, the record."""

from __future__ import annotations

import csv
import io
import json
import shlex
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from ledger_runs import claims, copied, logged, passed_off_as, shared_logs

from glassbox.leaderboards.claims.claim import claims_of, load_books
from glassbox.leaderboards.claims.recorded import load_record, record_path

FORMATS = ("rich", "markdown", "json", "html", "csv")


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory, arith: Path) -> Path:
    return shared_logs(tmp_path_factory.getbasetemp())


def _verdicts(content: str) -> dict[str, str]:
    return {line["claim"]: line["verdict"] for line in csv.DictReader(io.StringIO(content))}


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_logs_give_the_same_bytes_wherever_they_lie(
    form: str, logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = claims(capsys, "--log-dir", logs, "--format", form, "--no-record")
    assert first.status == 0
    for name in ("one", "another"):
        shutil.copytree(logs, tmp_path / name)
    moved = tmp_path / "another" / "deeper"
    moved.mkdir()
    for path in list((tmp_path / "another").glob("*.json"))[:1]:
        path.rename(moved / path.name)
    for name in ("one", "another"):
        assert claims(capsys, "--log-dir", tmp_path / name, "--format", form, "--no-record").out == first.out
    assert str(tmp_path) not in first.out


def test_every_format_shows_reported_and_measured_apart(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    markdown = claims(capsys, "--log-dir", logs, "--format", "markdown", "--no-record").out
    head = next(line for line in markdown.splitlines() if line.startswith("| claim"))
    assert "| reported by the origin | model | measured here |" in head
    row = next(line for line in markdown.splitlines() if line.startswith("| 000.first_operand_at_layer"))
    assert "1/6, 16.7 [3.0, 56.4] % (refuted)" in row
    assert "· not run" in row
    assert "would refute" not in head
    assert "### How the claims of seed document 004 are tested" in markdown


def test_html_is_well_formed_and_complete(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []
            self.ids: set[str] = set()

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag not in ("meta", "link", "br", "hr", "input", "!doctype"):
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

        def handle_data(self, data: str) -> None:
            self.ids.add(data.strip())

    page = Tags()
    page.feed(claims(capsys, "--log-dir", logs, "--format", "html", "--no-record").out)
    assert page.open == []
    assert {claim.id for claim in claims_of(load_books())} <= page.ids


def test_csv_and_json_hold_the_same_rows_unrounded(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = list(csv.DictReader(io.StringIO(claims(capsys, "--log-dir", logs, "--format", "csv", "--no-record").out)))
    found = json.loads(claims(capsys, "--log-dir", logs, "--format", "json", "--no-record").out)
    assert [line["claim"] for line in lines] == [record["claim"] for record in found["records"]]
    semantic = next(line for line in lines if line["claim"] == "000.semantic")
    assert float(semantic["measured_low"]) == pytest.approx(0.025 ** (1 / 24))
    assert semantic["verdict"] == "undetermined"
    assert semantic["command"].startswith("glassbox eval ir_arith --solver ir_head")


def test_filters_choose_rows(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = claims(
        capsys, "--log-dir", logs, "--no-record", "--seed", "000", "--verdict", "supported", "--format", "csv"
    ).out
    found = _verdicts(out)
    assert set(found.values()) == {"supported"}
    assert all(name.startswith("000.") for name in found)
    nobody = claims(
        capsys, "--log-dir", logs, "--no-record", "--verdict", "supported", "--seed", "000", "--model", "open/none"
    )
    assert (nobody.status, nobody.out) == (0, "")
    assert "no claim has such a row" in nobody.err


def test_missing_prints_commands_and_stops_when_their_logs_are_there(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = claims(capsys, "--log-dir", tmp_path, "--missing", "--seed", "000")
    commands = [line for line in before.out.splitlines() if not line.startswith("#")]
    assert before.status == 0
    assert len(commands) == len(set(commands)) > 10
    default = "glassbox eval ir_arith --solver ir_head -T split=held_out_both"
    assert default in commands
    after = claims(capsys, "--log-dir", logs, "--missing", "--seed", "000").out.splitlines()
    assert default not in after
    assert set(after) < set(before.out.splitlines())
    assert all(shlex.split(line)[:2] == ["glassbox", "eval"] for line in after if not line.startswith("#"))


def test_missing_of_another_model_asks_for_that_model(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = claims(capsys, "--log-dir", logs, "--missing", "--seed", "000", "--model", "open/other").out
    assert "glassbox eval ir_arith --solver ir_head -T split=held_out_both --model open/other" in out.splitlines()


def test_what_is_not_built_is_said_in_comments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = claims(capsys, "--log-dir", tmp_path, "--missing", "--seed", "002").out.splitlines()
    assert "# 002.self_consistency_gains needs a solver" in "\n".join(out)
    assert out[0] == "glassbox eval phase3 --solver gold"


def test_what_was_recorded_is_shown_where_logs_are_missing(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "measured.json"
    monkeypatch.setattr("glassbox.leaderboards.claims.recorded.record_path", lambda: record)
    assert claims(capsys, "--log-dir", logs, "--record").status == 0
    bytes_before = record.read_bytes()
    claims(capsys, "--log-dir", logs, "--record")
    assert record.read_bytes() == bytes_before
    empty = tmp_path / "none"
    with_logs = _verdicts(claims(capsys, "--log-dir", logs, "--format", "csv", "--no-record").out)
    without = claims(capsys, "--log-dir", empty, "--format", "csv").out
    assert _verdicts(without) == with_logs
    shown = claims(capsys, "--log-dir", empty, "--format", "markdown", "--seed", "000").out
    assert "| 000.semantic ‡ |" in shown
    assert "‡ from the record of earlier runs" in shown


def test_logs_come_before_the_record_and_update_it(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "measured.json"
    monkeypatch.setattr("glassbox.leaderboards.claims.recorded.record_path", lambda: record)
    claims(capsys, "--log-dir", logs, "--record")
    planted = logged("regex_only", tmp_path / "other")
    copied(planted, tmp_path / "planted", passed_off_as("ir_head", "2100-01-01T00:00:00+00:00"))
    fresh = _verdicts(claims(capsys, "--log-dir", tmp_path / "planted", "--format", "csv").out)
    assert fresh["000.head_replaces_text"] == "refuted"  # of these logs
    assert fresh["000.latency"] == "supported"  # of the record: no pipeline stands beside these
    claims(capsys, "--log-dir", tmp_path / "planted", "--record")
    kept = {entry.claim.id: str(entry.standing) for entry in load_record(load_books(), record)}
    assert (kept["000.head_replaces_text"], kept["000.latency"]) == ("refuted", "supported")


def test_a_row_of_a_claim_that_is_tested_otherwise_now_is_not_believed(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = tmp_path / "measured.json"
    claims(capsys, "--log-dir", logs, "--record", "--output", record)
    content: dict[str, Any] = json.loads(record.read_text())
    assert len(load_record(load_books(), record)) == len(content["rows"]) > 5
    content["rows"][0]["digest"] = "0" * 12
    record.write_text(json.dumps(content))
    assert len(load_record(load_books(), record)) == len(content["rows"]) - 1


def test_a_broken_record_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "measured.json"
    broken.write_text("{")
    with pytest.raises(ValueError, match=r"measured\.json is no record of claims"):
        load_record(load_books(), broken)


def test_the_shipped_record_is_read_whole() -> None:
    shipped = record_path()
    if not shipped.exists():
        pytest.skip(f"no record is shipped at {shipped}")
    rows = json.loads(shipped.read_text())["rows"]
    assert len(load_record(load_books())) == len(rows), "claims changed since; write the record anew with --record"
    assert not any(row["model"].startswith("open//") for row in rows)


def test_the_documentation_is_what_the_shipped_record_gives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = Path(__file__).resolve().parents[3] / "docs" / "claims.md"
    made = claims(capsys, "--log-dir", tmp_path / "none", "--format", "markdown").out
    assert written.read_text(encoding="utf-8") == made, "make it anew, as its first lines say"


def test_the_file_is_written_whole_or_not_at_all(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "claims.md"
    assert claims(capsys, "--log-dir", logs, "--format", "markdown", "--output", place).status == 0
    assert place.read_text().startswith("# What the seeds claim")
    refused = claims(capsys, "--log-dir", logs, "--output", tmp_path / "no" / "claims.md")
    assert refused.status == 2
    assert "there is no directory" in refused.err
