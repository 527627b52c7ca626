"""What lm-eval itself writes is read as runs like any other: boards, frames and comparisons work on them."""

from __future__ import annotations

import json
import logging
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from lm_eval_runs import OURS, SUMS, generic_tasks, run_lm_eval

from glassbox.harness.cli.main import main
from glassbox.harness.engine.run import run as run_directly
from glassbox.harness.records.export import flattened
from glassbox.harness.records.frames import RunRecord, load_logs, samples_frame
from glassbox.harness.records.lm_eval_files import NotLmEval
from glassbox.harness.records.lm_eval_logs import lm_eval_logs
from glassbox.harness.records.pairing import NotComparable, pair
from glassbox.harness.records.runs import runs_frame
from glassbox.harness.stats.intervals import wilson
from glassbox.leaderboards.board import tables
from glassbox.solvers.regex_only import regex_only
from glassbox.tasks.ir_arith import VERSION, ir_arith

N = 40


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory, arith: Path) -> Path:
    """`regex_only` on word problems, some of which it cannot read."""
    where = tmp_path_factory.mktemp("lm-eval")
    run_lm_eval(where, ["ir_arith_word_problems"], model_args={"solver": "regex_only"}, problems={"n": N, "seed": 0})
    return where


@pytest.fixture(scope="module")
def word_problems(ours: Path) -> RunRecord:
    (record,) = load_logs(ours)
    return record


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory, arith: Path) -> RunRecord:
    """The same problems and solver on the direct path."""
    settings = {"split": "word_problems", "n": N}
    path = run_directly(
        ir_arith(split="word_problems", n=N),
        regex_only(),
        model="open/arith",
        task_args=settings,
        solver_args={},
        log_dir=tmp_path_factory.mktemp("direct"),
    )
    (record,) = load_logs(path)
    return record


@pytest.fixture(scope="module")
def generic(tmp_path_factory: pytest.TempPathFactory, arith: Path) -> Path:
    where = tmp_path_factory.mktemp("generic")
    run_lm_eval(where, ["sums_exact", "sums_choice", "sums_text"], generic_tasks(tmp_path_factory.mktemp("tasks")))
    return where


def test_a_record_names_the_run_in_the_words_of_a_board(word_problems: RunRecord) -> None:
    record = word_problems
    assert (record.task, record.task_version, record.split) == ("ir_arith", "1-A", "word_problems")
    assert (record.solver, record.model) == ("regex_only", "open/arith")
    assert (record.status, record.total, record.completed, record.complete) == ("success", N, N, True)
    assert record.path.name.startswith("samples_ir_arith_word_problems_")


def test_proportions_have_the_wilson_interval_of_their_samples(word_problems: RunRecord) -> None:
    values = samples_frame(word_problems)["score_semantic"]
    right = int(values.sum())
    assert len(values) == N
    assert 0 < right < N, "the interval is to be one between the ends"
    interval = wilson(right, N)
    assert word_problems.scores["semantic"] == pytest.approx(
        {"accuracy": right / N, "low": interval.low, "high": interval.high, "n": N}
    )
    assert set(word_problems.scores["parse_failure"]) == {"rate", "low", "high", "n"}


def test_the_same_problems_have_the_same_data_hash_and_scores_as_in_our_own_log(
    word_problems: RunRecord, direct: RunRecord
) -> None:
    assert word_problems.data_hash == direct.data_hash
    assert word_problems.data_hash is not None
    assert word_problems.model_hash == direct.model_hash
    mine, theirs = (samples_frame(run).set_index("id")["score_semantic"] for run in (direct, word_problems))
    assert theirs.loc[mine.index].tolist() == mine.tolist()


def test_a_run_of_lm_eval_is_paired_with_one_of_inspect(word_problems: RunRecord, direct: RunRecord) -> None:
    pairs = pair(direct, word_problems, "semantic")
    assert len(pairs.ids) == N
    assert np.array_equal(pairs.values_a, pairs.values_b)
    assert pairs.data == direct.data_hash
    assert pairs.cluster == "template"


