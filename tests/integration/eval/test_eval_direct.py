"""The direct batch path leaves what inspect's own run leaves: samples, scores, header; only times and ids differ."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog, read_eval_log
from inspect_ai.solver import Solver

from glassbox.harness.engine.run import CannotRun
from glassbox.harness.engine.run import run as run_directly
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


def sample_records(log: EvalLog) -> dict[str, Any]:
    """What a reader takes from a sample."""
    return {
        str(sample.id): {
            "input": sample.input,
            "target": sample.target,
            "metadata": sample.metadata,
            "store": without_times(sample.store),
            "completion": sample.output.completion,
            "scores": {
                name: without_times(score.model_dump(mode="json", exclude={"history"}))
                for name, score in (sample.scores or {}).items()
            },
        }
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
