"""A log that was changed after its run is found out: by its own samples, events and reductions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from inspect_ai.log import EvalLog, ProvenanceData, edit_score, read_eval_log, recompute_metrics, write_eval_log
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import ScoreEdit
from inspect_ai.solver import Generate, Solver, TaskState, solver
from planted_runs import audited, direct, findings, only, run

from glassbox.harness.audit.finding import Severity
from glassbox.harness.records.frames import load_logs
from glassbox.leaderboards.board import tables
from glassbox.leaderboards.runs import estimate
from glassbox.solvers.gold import gold

CHECK = "edited_log"
OTHER: dict[str, str | int] = {"I": "C", "C": "I", "1": 0, "0": 1}


@solver
def half_right() -> Solver:
    """Write the target for four of the eight questions, without any model."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        right = state.sample_id in ("sum-12-31", "sum-45-7", "sum-8-26", "sum-60-14")
        state.output = ModelOutput.from_content("none", state.target.text if right else "I cannot say.")
        return state

    return solve


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(tmp_path_factory.mktemp("honest"), half_right(), model=None)


@pytest.fixture(scope="module")
def honest_direct(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return direct(tmp_path_factory.mktemp("direct"), gold())


def _edited(log: Path, folder: Path, change: Callable[[EvalLog], None]) -> Path:
    found = read_eval_log(str(log))
    change(found)
    path = folder / log.name
    write_eval_log(found, str(path))
    return path


def _raise_header(log: EvalLog) -> None:
    assert log.results is not None
    for score in log.results.scores:
        for metric in score.metrics.values():
            metric.value = 1.0 if metric.name == "accuracy" else metric.value
    next(iter(log.results.scores[0].metrics.values())).value = 1.25


def _flip_scores(log: EvalLog) -> None:
    for sample in log.samples or ():
        for score in (sample.scores or {}).values():
            if not isinstance(score.value, dict):  # what went unscored stays so
                score.value = OTHER.get(str(score.value), score.value)


def _flip_scores_and_header(log: EvalLog) -> None:
    for sample in (log.samples or [])[:3]:
        _flip_scores(log.model_copy(update={"samples": [sample]}))
    reductions = log.reductions
    recompute_metrics(log)
    log.reductions = reductions


def _delete_samples(log: EvalLog) -> None:
    log.samples = (log.samples or [])[:5]


def _rewrite_outputs(log: EvalLog) -> None:
    for sample in (log.samples or [])[-3:]:
        sample.output = ModelOutput.from_content("none", f"Surely {sample.target}")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_raise_header, "figures are not those of the samples: accuracy of match is 1.25 in the header and 0.5 by"),
        (_flip_scores, "scores of 8 of 8 samples are not those of the run"),
        (_delete_samples, "3 samples that were run are missing"),
        (_rewrite_outputs, "answers of 3 of 8 samples are in no call and no step of the run"),
        (_flip_scores_and_header, "scores of 3 of 8 samples are not those of the run"),
    ],
    ids=lambda part: part.__name__ if callable(part) else "",
)
def test_each_kind_of_edit_is_found(honest: Path, tmp_path: Path, change: Callable[[EvalLog], None], said: str) -> None:
    found = findings(_edited(honest, tmp_path, change), CHECK)
    assert any(said in finding.what for finding in found), [finding.what for finding in found]


def test_a_log_as_it_was_written_is_clean(honest: Path, honest_direct: Path, tmp_path: Path) -> None:
    as_it_was = [_edited(honest, tmp_path, lambda log: None), honest, honest_direct]
    assert [audited(log, CHECK).results[0].severity for log in as_it_was] == [Severity.CLEAN] * 3


@pytest.mark.parametrize("change", [_flip_scores, _delete_samples], ids=lambda change: change.__name__)
def test_a_direct_run_has_no_events_and_is_held_against_its_reductions(
    honest_direct: Path, tmp_path: Path, change: Callable[[EvalLog], None]
) -> None:
    assert findings(_edited(honest_direct, tmp_path, change), CHECK)


def test_a_lawful_edit_is_a_warning_that_names_its_sample(honest: Path, tmp_path: Path) -> None:
    def correct(log: EvalLog) -> None:
        why = ProvenanceData(author="a grader", reason="the answer is right in words")
        edit_score(log, "sum-5-52", "match", ScoreEdit(value="C", provenance=why))

    path = _edited(honest, tmp_path, correct)
    assert findings(path, CHECK) == []
    assert only(path, CHECK, Severity.WARNING).where == "sample sum-5-52"


def test_a_board_shows_what_the_samples_give_and_marks_a_row_whose_header_says_otherwise(
    honest: Path, tmp_path: Path
) -> None:
    _edited(honest, tmp_path, _raise_header)
    [record] = load_logs(tmp_path)
    [table] = tables([record])
    share = estimate(record, "match")
    assert share is not None
    assert (share.value, share.n, table.rows[0].mark) == (0.5, 8, "‡")
    assert "accuracy of match is 1.25 in the header and 0.5 by its samples" in table.notes[0]


def test_half_the_samples_set_wrong_and_the_header_left_alone_is_half_right(
    honest_direct: Path, tmp_path: Path
) -> None:
    def set_wrong(log: EvalLog) -> None:
        for sample in (log.samples or [])[::2]:
            assert sample.scores
            sample.scores["semantic"].value = 0

    _edited(honest_direct, tmp_path, set_wrong)
    [record] = load_logs(tmp_path)
    share = estimate(record, "semantic")
    assert share is not None
    assert (share.value, share.n) == (0.5, 20)
    assert record.disagreements[0].header == 1.0