def test_provenance_comes_from_both_headers(word_problems: RunRecord, direct: RunRecord) -> None:
    found, own = word_problems.provenance, direct.provenance
    assert found is not None
    assert own is not None
    assert (found.runner, found.device, found.commit) == ("lm-eval", "cpu", own.commit)
    assert found.seeds == {"random": 0, "numpy": 1234, "torch": 1234, "fewshot": 1234}
    assert set(own.versions) <= set(found.versions)
    assert found.missing == ("isolation", "sandbox_component")


def test_foreign_tasks_load_each_as_a_run_of_its_own(generic: Path) -> None:
    records = {record.task: record for record in load_logs(generic)}
    assert {task: record.solver for task, record in records.items()} == {
        "sums_exact": "regex_pipeline",
        "sums_choice": "regex_pipeline",
        "sums_text": "regex_pipeline",
    }
    assert {record.task_version for record in records.values()} == {"1.0"}
    assert set(records["sums_choice"].scores) == {"acc", "acc_norm"}
    assert set(records["sums_choice"].scores["acc"]) == {"accuracy", "low", "high", "n"}
    perplexity = records["sums_text"].scores["word_perplexity"]
    assert perplexity["mean"] > 1, "a metric that is no mean of numbers stays as lm-eval gave it"


def test_tasks_of_others_have_boards(generic: Path) -> None:
    made = {table.title.split()[0]: table for table in tables(load_logs(generic))}
    assert set(made) == {"sums_exact", "sums_choice"}, "perplexity is no proportion"
    [row] = made["sums_choice"].rows
    facts = dict(flattened(row.facts))
    low, share, high = (float(str(facts[name])) for name in ("acc_low", "acc", "acc_high"))
    assert 0 <= low <= share <= high <= 1
    assert (facts["acc_n"], "acc_norm" in facts) == (len(SUMS), True)


def test_every_filter_is_a_score_of_its_own(generic: Path) -> None:
    (record,) = (record for record in load_logs(generic) if record.task == "sums_exact")
    assert set(record.scores) == {"exact_match,first-line", "exact_match,as-written"}
    frame = samples_frame(record)
    assert frame["id"].tolist() == list(range(len(SUMS)))
    assert frame["score_exact_match,first-line"].mean() == record.scores["exact_match,first-line"]["accuracy"]
    assert frame["metadata_a"].tolist() == [one["a"] for one in SUMS]


def test_the_prompt_the_completion_and_the_choices_are_kept(generic: Path) -> None:
    logs = {log.eval.task: log for _, log in lm_eval_logs(next(generic.rglob("results_*.json")))}
    exact, choice = (logs[task].samples or [] for task in ("sums_exact", "sums_choice"))
    assert exact[0].messages[0].text == "Question: What is 2 plus 3?\nExpression:"
    assert exact[0].output.completion.strip() == "2 + 3"
    assert (choice[3].choices, choice[3].target) == (["25", "24"], "1")


def test_without_samples_a_proportion_is_known_by_its_error_and_nothing_can_be_compared(
    generic: Path, tmp_path: Path
) -> None:
    results = next(generic.rglob("results_*.json"))
    shutil.copy(results, tmp_path / results.name)
    whole = {record.task: record for record in load_logs(generic)}
    alone = {record.task: record for record in load_logs(tmp_path)}
    for task in ("sums_exact", "sums_choice"):
        for score, metrics in whole[task].scores.items():
            assert alone[task].scores[score] == pytest.approx(metrics)
    assert samples_frame(alone["sums_choice"]).empty
    with pytest.raises(NotComparable, match="holds no samples"):
        pair(alone["sums_choice"], whole["sums_choice"])


