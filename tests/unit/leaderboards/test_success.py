"""The seed's success table, judged by bounds, and the paired comparison beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from trivial_runs import SIZE, regex_pipeline, run, shared_logs

from glassbox.harness.records.frames import RunRecord, load_logs
from glassbox.harness.stats.intervals import exact, wilson
from glassbox.harness.stats.verdict import Verdict
from glassbox.leaderboards.success import CannotPair, Criterion, success, successes

Runs = dict[str, RunRecord]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return {record.solver: record for record in load_logs(shared_logs(tmp_path_factory.getbasetemp()))}


def _criterion(runs: Runs, name: str, **scores: dict[str, float]) -> Criterion:
    head = replace(runs["ir_head"], scores={**runs["ir_head"].scores, **scores})
    [found] = [line for line in success(head, runs["regex_pipeline"]).criteria if line.name == name]
    return found


def _share(right: int, n: int) -> dict[str, float]:
    interval = wilson(right, n)
    return {"accuracy": right / n, "low": interval.low, "high": interval.high, "n": n}


def test_all_of_40_supports_neither_more_than_99_nor_than_95_percent(runs: Runs) -> None:
    found = _criterion(runs, "structural accuracy")
    assert (found.measured and found.measured.value, found.verdict) == (1.0, Verdict.BY_CONSTRUCTION)
    found = _criterion(runs, "semantic accuracy", semantic=_share(40, 40))
    assert (found.measured and found.measured.value, found.verdict) == (1.0, Verdict.UNDETERMINED)


@pytest.mark.parametrize(
    ("right", "verdict"), [(1000, Verdict.BY_CONSTRUCTION), (995, Verdict.UNDETERMINED), (980, Verdict.REFUTED)]
)
def test_structure_is_judged_by_the_bound_and_cannot_be_evidence_for_a_head(
    runs: Runs, right: int, verdict: Verdict
) -> None:
    assert _criterion(runs, "structural accuracy", structural=_share(right, 1000)).verdict is verdict


def test_semantics_are_judged_against_95_percent(runs: Runs) -> None:
    assert _criterion(runs, "semantic accuracy", semantic=_share(970, 1000)).verdict is Verdict.SUPPORTED
    assert _criterion(runs, "semantic accuracy", semantic=_share(960, 1000)).verdict is Verdict.UNDETERMINED
    assert _criterion(runs, "semantic accuracy", semantic={}).verdict is Verdict.UNDETERMINED


def test_failures_count_as_eliminated_only_with_enough_samples_behind_them(runs: Runs) -> None:
    found = _criterion(runs, "regex failures eliminated")
    assert found.measured is not None
    assert found.measured.value == 1.0
    assert found.measured.low == pytest.approx(exact(5, 5).low)
    assert found.verdict is Verdict.BY_CONSTRUCTION
    assert found.note == (
        "5 failures, 4 of them right by the head, which itself failed 0 times; a head cannot leave a question unread"
    )


def test_one_failure_of_the_head_refutes_elimination(runs: Runs) -> None:
    # The pipeline in the place of the head: it fails where it failed.
    table = success(runs["regex_pipeline"], runs["regex_pipeline"])
    [found] = [line for line in table.criteria if line.name == "regex failures eliminated"]
    assert (found.measured and found.measured.value, found.verdict) == (0.0, Verdict.REFUTED)


def test_latency_is_a_ratio_of_medians_with_an_interval(runs: Runs) -> None:
    found = _criterion(runs, "latency, times faster")
    assert found.measured is not None
    assert found.measured.value == pytest.approx(20.4 / 1.045, abs=0.1)
    assert 18 < found.measured.low < found.measured.value < found.measured.high < 21
    assert found.verdict is Verdict.SUPPORTED


def test_latency_is_undetermined_where_it_was_not_measured(runs: Runs) -> None:
    table = success(runs["ir_head"], runs["direct"])
    [found] = [line for line in table.criteria if line.name == "latency, times faster"]
    assert (found.measured, found.verdict) == (None, Verdict.UNDETERMINED)
    assert "at least 5 are needed" in found.note


def test_the_comparison_is_paired_and_says_when_there_is_no_evidence(runs: Runs) -> None:
    table = success(runs["ir_head"], runs["regex_pipeline"])
    cells = table.paired.comparison.table
    assert cells is not None
    assert (cells.both, cells.only_a, cells.only_b, cells.neither) == (SIZE - 5, 4, 0, 1)
    assert table.paired.comparison.test.p == pytest.approx(0.125)
    assert table.sentence.startswith("no evidence of a difference between ir_head and regex_pipeline")


def test_runs_on_other_samples_are_not_paired(runs: Runs, tmp_path: Path) -> None:
    run(tmp_path, regex_pipeline(), limit=7)
    [short] = load_logs(tmp_path)
    with pytest.raises(CannotPair, match=r"not run on the same samples: 33 samples .* only in the first.* 7 in both"):
        success(runs["ir_head"], short)
    tables, faults = successes([runs["ir_head"], short])
    assert (len(tables), len(faults)) == (0, 1)


def test_a_run_that_kept_no_samples_is_named_with_the_way_out(runs: Runs, tmp_path: Path) -> None:
    run(tmp_path, regex_pipeline(), log_samples=False)
    [bare] = load_logs(tmp_path)
    assert bare.metric("semantic", "accuracy") == 35 / SIZE
    assert bare.artefact is None
    with pytest.raises(CannotPair, match="holds no samples; run it again without --no-log-samples"):
        success(runs["ir_head"], bare)


def test_only_runs_on_the_same_task_split_and_model_are_set_against_each_other(runs: Runs) -> None:
    head, pipeline = runs["ir_head"], runs["regex_pipeline"]
    assert len(successes([head, pipeline])[0]) == 1
    for other in (
        replace(pipeline, split="iid"),
        replace(pipeline, model="open/arith"),
        replace(pipeline, task_version="2-A"),
        replace(pipeline, status="cancelled"),
    ):
        assert successes([head, other]) == ([], [])


def test_the_judged_head_is_named_with_the_arguments_it_was_given(runs: Runs) -> None:
    given = replace(runs["ir_head"], solver_args_passed={"head": "pointer"})
    assert success(given, runs["regex_pipeline"]).head == "ir_head head=pointer"


def test_the_latest_head_is_judged_and_not_the_best(runs: Runs) -> None:
    older = replace(runs["ir_head"], created="2000-01-01", solver_args={"head": "digits"})
    tables, _ = successes([older, runs["ir_head"], runs["regex_pipeline"]])
    assert len(tables) == 1
