"""The direct batch path leaves what inspect's own run leaves: samples, scores, header; only times and ids differ."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog, read_eval_log
from inspect_ai.solver import Solver

from glassbox.harness.engine.run import CannotRun
from glassbox.harness.engine.run import run as run_directly
from glassbox.harness.records.attempt import STORE_KEY
from glassbox.harness.records.frames import load_logs
from glassbox.leaderboards.board import tables
from glassbox.solvers.gold import gold
from glassbox.solvers.ir_head import ir_head
from glassbox.solvers.regex_only import regex_only
from glassbox.tasks.ir_arith import ir_arith

N = 120
MODEL = "open/arith"
SOLVERS: dict[str, Callable[[], Solver]] = {"gold": gold, "ir_head": ir_head, "regex_only": regex_only}
TIMES = {"alone_ms", "amortised_ms"}


def direct(name: str, folder: Path) -> EvalLog:
    path = run_directly(
        ir_arith(n=N), SOLVERS[name](), model=MODEL, task_args={"n": N}, solver_args={}, log_dir=folder / "direct"
    )
    assert [file.name for file in (folder / "direct").iterdir()] == [path.name], "nothing unfinished is left behind"
    return read_eval_log(str(path))


def inspected(name: str, folder: Path) -> EvalLog:
    logs = inspect_eval(
        ir_arith(n=N),
        solver=SOLVERS[name](),
        model=MODEL,
        log_dir=str(folder / "inspect"),
        display="none",
        log_format="json",
    )
    return read_eval_log(logs[0].location)


def without_times(value: Any) -> Any:
    """The value without latencies, which differ from run to run."""
    if isinstance(value, dict):
        return {key: without_times(item) for key, item in value.items() if key not in TIMES}
    return value


def sample_records(log: EvalLog) -> dict[str, str]:
    """What a reader takes from a sample, as text, so that NaN equals NaN."""
    return {
        str(sample.id): json.dumps(
            {
                "input": sample.input,
                "target": sample.target,
                "metadata": sample.metadata,
                "store": without_times(sample.store),
                "completion": sample.output.completion,
                "scores": {
                    name: without_times(score.model_dump(mode="json", exclude={"history"}))
                    for name, score in (sample.scores or {}).items()
                },
            },
            sort_keys=True,
            default=str,
        )
        for sample in log.samples or []
    }


def header(log: EvalLog) -> dict[str, Any]:
    """Every metric of every score, as text, so that NaN equals NaN."""
    assert log.results is not None
    return {
        f"{score.name}/{score.scorer}/{metric.name}": f"{metric.value:.9g} {metric.params}"
        for score in log.results.scores
        if score.name not in TIMES
        for metric in score.metrics.values()
    }


@pytest.mark.parametrize("name", SOLVERS)
def test_samples_scores_and_header_are_those_of_inspects_own_run(name: str, tmp_path: Path) -> None:
    mine, theirs = direct(name, tmp_path), inspected(name, tmp_path)
    assert len(sample_records(theirs)) == N
    assert sample_records(mine) == sample_records(theirs)
    assert len(header(theirs)) > 10
    assert header(mine) == header(theirs)
    assert (mine.status, mine.eval.task, mine.eval.task_version, mine.eval.solver, mine.eval.model) == (
        (theirs.status, theirs.eval.task, theirs.eval.task_version, theirs.eval.solver, theirs.eval.model)
    )


def test_reductions_hold_one_score_a_sample(tmp_path: Path) -> None:
    mine, theirs = direct("gold", tmp_path), inspected("gold", tmp_path)
    assert mine.reductions is not None
    assert theirs.reductions is not None
    kept = {(reduction.scorer, len(reduction.samples)) for reduction in mine.reductions}
    assert {(reduction.scorer, len(reduction.samples)) for reduction in theirs.reductions} <= kept


def test_a_solver_of_inspects_own_is_refused_with_the_way_out(tmp_path: Path) -> None:
    from inspect_ai.solver import generate

    with pytest.raises(CannotRun, match="generate runs only inside inspect: use inspect eval"):
        run_directly(ir_arith(n=1), generate(), model="open/arith", task_args={}, solver_args={}, log_dir=tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_a_head_cannot_express_is_told_by_the_run_and_by_the_board(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One operation on named numbers, one with a number that is not named, two operations, and sums of no program."""
    asked = {
        "Ann has 12 pens and buys 3. How many has she?": "<<12+3=15>>\n#### 15",
        "Ann has 12 pens and buys a dozen. How many has she?": "<<12+12=24>>\n#### 24",
        "Ann has 7 pens and buys a pair. How many has she?": "<<7+2=9>>\n#### 9",
        "Ann has 12 pens, loses 3 and buys 4. How many has she?": "<<12-3=9>> <<9+4=13>>\n#### 13",
        "Ann pays 0.5 for each of 4 pens. How much?": "<<0.5*4=2>>\n#### 2",
    }
    lines = [json.dumps({"question": question, "answer": answer}) for question, answer in asked.items()]
    (tmp_path / "planted.jsonl").write_text("\n".join(lines), encoding="utf-8")
    given: dict[str, Any] = {"source": "gsm8k", "path": str(tmp_path / "planted.jsonl")}
    path = run_directly(
        ir_arith(**given), ir_head(), model=MODEL, task_args=given, solver_args={}, log_dir=tmp_path / "logs"
    )
    found = {str(s.input): s.store[STORE_KEY]["expressible"] for s in read_eval_log(str(path)).samples or []}
    assert [found[question] for question in asked] == [True, True, False, False, None]
    assert "ir_head: its head cannot express 2 of 5 programs" in caplog.text
    [board] = tables(load_logs(path))
    assert any("ir_head: its head can express 2 of 5 programs; of these " in note for note in board.notes)
