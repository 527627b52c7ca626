"""The project's own baseline: it has every task that needs no file, on the data that the tasks give today."""

from __future__ import annotations

from pathlib import Path

import pytest

from glassbox.harness.plugins.entries import PACKAGE
from glassbox.harness.plugins.registered import find, registered
from glassbox.harness.records.data_hash import data_hash_of
from glassbox.leaderboards.gate.baseline import Baseline, baseline_text, read_baseline
from glassbox.leaderboards.gate.blessing import inconclusive_at

ROOT = Path(__file__).resolve().parents[3]
FILE = ROOT / "baselines" / "results" / "quick.json"
NEED_A_FILE = {
    "humaneval",
    "humaneval_plus",
    "mbpp",
    "mbpp_plus",
    "code_cases",
    "dcm_questions",
    "dcm_triviaqa",
    "dcm_nq",
}
CONTROLS = {"gold": 1.0, "null": 0.0}


@pytest.fixture(scope="module")
def quick() -> Baseline:
    return read_baseline(FILE)


def test_it_is_found_by_name_and_written_as_bless_writes_it(quick: Baseline) -> None:
    assert read_baseline("quick") == quick
    assert baseline_text(quick) == FILE.read_text(encoding="utf-8")
    assert FILE.stat().st_size < 1 << 18


def test_every_task_that_needs_no_file_is_in_it_with_its_controls(quick: Baseline) -> None:
    wanted = {one.name for one in registered("task").values() if one.package == PACKAGE} - NEED_A_FILE
    for solver, mean in CONTROLS.items():
        rows = [row for row in quick.runs if row.solver == solver]
        assert {row.task for row in rows} == wanted
        assert {(row.mean, row.rule) for row in rows} == {(mean, "exact")}


def test_its_data_and_versions_are_those_of_the_tasks_today(quick: Baseline) -> None:
    """A change of the data has to be blessed anew: until then the gate could only say `not comparable`."""
    for task in sorted({row.task for row in quick.runs}):
        built = find("task", task).make()
        [version] = {row.task_version for row in quick.runs if row.task == task}
        [address] = {row.data_hash for row in quick.runs if row.task == task}
        assert (task, version, address) == (task, str(built.version), data_hash_of(built.dataset))


def test_every_paired_row_can_pass(quick: Baseline) -> None:
    paired = [row for row in quick.runs if row.rule == "paired"]
    assert len(paired) == 10
    assert [row.label for row in paired if inconclusive_at(row, 0.05) is not None] == []
