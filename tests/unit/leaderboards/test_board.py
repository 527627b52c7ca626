"""Which runs stand on the board, in which order, and with which figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from trivial_runs import ARTEFACT, SIZE, TIMED, copy_as_version, ir_head, run, shared_logs

from harness.records.frames import RunRecord, load_logs
from harness.stats.intervals import wilson
from leaderboards.ir import Board, Estimate, MixedVersions, Row, board


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[RunRecord]:
    return load_logs(shared_logs(tmp_path_factory.getbasetemp()))


@pytest.fixture(scope="module")
def made(records: list[RunRecord]) -> Board:
    return board(records)


def _row(made: Board, solver: str) -> Row:
    [row] = [row for row in made.rows if row.solver == solver]
    return row


def test_methods_stand_best_first_and_controls_below(made: Board) -> None:
    [section] = made.sections
    assert (section.task, section.task_version, section.split) == ("ir_arith", "1-A", "held_out_both")
    assert [row.solver for row in section.methods] == ["ir_head", "regex_pipeline"]
    assert [row.solver for row in section.controls] == ["gold", "direct"]


def test_a_row_has_the_figures_of_its_log_header(made: Board) -> None:
    row, interval = _row(made, "ir_head"), wilson(SIZE - 1, SIZE)
    assert row.semantic == Estimate((SIZE - 1) / SIZE, interval.low, interval.high, SIZE)
    assert row.structural is not None
    assert row.structural.value == 1
    assert row.alone_p50_ms == pytest.approx(1.0 + (TIMED - 1) / 200)
    assert row.amortised_p50_ms == pytest.approx((1.0 + (SIZE - 1) / 200) / 5)
    assert row.artefact == ARTEFACT
    assert row.complete


def test_a_pipeline_that_reads_nothing_is_wrong_in_structure_too(made: Board) -> None:
    row = _row(made, "regex_pipeline")
    assert row.structural is not None
    assert row.structural.value == (SIZE - 5) / SIZE
    assert row.parse_failure is not None
    assert row.parse_failure.value == 5 / SIZE


def test_structure_is_blank_for_a_solver_that_reads_no_program(made: Board) -> None:
    assert _row(made, "direct").structural is None
    assert _row(made, "direct").semantic is not None


def test_a_structural_share_of_only_some_samples_is_left_out(records: list[RunRecord]) -> None:
    [head] = [record for record in records if record.solver == "ir_head"]
    partial = {**head.scores, "structural": {"accuracy": 0.0, "low": 0.0, "high": 0.8, "n": 1}}
    [row] = board([replace(head, scores=partial)]).rows
    assert row.structural is None


def test_only_the_latest_run_of_each_kind_stands_unless_all_are_asked_for(tmp_path: Path) -> None:
    first = run(tmp_path, ir_head(wrong=9))
    second = run(tmp_path, ir_head(wrong=9))
    run(tmp_path, ir_head(wrong=3))
    records = [replace(r, created=f"2030-01-0{i}") for i, r in enumerate(_in_order(tmp_path, first.location), 1)]
    assert [row.arguments for row in board(records).rows] == ["wrong=3", "wrong=9"]
    assert board(records).rows[1].log == Path(second.location).name
    assert len(board(records, keep_all=True).rows) == 3


def _in_order(where: Path, first: str) -> list[RunRecord]:
    """The record of the first run first, whatever the clock's resolution."""
    return sorted(load_logs(where), key=lambda record: record.path.name != Path(first).name)


def test_a_later_broken_run_never_hides_a_complete_one(records: list[RunRecord]) -> None:
    [head] = [record for record in records if record.solver == "ir_head"]
    broken = replace(head, status="cancelled", created="2100-01-01", scores={}, completed=3)
    [row] = board([head, broken]).rows
    assert row.status == "success"
    [alone] = board([broken]).rows
    assert (alone.complete, alone.n, alone.semantic) == (False, 0, None)


def test_arguments_are_shown_where_they_were_given_or_differ(records: list[RunRecord]) -> None:
    [head] = [record for record in records if record.solver == "ir_head"]
    digits = replace(head, solver_args={**head.solver_args, "head": "digits"})
    assert [row.label for row in board([head]).rows] == ["ir_head"]
    assert sorted(row.label for row in board([head, digits]).rows) == ["ir_head head=digits", "ir_head head=pointer"]
    given = replace(head, solver_args_passed={"layer": 0.55})
    assert [row.label for row in board([given]).rows] == ["ir_head layer=0.55"]


def test_other_splits_and_other_data_are_other_sections(records: list[RunRecord]) -> None:
    [head] = [record for record in records if record.solver == "ir_head"]
    iid = replace(head, split="iid", task_args={"split": "iid"})
    seeded = replace(head, task_args={"split": head.split, "seed": 7}, task_args_passed={"seed": 7})
    assert [section.split for section in board([head, iid]).sections] == ["held_out_both", "iid"]
    assert [section.split for section in board([seeded]).sections] == ["held_out_both seed=7"]


def test_of_an_official_file_only_its_name_is_shown(records: list[RunRecord]) -> None:
    [head] = [record for record in records if record.solver == "ir_head"]
    given = {"source": "svamp", "path": "/home/someone/data/SVAMP.json"}
    official = replace(head, split="svamp", task_args=given, task_args_passed={"path": given["path"]})
    assert [section.split for section in board([official]).sections] == ["svamp path=SVAMP.json"]


def test_rows_over_other_samples_are_seen_not_to_be_comparable(records: list[RunRecord], tmp_path: Path) -> None:
    assert board(records).sections[0].comparable
    run(tmp_path, ir_head(wrong=2), limit=5)
    [section] = board([*records, *load_logs(tmp_path)]).sections
    assert not section.comparable


def test_task_versions_are_never_mixed(records: list[RunRecord], tmp_path: Path) -> None:
    log = run(tmp_path, ir_head())
    copy_as_version(log, "2-A", tmp_path)
    with pytest.raises(MixedVersions, match=r"ir_arith has logs of versions 1-A, 2-A.*--task-version 2-A") as refused:
        board(load_logs(tmp_path))
    assert "\n" not in str(refused.value)


def test_logs_without_the_headline_score_are_left_out(records: list[RunRecord]) -> None:
    foreign = replace(records[0], scores={"match": {"accuracy": 1.0}}, scorers=("match",))
    assert board([foreign]).sections == ()
