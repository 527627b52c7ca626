"""`--solver gold` and `--solver null` on question-answer pairs: 100 % and 0 %, without a model being called."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as evaluate
from inspect_ai.solver import Solver

from glassbox.solvers.gold import gold
from glassbox.solvers.null import null
from glassbox.tasks import soft_prompt

GRIDS = ("solved", "right_grid")
"""What is asked of a decoded grid beside its text."""


@pytest.mark.parametrize("task", ["dcm_squad", "dcm_arithmetic", "dcm_sudoku", "dcm_arc"])
@pytest.mark.parametrize(("solver", "share"), [(gold, 1.0), (null, 0.0)])
def test_gold_gives_every_pair_and_null_none(task: str, solver: Any, share: float, tmp_path: Path) -> None:
    made: Solver = solver()
    build: Any = getattr(soft_prompt, task)
    (log,) = evaluate(build, task_args={"n": 3}, solver=made, log_dir=str(tmp_path), display="none")
    assert log.status == "success", log.error
    assert log.results is not None
    found = {(score.name, name): kept.value for score in log.results.scores for name, kept in score.metrics.items()}
    assert found["exact_both", "accuracy"] == share
    for target in ("question", "answer"):
        assert found[f"exact_{target}", "proportion_accuracy"] == share
        assert found[f"recognised_{target}", "proportion_accuracy"] == share
    grids = [value for (name, kind), value in found.items() if name in GRIDS and kind.endswith("accuracy")]
    assert grids == [share] * len(grids)
    assert len(grids) == {"dcm_sudoku": 1, "dcm_arc": 1}.get(task, 0)
    for sample in log.samples or []:
        assert sample.output.completion == (sample.target if share else "")
        assert not sample.model_usage


def test_a_task_built_before_the_run_obeys_the_runs_model_and_else_takes_the_reference(
    shared_models: Callable[[str], Path], tmp_path: Path
) -> None:
    asked = f"open/{shared_models('stories260K')}"
    task = soft_prompt.dcm_arithmetic(n=1)
    for model, wanted in ((None, "open/arith"), (asked, asked), (None, "open/arith")):
        (log,) = evaluate(task, model=model, solver=gold(), log_dir=str(tmp_path), display="none")
        assert (log.status, log.eval.model) == ("success", wanted)
