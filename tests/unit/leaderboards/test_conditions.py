"""Times stand side by side where they were taken alike; others are withheld, with the reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from trivial_runs import shared_logs

from glassbox.harness.records.frames import RunRecord, load_logs
from glassbox.harness.records.machine_load import OTHERS_CPU, MachineLoad
from glassbox.harness.records.pairing import pair
from glassbox.leaderboards.board import tables
from glassbox.leaderboards.compare.report import report
from glassbox.leaderboards.conditions import withheld
from glassbox.leaderboards.success import success

START, END = "2026-01-01T10:00:00+00:00", "2026-01-01T10:05:00+00:00"


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunRecord]:
    """Runs one after the other, an hour apart."""
    found = load_logs(shared_logs(tmp_path_factory.getbasetemp()))
    return {
        one.solver: replace(one, started=f"2026-01-01T1{at}:00:00+00:00", ended=f"2026-01-01T1{at}:05:00+00:00")
        for at, one in enumerate(found)
    }


def _reasons(records: list[RunRecord]) -> list[str]:
    return withheld(records, records)


def test_runs_that_were_made_alike_keep_their_times(records: dict[str, RunRecord]) -> None:
    assert _reasons(list(records.values())) == [""] * 4
    [table] = tables(records.values())
    assert all(row.facts["untimed"] is None for row in table.rows)


def test_a_run_beside_another_is_withheld_with_what_it_cost(records: dict[str, RunRecord]) -> None:
    """As under `inspect eval-set`: the pipeline ran while a run of something else did, which is not on this board."""
    pipeline = records["regex_pipeline"]
    beside = replace(pipeline, task="another", path=Path("elsewhere.eval"), scores={}, scorers=())
    [table] = tables([*records.values(), beside])
    found = {row.facts["solver"]: row for row in table.rows}
    assert found["regex_pipeline"].facts["untimed"] == "beside another run"
    assert (found["regex_pipeline"].facts["alone_p50_ms"], found["regex_pipeline"].facts["cost_usd_per_1000"]) == (
        None,
        None,
    )
    assert found["ir_head"].facts["alone_p50_ms"] is not None
    assert found["regex_pipeline"].facts["semantic"] is not None
    assert "times –: regex_pipeline beside another run, other than most rows here" in table.notes  # noqa: RUF001


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({OTHERS_CPU: 0.7}, "on a busy machine"),
        ({"cpu_cores": 64}, "on another machine"),
        ({"torch_threads": 1}, "on another machine"),
    ],
)
def test_another_machine_or_a_busy_one_is_withheld(
    records: dict[str, RunRecord], change: dict[str, object], reason: str
) -> None:
    head = records["ir_head"]
    other = replace(head, metadata={**head.metadata, **change})
    assert _reasons([other, records["gold"], records["direct"]]) == [reason, "", ""]


def test_the_same_unusual_conditions_are_shown_and_said(records: dict[str, RunRecord]) -> None:
    busy = [replace(one, metadata={**one.metadata, OTHERS_CPU: 0.5}) for one in records.values()]
    [table] = tables(busy)
    assert table.rows[0].facts["alone_p50_ms"] is not None
    assert any(note.startswith("times were taken on a busy machine: they compare these rows") for note in table.notes)


def test_a_resumed_run_is_known_by_samples_older_than_itself(records: dict[str, RunRecord]) -> None:
    assert not records["ir_head"].resumed  # its clock was set back here, and its samples are younger
    resumed = replace(records["ir_head"], started="2999-01-01T00:00:00+00:00", ended="2999-01-01T00:05:00+00:00")
    assert resumed.resumed
    assert _reasons([resumed, records["gold"], records["direct"]])[0] == "resumed from an earlier run"


def test_a_comparison_and_a_criterion_take_no_ratio_of_such_times(records: dict[str, RunRecord]) -> None:
    head, pipeline = records["ir_head"], records["regex_pipeline"]
    alike = report(pair(head, pipeline, "semantic"))
    assert {ratio.key for ratio in alike.ratios} >= {"alone_ms", "tokens"}
    other = replace(pipeline, metadata={**pipeline.metadata, OTHERS_CPU: 0.9})
    found = report(pair(head, other, "semantic"))
    assert not {ratio.key for ratio in found.ratios} & {"alone_ms", "amortised_ms", "working_ms"}
    assert any("times are not compared" in note and "on a busy machine" in note for note in found.notes)
    [faster] = [line for line in success(head, other).criteria if line.name == "latency, times faster"]
    assert (faster.measured, faster.note) == (None, "not comparable: regex_pipeline on a busy machine")
    busy_head = replace(head, metadata={**head.metadata, OTHERS_CPU: 0.9})
    [faster] = [line for line in success(busy_head, other).criteria if line.name == "latency, times faster"]
    assert (faster.measured, faster.note) == (None, "both were timed on a busy machine; run them alone")


def test_times_that_a_batch_shares_have_a_ratio_and_no_interval_of_no_width(records: dict[str, RunRecord]) -> None:
    pairs = pair(records["ir_head"], records["regex_pipeline"], "semantic")
    shared = replace(
        pairs,
        measured_a={"amortised_ms": pairs.values_a * 0 + 1.0},
        measured_b={"amortised_ms": pairs.values_a * 0 + 218.0},
    )
    [ratio] = [ratio for ratio in report(shared).ratios if ratio.key == "amortised_ms"]
    assert (ratio.low, ratio.high, ratio.n) == (None, None, 40)


def test_the_share_of_others_is_none_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = Path("/proc/stat")
    if not accounts.exists():
        pytest.skip("this system keeps no /proc/stat")
    monkeypatch.setattr("glassbox.harness.records.machine_load._ACCOUNTS", accounts)
    before = MachineLoad.now()
    sum(at * at for at in range(300_000))
    share = before.others()
    assert share is not None
    assert 0 <= share <= 1