def test_every_task_of_one_results_file_is_audited(
    generic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = next(generic.rglob("results_*.json"))
    shutil.copy(results, tmp_path / results.name)
    main(["audit", str(tmp_path), "--format", "json"])
    found = json.loads(capsys.readouterr().out)["records"]
    assert {record["task"] for record in found} == {"sums_exact", "sums_choice", "sums_text"}


def test_one_samples_file_is_one_run_and_one_without_results_says_so(generic: Path, tmp_path: Path) -> None:
    samples = next(generic.rglob("samples_sums_choice_*.jsonl"))
    assert [record.task for record in load_logs(samples)] == ["sums_choice"]
    assert len(samples_frame(samples)) == len(SUMS)
    lonely = Path(shutil.copy(samples, tmp_path))
    with pytest.raises(NotLmEval, match="has no results file of its date beside it"):
        lm_eval_logs(lonely)


def test_a_broken_results_file_is_named_and_skipped(
    generic: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    content = json.loads(next(generic.rglob("results_*.json")).read_text(encoding="utf-8"))
    del content["config"]
    (tmp_path / "results_2026-01-01T00-00-00.0.json").write_text(json.dumps(content), encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert load_logs(tmp_path) == []
    (line,) = [one.getMessage() for one in caplog.records if one.name == "glassbox.harness.records.frames"]
    assert "no results of lm-eval either: config: Field required" in line


def test_inspects_frame_of_runs_holds_those_of_lm_eval_beside_our_own(
    word_problems: RunRecord, direct: RunRecord
) -> None:
    frame = runs_frame([word_problems.path, direct.path]).set_index("runner")
    assert set(frame.index) == {"lm-eval", "direct"}
    assert frame.loc["lm-eval", "score_semantic_accuracy"] == direct.scores["semantic"]["accuracy"]
    for column in ("data_hash", "model_hash", "split", "device", "commit"):
        assert len(set(frame[column])) == 1
    assert frame.loc["direct", "seed_task"] == 0
    assert frame.loc["lm-eval", "seed_torch"] == 1234


def test_the_leaderboard_and_the_comparison_take_lm_evals_runs_as_their_own(
    ours: Path, direct: RunRecord, word_problems: RunRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["leaderboard", "--log-dir", str(ours), "--format", "json"]) == 0
    shown = capsys.readouterr().out
    assert '"ir_arith"' in shown
    assert '"regex_only"' in shown
    assert main(["compare", str(direct.path), str(word_problems.path)]) == 0
    assert "no evidence of a difference" in capsys.readouterr().out


def test_every_file_of_our_tasks_there_has_the_version_that_inspect_shows() -> None:
    told = {
        file.name: re.findall(r"version: ([\w-]+)", file.read_text(encoding="utf-8")) for file in OURS.glob("*.yaml")
    }
    assert {version for versions in told.values() for version in versions} == {VERSION}
    assert len([file for file, versions in told.items() if versions]) == 10


def test_a_place_without_logs_gives_an_empty_frame_with_the_columns_of_every_run(tmp_path: Path) -> None:
    frame = runs_frame(tmp_path)
    assert len(frame) == 0
    assert {"task_name", "solver", "model_hash", "data_hash", "isolation", "complete"} <= set(frame.columns)


def test_a_result_that_its_samples_do_not_give_is_found_and_the_samples_count(ours: Path, tmp_path: Path) -> None:
    shutil.copytree(ours, tmp_path / "raised")
    [results] = (tmp_path / "raised").rglob("results_*.json")
    content = json.loads(results.read_text(encoding="utf-8"))
    scores = content["results"]["ir_arith_word_problems"]
    content["results"]["ir_arith_word_problems"] |= {key: 1.0 for key in scores if key.startswith("semantic,")}
    results.write_text(json.dumps(content), encoding="utf-8")
    [honest], [raised] = load_logs(ours), load_logs(tmp_path)
    assert raised.scores["semantic"] == honest.scores["semantic"]
    assert [(one.score, one.header) for one in raised.disagreements] == [("semantic", 1.0)]
    assert honest.disagreements == ()
