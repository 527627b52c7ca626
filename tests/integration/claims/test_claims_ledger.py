"""The ledger from real logs: right verdicts, flipped by a planted log, and silent on runs that are something else."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from ledger_runs import N, copied, logged, passed_off_as, prompted, shared_logs

from glassbox.harness.records.frames import load_logs, samples_frame
from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.stats.intervals import wilson
from glassbox.harness.stats.shares import clustered_share
from glassbox.leaderboards.claims import ledger_tables
from glassbox.leaderboards.claims.claim import Claim, Run, claims_of, load_books
from glassbox.leaderboards.claims.headers import Extreme
from glassbox.leaderboards.claims.ledger import Entry, ledger
from glassbox.leaderboards.claims.measured import CannotMeasure, Measured
from glassbox.leaderboards.claims.samples import Correlation, Reduction, Share
from glassbox.leaderboards.claims.verdict import Standing
from glassbox.leaderboards.success import success

LATER = "2100-01-01T00:00:00+00:00"


def figure(measured: Measured | None) -> Estimate:
    """What was found, which there must be."""
    assert measured is not None
    assert measured.found is not None
    return measured.found


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory, arith: Path) -> Path:
    return shared_logs(tmp_path_factory.getbasetemp())


@pytest.fixture
def own(logs: Path, tmp_path: Path) -> Path:
    """The shared logs in a folder that a test may write to."""
    shutil.copytree(logs, tmp_path / "logs")
    return tmp_path / "logs"


def rows(folder: Path, name: str) -> list[Entry]:
    book = next(book for book in load_books() if book.seed == name.partition(".")[0])
    return ledger([book.model_copy(update={"claims": (_claim(name),)})], load_logs(folder))


def row(folder: Path, name: str) -> Entry:
    [found] = rows(folder, name)
    return found


def _claim(name: str) -> Claim:
    return next(claim for claim in claims_of(load_books()) if claim.id == name)


def test_400_questions_of_24_templates_support_what_is_not_about_new_templates(logs: Path) -> None:
    for name, standing in (
        ("000.structural", Standing.BY_CONSTRUCTION),
        ("000.no_text_generated", Standing.BY_CONSTRUCTION),
        ("000.semantic", Standing.UNDETERMINED),
        ("000.head_replaces_text", Standing.UNDETERMINED),
        ("000.latency", Standing.SUPPORTED),
    ):
        entry = row(logs, name)
        assert (entry.model, entry.standing) == ("open/arith", standing), name
        timed_alone = name == "000.latency"
        assert figure(entry.measured).n == (20 if timed_alone else N)
        assert timed_alone or "24 templates; these problems 100.0 [99.0, 100.0]" in entry.note
        assert entry.made.logs


def test_the_seeds_criteria_are_those_of_the_success_table(logs: Path) -> None:
    by_solver = {record.solver: record for record in load_logs(logs)}
    table = success(by_solver["ir_head"], by_solver["regex_pipeline"])
    names = {
        "structural accuracy": "000.structural",
        "semantic accuracy": "000.semantic",
        "regex failures eliminated": "000.no_parse_errors",
        "latency, times faster": "000.latency",
    }
    for line in table.criteria:
        entry = row(logs, names[line.name])
        assert entry.measured is not None
        assert (entry.measured.found, str(entry.standing)) == (line.measured, str(line.verdict))
    assert str(row(logs, "000.not_worse").standing) == str(table.paired.verdict)


def test_a_planted_log_flips_undetermined_to_refuted(own: Path, tmp_path: Path) -> None:
    assert row(own, "000.semantic").standing is Standing.UNDETERMINED
    planted = logged("regex_only", tmp_path / "other")
    copied(planted, own, passed_off_as("ir_head", LATER))
    entry = row(own, "000.semantic")
    assert entry.standing is Standing.REFUTED
    assert figure(entry.measured).high < 0.95
    assert row(own, "000.not_worse").standing is Standing.REFUTED


def test_an_older_run_does_not_count_beside_a_later_one(own: Path, tmp_path: Path) -> None:
    planted = logged("regex_only", tmp_path / "other")
    copied(planted, own, passed_off_as("ir_head", "2000-01-01T00:00:00+00:00"))
    assert figure(row(own, "000.semantic").measured).value == 1


def test_an_unfinished_run_does_not_count(own: Path, tmp_path: Path) -> None:
    planted = logged("regex_only", tmp_path / "other")

    def cut(content: dict[str, Any]) -> None:
        passed_off_as("ir_head", LATER)(content)
        content["status"] = "cancelled"

    copied(planted, own, cut)
    assert figure(row(own, "000.semantic").measured).value == 1


def test_a_head_with_other_arguments_tests_other_claims(tmp_path: Path) -> None:
    copied(logged("regex_only", tmp_path / "other", n=4), tmp_path, passed_off_as("ir_head", LATER, head="binned"))
    shutil.rmtree(tmp_path / "other")
    assert row(tmp_path, "000.head_replaces_text").note.startswith("no log; run `glassbox eval ir_arith")


def test_few_samples_leave_undetermined_and_say_how_many_would_do(tmp_path: Path) -> None:
    prompted(tmp_path, right=24)
    entry = row(tmp_path, "001.convergence_excellent")
    assert entry.standing is Standing.UNDETERMINED
    assert (figure(entry.measured).value, figure(entry.measured).n) == (1.0, 24)
    assert entry.note == "n = 35 would decide at this share"


def test_runs_on_other_samples_are_not_paired(tmp_path: Path) -> None:
    for name, n in (("ir_head", 40), ("regex_pipeline", 30)):
        copied(logged("regex_only", tmp_path / "other", n=n), tmp_path, passed_off_as(name, LATER))
    entry = row(tmp_path, "000.not_worse")
    assert entry.standing is Standing.NOT_RUN
    assert entry.note == "no run of regex_pipeline on the same samples stands beside it"


def test_models_have_rows_of_their_own(own: Path) -> None:
    def elsewhere(content: dict[str, Any]) -> None:
        content["eval"]["model"] = "open//somewhere/models/other"
        content["eval"]["created"] = LATER

    [head] = [record.path for record in load_logs(own) if record.solver == "ir_head"]
    copied(head, own / "more", elsewhere)
    found = rows(own, "000.head_replaces_text")
    assert [entry.model for entry in found] == ["open/arith", "open/other"]
    assert [figure(entry.measured).value for entry in found] == [1.0, 1.0]
    paired = {entry.model: entry.standing for entry in rows(own, "000.not_worse")}
    assert paired["open/other"] is Standing.NOT_RUN


def test_soft_prompts_are_judged_for_each_setting_by_itself(tmp_path: Path) -> None:
    prompted(tmp_path, right=24)
    entry = row(tmp_path, "001.success_threshold")
    interval = wilson(24, 24)
    assert entry.standing is Standing.SUPPORTED
    assert figure(entry.measured).low == pytest.approx(interval.low)
    assert figure(entry.measured).high == pytest.approx(interval.high)
    assert row(tmp_path, "001.convergence_excellent").standing is Standing.UNDETERMINED
    assert row(tmp_path, "001.decodes_what_loss_promises").standing is Standing.SUPPORTED
    assert row(tmp_path, "001.not_mere_memory").standing is Standing.UNDETERMINED
    assert row(tmp_path, "001.k8_suffices").standing is Standing.NOT_RUN


def test_soft_prompts_that_hold_a_third_refute_what_asks_for_more(tmp_path: Path) -> None:
    prompted(tmp_path, right=6)
    assert row(tmp_path, "001.success_threshold").standing is Standing.REFUTED
    assert row(tmp_path, "001.gate_to_go_on").standing is Standing.UNDETERMINED
    assert row(tmp_path, "001.loss_ratio_answer").standing is Standing.REFUTED
    assert row(tmp_path, "001.recognised_question").measured is not None


def test_an_argument_of_ranges_needs_a_run_for_each_value_and_pays_for_choosing(tmp_path: Path) -> None:
    claim = _claim("000.examples_suffice")
    [(name, values)] = claim.runs["run"].vary.items()
    for value in values[:-1]:
        logged("regex_only", tmp_path / str(value))
    records = [record for value in values[:-1] for record in load_logs(tmp_path / str(value))]
    found = Extreme(of="best", score="semantic").measure({"run": records}, ())
    frame = samples_frame(records[0])
    right, templates = frame["score_semantic"].tolist(), frame["metadata_template"].tolist()
    wide, narrow = clustered_share(right, templates, 1 - 0.05 / len(records)), clustered_share(right, templates)
    assert figure(found).low == pytest.approx(wide.low)
    assert figure(found).high == pytest.approx(wide.high)
    assert wide.low < narrow.low
    assert name == "examples"
    assert f"best of {len(records)} runs" in found.note


def test_a_range_with_values_missing_is_not_judged(tmp_path: Path) -> None:
    log = logged("regex_only", tmp_path / "other", n=40)
    copied(log, tmp_path, passed_off_as("ir_head", LATER, examples=32, epochs=60))
    assert row(tmp_path, "000.thirty_two_examples").measured is not None
    entry = row(tmp_path, "000.examples_suffice")
    assert (entry.standing, entry.note) == (Standing.NOT_RUN, "runs with examples=125, 500, 2000 are missing")


def test_a_range_never_mixes_task_versions(tmp_path: Path) -> None:
    log = logged("regex_only", tmp_path / "other", n=40)
    for examples in (32, 125, 500, 2000):

        def versioned(content: dict[str, Any], examples: int = examples) -> None:
            passed_off_as("ir_head", f"{2100 + examples}-01-01T00:00:00+00:00", examples=examples, epochs=60)(content)
            content["eval"]["task_version"] = "9-A" if examples == 2000 else "1-A"

        copied(log, tmp_path / str(examples), versioned)
    shutil.rmtree(tmp_path / "other")
    assert row(tmp_path, "000.examples_suffice").note == "runs with examples=32, 125, 500 are missing"


def test_shares_and_reductions_count_samples(tmp_path: Path) -> None:
    for name in ("regex_only", "null"):
        logged(name, tmp_path)
    runs = {record.solver: [record] for record in load_logs(tmp_path)}
    frame = samples_frame(runs["regex_only"][0])
    wrong = int((frame["score_semantic"] == 0).sum())
    assert 0 < wrong < N
    share = Share(where={"score_semantic": 0}).measure({"run": runs["regex_only"]}, ())
    assert (figure(share).value, share.n) == (wrong / N, N)
    right = Share(where={"score_semantic": 0}, negate=True).measure({"run": runs["regex_only"]}, ())
    assert figure(right).value == pytest.approx(1 - wrong / N)
    unread = Share(where={"score_parse_failure": 1}, among={"score_semantic": 0})
    assert unread.measure({"run": runs["regex_only"]}, ()).n == wrong
    fewer = Reduction(where={"score_semantic": 0}).measure({"a": runs["regex_only"], "b": runs["null"]}, ())
    assert figure(fewer).value == pytest.approx(1 - wrong / N)
    assert figure(fewer).low < 1 - wrong / N < figure(fewer).high
    with pytest.raises(CannotMeasure, match="no score_of_nothing"):
        Share(where={"score_of_nothing": 1}).measure({"run": runs["null"]}, ())
    with pytest.raises(CannotMeasure, match="there is nothing to reduce"):
        Reduction(where={"score_semantic": 7}).measure({"a": runs["null"], "b": runs["regex_only"]}, ())
    with pytest.raises(CannotMeasure, match="have no correlation"):
        Correlation(first="score_semantic", second="score_structural").measure({"run": runs["null"]}, ())


def test_every_score_that_a_claim_asks_for_is_in_the_logs_of_its_task(logs: Path, tmp_path: Path) -> None:
    prompted(tmp_path, right=24, n=4)
    found = {record.task: record for record in [*load_logs(logs), *load_logs(tmp_path)]}
    grids = {"solved", "right_grid"}  # of the Sudoku and ARC tasks, which share their scorers with these
    for claim in claims_of(load_books()):
        for run in claim.runs.values():
            assert _scores(claim, run) <= {*_known(found[_alike(run)]), *grids, "passed", "outcome"}, claim.id


def _scores(claim: Claim, run: Run) -> set[str]:
    given = claim.statistic.model_dump()
    columns = {*given.get("where", {}), *given.get("among", {}), given.get("first"), given.get("second")} - {None}
    named = {given["score"]} if given.get("score") else set()
    return named | {str(column).removeprefix("score_") for column in columns}


def _alike(run: Run) -> str:
    return "dcm_squad" if run.task.startswith("dcm") else "ir_arith"


def _known(record: Any) -> Sequence[str]:
    columns = [name.removeprefix("score_") for name in samples_frame(record, attempts=False).columns]
    return [*record.scores, *columns]


def test_tables_are_the_contract_of_every_renderer(logs: Path) -> None:
    tables = ledger_tables(load_logs(logs))
    ledgers = [table for table in tables if table.record]
    assert [table.title.split(" ·")[0] for table in ledgers] == [
        f"Claims of seed document {book.seed}" for book in load_books()
    ]
    for table in ledgers:
        titles = [column.title for column in table.columns]
        assert titles.index("reported by the origin") != titles.index("measured here")
        for made in table.rows:
            assert made.facts["verdict"] in {str(standing) for standing in Standing}
            assert made.facts["refuted_by"]
            assert made.facts["command"] or made.facts["needs"] or made.facts["model"]
