"""Which runs stand on the board, in which order, and with which figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from trivial_runs import ARTEFACT, SIZE, TIMED, copy_as_version, ir_head, run, shared_logs

from glassbox.harness.records.export import flattened
from glassbox.harness.records.frames import RunRecord, load_logs
from glassbox.harness.stats.intervals import wilson
from glassbox.harness.tables.table import Table, TableRow
from glassbox.leaderboards.board import Section, sections, tables
from glassbox.leaderboards.runs import MixedVersions


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[RunRecord]:
    return load_logs(shared_logs(tmp_path_factory.getbasetemp()))


@pytest.fixture(scope="module")
def made(records: list[RunRecord]) -> Table:
    [table] = tables(records)
    return table


def _row(made: Table, solver: str) -> TableRow:
    [row] = [row for row in made.rows if row.facts["solver"] == solver]
    return row


def _labels(records: list[RunRecord], keep_all: bool = False) -> list[str]:
    return [run.placed.label for section in sections(records, keep_all) for run in section.runs]


def _splits(records: list[RunRecord]) -> list[str]:
    return [section.split for section in sections(records)]


def test_methods_stand_best_first_and_controls_below(made: Table) -> None:
    assert made.title == "ir_arith 1-A · held_out_both · none/none"
    assert [(row.cells[0].text, row.control) for row in made.rows] == [
        ("ir_head", False),
        ("regex_pipeline", False),
        ("gold", True),
        ("direct", True),
    ]


def test_a_row_has_the_figures_of_its_log_header(made: Table) -> None:
    facts, interval = dict(flattened(_row(made, "ir_head").facts)), wilson(SIZE - 1, SIZE)
    assert [facts[f"semantic{part}"] for part in ("", "_low", "_high", "_n")] == [
        (SIZE - 1) / SIZE,
        interval.low,
        interval.high,
        SIZE,
    ]
    assert (facts["structural"], facts["artefact"], facts["complete"]) == (1, ARTEFACT, True)
    assert facts["alone_p50_ms"] == pytest.approx(1.0 + (TIMED - 1) / 200)
    assert facts["amortised_p50_ms"] == pytest.approx((1.0 + (SIZE - 1) / 200) / 5)


def test_a_pipeline_that_reads_nothing_is_wrong_in_structure_too(made: Table) -> None:
    facts = dict(flattened(_row(made, "regex_pipeline").facts))
    assert (facts["structural"], facts["parse_failure"]) == ((SIZE - 5) / SIZE, 5 / SIZE)


def test_structure_is_blank_for_a_solver_that_reads_no_program(made: Table) -> None:
    row = _row(made, "direct")
    assert row.facts["structural"] is None
    assert row.facts["semantic"] is not None
    assert row.cells[[column.title for column in made.columns].index("structural")].text == "–"  # noqa: RUF001


def test_a_structural_share_of_only_some_samples_is_left_out(records: list[RunRecord]) -> None:
    [head] = [record for record in records if record.solver == "ir_head"]
    partial = {**head.scores, "structural": {"accuracy": 0.0, "low": 0.0, "high": 0.8, "n": 1}}
    [table] = tables([replace(head, scores=partial)])
    assert table.rows[0].facts["structural"] is None


def test_only_the_latest_run_of_each_kind_stands_unless_all_are_asked_for(tmp_path: Path) -> None:
    first = run(tmp_path, ir_head(wrong=9))
    second = run(tmp_path, ir_head(wrong=9))
    run(tmp_path, ir_head(wrong=3))
    records = [replace(r, created=f"2030-01-0{i}") for i, r in enumerate(_in_order(tmp_path, first.location), 1)]
    [section] = sections(records)
    assert [run.placed.arguments for run in section.runs] == ["wrong=3", "wrong=9"]
    assert section.runs[1].record.path.name == Path(second.location).name
    assert len(_labels(records, keep_all=True)) == 3


def _in_order(where: Path, first: str) -> list[RunRecord]:
    """The record of the first run first, whatever the clock's resolution."""
    return sorted(load_logs(where), key=lambda record: record.path.name != Path(first).name)


def test_a_later_broken_run_never_hides_a_complete_one(records: list[RunRecord]) -> None:
    [head] = [record for record in records if record.solver == "ir_head"]
    broken = replace(head, status="cancelled", created="2100-01-01", scores={}, completed=3)
    [table] = tables([head, broken])
    assert [row.facts["status"] for row in table.rows] == ["success"]
    [alone] = tables([broken])[0].rows
    assert (alone.facts["complete"], alone.facts["n"], alone.facts["semantic"]) == (False, 0, None)


