"""Logs as records and frames, read back from real runs."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

import pytest
from inspect_ai import Task, eval, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.harness.outcome import Outcome
from glassbox.harness.records.attempt import Attempt
from glassbox.harness.records.frames import RunRecord, load_logs, samples_frame
from glassbox.scorers.ir import ir_scorers

SAMPLES = 6


@task
def counted(split: str = "iid", seed: int = 3) -> Task:
    samples = [
        Sample(id=f"s{i}", input=f"{i} + 1", target=str(i + 1), metadata={"program": f"{i} + 1", "op": "add"})
        for i in range(SAMPLES)
    ]
    return Task(dataset=MemoryDataset(samples), scorer=ir_scorers(), version="2-B", metadata={"provenance": {"x": 1}})


@solver
def adds_one(every: int = 3, breaks: bool = False) -> Solver:
    """Reads `i + 1` from the question, but fails on every `every`-th sample."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        index = int(str(state.sample_id)[1:])
        if breaks and index == SAMPLES - 1:
            raise OSError("the disk is full")
        if index % every == 0:
            Attempt(failure=Outcome.PARSE, failure_kind="no_expression", completion="?", artefact="abc").keep(state)
        else:
            Attempt(program=f"{index} + 1", value=index + 1, artefact="abc", alone_ms=0.5).keep(state)
        return state

    return solve


def _run(where: Path, solve: Solver, fail_on_error: bool = True) -> None:
    eval(
        counted(seed=5),
        model="none/none",
        solver=solve,
        log_dir=str(where),
        display="none",
        log_realtime=False,
        fail_on_error=fail_on_error,
    )


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("logs")
    _run(where, adds_one(every=3))
    return where


@pytest.fixture(scope="module")
def record(logs: Path) -> RunRecord:
    [found] = load_logs(logs)
    return found


def test_a_record_names_the_run_in_the_words_of_a_board(record: RunRecord) -> None:
    assert (record.task, record.task_version, record.split, record.model) == ("counted", "2-B", "iid", "none/none")
    assert (record.solver, record.solver_args, record.solver_args_passed) == (
        "adds_one",
        {"every": 3, "breaks": False},
        {"every": 3},
    )
    assert (record.task_args, record.task_args_passed) == ({"split": "iid", "seed": 5}, {"seed": 5})
    assert (record.status, record.total, record.completed, record.complete) == ("success", SAMPLES, SAMPLES, True)
    assert record.metadata == {"provenance": {"x": 1}}
    assert record.sample_ids == ("s0", "s1", "s2", "s3", "s4", "s5")


def test_metrics_are_read_from_the_header_and_nan_is_none(record: RunRecord) -> None:
    assert record.metric("semantic", "accuracy") == pytest.approx(4 / 6)
    assert record.metric("parse_failure", "parse:no_expression") == 2
    assert record.metric("amortised_ms", "p50") is None
    assert record.metric("no_such_score", "accuracy") is None


def test_the_artefact_comes_from_the_samples(record: RunRecord) -> None:
    assert record.artefact == "abc"


def test_the_digest_tells_the_samples_and_not_their_order(record: RunRecord) -> None:
    from dataclasses import replace

    turned = replace(record, sample_ids=tuple(reversed(record.sample_ids)))
    fewer = replace(record, sample_ids=record.sample_ids[:-1])
    assert record.samples_digest == turned.samples_digest != fewer.samples_digest


def test_a_frame_has_one_row_a_sample_with_scores_and_attempt(record: RunRecord) -> None:
    frame = samples_frame(record)
    assert frame["id"].tolist() == list(record.sample_ids)
    assert set(frame["split"]) == {"iid"}
    assert set(frame["solver"]) == {"adds_one"}
    assert frame["score_semantic"].tolist() == [0, 1, 1, 0, 1, 1]
    assert frame["score_operation"].tolist() == [0, 1, 1, 0, 1, 1]
    assert frame["parse_failure_failure"].dropna().tolist() == ["parse:no_expression"] * 2
    assert frame["attempt_program"].dropna().tolist() == ["1 + 1", "2 + 1", "4 + 1", "5 + 1"]
    assert frame["attempt_completion"].dropna().tolist() == ["?", "?"]
    assert set(frame["metadata_op"]) == {"add"}
    assert frame["error"].isna().all()


def test_a_frame_from_a_path_without_attempts_has_the_same_scores(record: RunRecord) -> None:
    whole, light = samples_frame(record), samples_frame(record.path, attempts=False)
    assert not [name for name in light.columns if str(name).startswith("attempt_")]
    for column in ("id", "score_semantic", "score_structural", "score_alone_ms"):
        assert light[column].equals(whole[column])


def test_corrupt_and_foreign_files_are_named_in_one_line_each_and_skipped(
    logs: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good = next(logs.glob("*.eval"))
    shutil.copy(good, tmp_path / "good.eval")
    content = good.read_bytes()
    (tmp_path / "cut.eval").write_bytes(content[: len(content) // 2])
    (tmp_path / "noise.eval").write_bytes(os.urandom(200))
    (tmp_path / "empty.eval").write_bytes(b"")
    (tmp_path / "other.json").write_text('{"results": {"arc": 0.5}}')
    (tmp_path / "notes.txt").write_text("not a log at all")
    with caplog.at_level(logging.WARNING):
        found = load_logs(tmp_path)
    assert [record.path.name for record in found] == ["good.eval"]
    lines = [record.getMessage() for record in caplog.records if record.name == "glassbox.harness.records.frames"]
    assert len(lines) == 4
    assert all("\n" not in line and "not a readable log" in line for line in lines)
    for name in ("cut.eval", "noise.eval", "empty.eval", "other.json"):
        assert sum(name in line for line in lines) == 1


def test_a_log_in_json_form_is_read_alike(record: RunRecord, tmp_path: Path) -> None:
    from inspect_ai.log import read_eval_log, write_eval_log

    write_eval_log(read_eval_log(record.path), str(tmp_path / "run.json"))
    [again] = load_logs(tmp_path / "run.json")
    assert again.scores == record.scores
    assert again.artefact == "abc"


def test_a_run_that_broke_off_is_marked_and_has_no_result(tmp_path: Path) -> None:
    _run(tmp_path, adds_one(breaks=True))
    [record] = load_logs(tmp_path)
    assert (record.status, record.complete, record.metric("semantic", "accuracy")) == ("error", False, None)
    assert "semantic" in record.scorers


def test_a_run_that_lost_a_sample_to_an_error_is_not_complete(tmp_path: Path) -> None:
    _run(tmp_path, adds_one(breaks=True), fail_on_error=False)
    [record] = load_logs(tmp_path)
    assert (record.status, record.total, record.completed, record.complete) == ("success", SAMPLES, SAMPLES - 1, False)
    assert record.metric("semantic", "n") == SAMPLES - 1
    assert "the disk is full" in str(samples_frame(record)["error"].dropna().item())


def test_runs_come_oldest_first_from_directories_below_but_not_from_hidden_ones(logs: Path, tmp_path: Path) -> None:
    good = next(logs.glob("*.eval"))
    for place in ("b", "a", ".hidden"):
        (tmp_path / place).mkdir()
        shutil.copy(good, tmp_path / place / f"{place.strip('.')}.eval")
    assert [record.path.name for record in load_logs(tmp_path)] == ["a.eval", "b.eval"]
    assert load_logs(tmp_path / "nowhere") == []