def test_arguments_are_shown_where_they_were_given_or_differ(records: list[RunRecord]) -> None:
    [head] = [record for record in records if record.solver == "ir_head"]
    digits = replace(head, solver_args={**head.solver_args, "head": "digits"})
    assert _labels([head]) == ["ir_head"]
    assert sorted(_labels([head, digits])) == ["ir_head head=digits", "ir_head head=pointer"]
    assert _labels([replace(head, solver_args_passed={"layer": 0.55})]) == ["ir_head layer=0.55"]


def test_other_splits_and_other_data_are_other_sections(records: list[RunRecord]) -> None:
    [head] = [record for record in records if record.solver == "ir_head"]
    iid = replace(head, split="iid", task_args={"split": "iid"})
    seeded = replace(head, task_args={"split": head.split, "seed": 7}, task_args_passed={"seed": 7})
    assert _splits([head, iid]) == ["held_out_both", "iid"]
    assert _splits([seeded]) == ["held_out_both seed=7"]


def test_a_log_that_does_not_name_its_data_stands_beside_those_that_do(records: list[RunRecord]) -> None:
    [head] = [record for record in records if record.solver == "ir_head"]
    older, newer = (
        replace(head, task_args={}),
        replace(head, task_args={"split": head.split, "n": 1000}, created="2100"),
    )
    assert _splits([older, newer, replace(older, solver="gold")]) == ["held_out_both"]
    assert _labels([older, newer]) == ["ir_head"]  # the later one alone
    small = replace(head, task_args={"split": head.split, "n": 50})
    assert _splits([newer, small]) == ["held_out_both n=1000", "held_out_both n=50"]


def test_of_an_official_file_only_its_name_is_shown(records: list[RunRecord]) -> None:
    [head] = [record for record in records if record.solver == "ir_head"]
    given = {"source": "svamp", "path": "/home/someone/data/SVAMP.json"}
    official = replace(head, split="svamp", task_args=given, task_args_passed={"path": given["path"]})
    assert _splits([official]) == ["svamp path=SVAMP.json"]


def test_a_model_has_a_column_in_the_terminal_only_where_it_tells_rows_apart(records: list[RunRecord]) -> None:
    [head] = [record for record in records if record.solver == "ir_head"]
    other = replace(head, model="open/other")
    for given, title, brief in (
        ([head], "ir_arith 1-A · held_out_both · none/none", False),
        ([head, other], "ir_arith 1-A · held_out_both", True),
    ):
        [table] = tables(given)
        [model] = [column for column in table.columns if column.title == "model"]
        assert (table.title, model.brief) == (title, brief)


def test_task_versions_are_never_mixed(records: list[RunRecord], tmp_path: Path) -> None:
    log = run(tmp_path, ir_head())
    copy_as_version(log, "2-A", tmp_path)
    with pytest.raises(MixedVersions, match=r"ir_arith has logs of versions 1-A, 2-A.*--task-version 2-A") as refused:
        tables(load_logs(tmp_path))
    assert "\n" not in str(refused.value)


def test_logs_without_a_proportion_are_left_out(records: list[RunRecord]) -> None:
    foreign = replace(records[0], scores={"perplexity": {"mean": 7.1}}, scorers=("perplexity",))
    assert tables([foreign]) == []


def test_a_failed_audit_marks_its_row_and_says_why(records: list[RunRecord]) -> None:
    [head] = [record for record in records if record.solver == "ir_head"]
    [table] = tables(records, audits={head.path.name: "label_shift: labels are shifted twice"})
    assert [(row.facts["solver"], row.mark) for row in table.rows if row.mark] == [("ir_head", "‡")]
    assert _row(table, "ir_head").facts["audit_failed"] == "label_shift: labels are shifted twice"
    assert table.notes[0] == "‡ ir_head: audit failed: label_shift: labels are shifted twice"


def test_sections_of_all_families_stand_one_after_the_other(records: list[RunRecord]) -> None:
    passed = {"accuracy": 0.5, "low": 0.3, "high": 0.7, "n": 40, "easy": 0.25, "easy:n": 8}
    code = replace(records[0], task="phase3", scores={"passed": passed}, scorers=("passed",), split="")
    found = [(section.family.name, section.task) for section in sections([code, *records])]
    assert found == [("code", "phase3"), ("ir", "ir_arith")]
    assert [table.title for table in tables([code])] == ["phase3 1-A · none/none", "phase3 1-A · by group"]


def test_a_section_has_the_same_rows_whatever_the_order_of_the_logs(records: list[RunRecord]) -> None:
    def shown(given: list[RunRecord]) -> list[Section]:
        return sections(given)

    assert _labels(records) == _labels(records[::-1])
    assert [section.standings for section in shown(records)] == [s.standings for s in shown(records[::-1])]
