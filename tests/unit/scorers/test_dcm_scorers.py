"""The soft-prompt scorers through a real `inspect_ai.eval`: what stands in the log header and in each sample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import Task, eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import EvalLog
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.harness.data.readers.pairs import ALIASES
from glassbox.harness.records.frames import load_logs
from glassbox.harness.records.prompted import Curve, Prompted, TargetName, TargetRecord
from glassbox.harness.stats.intervals import bootstrap_mean, wilson
from glassbox.scorers.dcm import dcm_scorers

QUESTION, ANSWER = "Where is the bridge?", "in Alby"


@solver
def replay_prompt() -> Solver:
    """Leave the record that is written down in the sample."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        if state.metadata["record"] is not None:
            Prompted.model_validate(state.metadata["record"]).keep(state)
        return state

    return solve


def held(target: str, decoded: str | None = None, curve: Curve = "healthy", **given: Any) -> TargetRecord:
    """A target that was written as it stands, unless `decoded` is another text."""
    exact = decoded is None
    known: dict[str, Any] = {
        "exact": exact,
        "first_token": exact,
        "token_accuracy": 1.0 if exact else 0.5,
        "horizon": 8 if exact else 2,
        "tokens": 8,
        "loss": 0.1,
        "loss_random": 4.0,
        "loss_context": 1.0,
    }
    text = target if decoded is None else decoded
    return TargetRecord(target=target, decoded=text, curve=curve, **known | given)


def prompted(question: TargetRecord | None, answer: TargetRecord | None, **given: Any) -> Prompted:
    known: dict[str, Any] = {"steps": 100, "restarts": 1, "k": 32, "seconds": 2.0, "model_calls": 101, "artefact": None}
    both: dict[TargetName, TargetRecord | None] = {"question": question, "answer": answer}
    targets = {name: one for name, one in both.items() if one is not None}
    return Prompted(targets=targets, converged=all(one.exact for one in targets.values()), **known | given)


def run(where: Path, records: Mapping[str, Prompted | None], *grids: Any, **sample: Any) -> EvalLog:
    samples = [
        Sample(
            id=name,
            input=sample.get("question", QUESTION),
            target=sample.get("answer", ANSWER),
            metadata={
                "record": None if record is None else record.model_dump(mode="json"),
                "tags": sample.get("tags", {}),
                "grid": sample.get("grid"),
            },
        )
        for name, record in records.items()
    ]
    task = Task(dataset=MemoryDataset(samples), solver=replay_prompt(), scorer=dcm_scorers(*grids), name="pairs")
    (log,) = eval(task, model="none/none", log_dir=str(where), display="none")
    return log


def header(where: Path, records: Mapping[str, Prompted | None], *grids: Any, **sample: Any) -> Mapping[str, Any]:
    """Metrics by score, as a leaderboard reads them."""
    log = run(where, records, *grids, **sample)
    assert log.status == "success", log.error
    (found,) = load_logs(where)
    return found.scores


GOOD = prompted(held(QUESTION), held(ANSWER))
FIRST_LOST = prompted(
    held(QUESTION, loss=0.5, curve="plateau_drop"),
    held(ANSWER, "on Alby", curve="oscillating", loss=0.4, first_token=False, horizon=0, token_accuracy=0.875),
    steps=300,
    restarts=5,
    seconds=6.0,
)


def test_the_headline_asks_for_both_texts_and_has_wilsons_interval(tmp_path: Path) -> None:
    scores = header(tmp_path, {"good": GOOD, "more": GOOD, "lost": FIRST_LOST})
    interval = wilson(2, 3)
    assert scores["exact_both"] == pytest.approx(
        {"accuracy": 2 / 3, "low": interval.low, "high": interval.high, "n": 3}
    )
    assert scores["exact_question"]["accuracy"] == 1
    assert scores["exact_answer"]["accuracy"] == pytest.approx(2 / 3)
    assert scores["first_token_answer"]["accuracy"] == pytest.approx(2 / 3)
    accuracy = bootstrap_mean([1.0, 1.0, 0.875], draws=2000)
    assert scores["token_accuracy_answer"] == pytest.approx(
        {"mean": 2.875 / 3, "low": accuracy.low, "high": accuracy.high, "n": 3}
    )


def test_convergence_by_loss_can_be_full_where_decoding_fails(tmp_path: Path) -> None:
    scores = header(tmp_path, {"lost": FIRST_LOST})
    assert scores["converged_both"]["accuracy"] == 1
    assert scores["exact_both"]["accuracy"] == 0
    assert scores["converged_both"]["level"] == 3
    assert scores["converged_both"]["level_sure"] == 0  # one sample: the interval begins at 0.21


def test_ratios_are_per_target_and_balance_is_the_worse_one(tmp_path: Path) -> None:
    scores = header(tmp_path, {"good": GOOD, "lost": FIRST_LOST})
    assert scores["loss_ratio_question"]["mean"] == pytest.approx((0.1 / 4 + 0.5 / 4) / 2)
    assert scores["loss_ratio_answer"]["mean"] == pytest.approx((0.1 / 4 + 0.4 / 4) / 2)
    assert scores["loss_ratio_answer"]["level"] == 3
    assert scores["worst_context_ratio"]["mean"] == pytest.approx((0.1 + 0.5) / 2)
    assert scores["worst_context_ratio"]["level"] == 3
    assert scores["zero_loss"]["rate"] == 0


def test_opposed_losses_show_as_a_negative_rank_correlation(tmp_path: Path) -> None:
    records = {str(n): prompted(held(QUESTION, loss=0.1 * n), held(ANSWER, loss=1 / n)) for n in range(1, 7)}
    scores = header(tmp_path, records)
    assert scores["worst_context_ratio"]["spearman"] == pytest.approx(-1)
    leak = prompted(held(QUESTION, loss=0.0), held(ANSWER))
    assert header(tmp_path / "zero", {"leak": leak, "good": GOOD})["zero_loss"]["rate"] == 0.5


def test_curves_are_counted_by_kind_and_target(tmp_path: Path) -> None:
    scores = header(tmp_path, {"good": GOOD, "lost": FIRST_LOST})
    assert (scores["curves"]["rate"], scores["curves"]["n"]) == (0.5, 2)
    counted = {name: value for name, value in scores["curves"].items() if ":" in name}
    assert counted == {
        "curve_question:healthy": 1,
        "curve_question:plateau_drop": 1,
        "curve_answer:healthy": 1,
        "curve_answer:oscillating": 1,
    }


def test_pairs_a_minute_come_from_the_seconds_of_all_pairs(tmp_path: Path) -> None:
    scores = header(tmp_path, {"good": GOOD, "lost": FIRST_LOST})
    assert scores["seconds"]["per_minute"] == pytest.approx(60 * 2 / 8)
    assert (scores["steps"]["mean"], scores["restarts"]["mean"], scores["k"]["mean"]) == (200, 3, 32)


def test_a_run_on_one_target_alone_has_no_joint_figure(tmp_path: Path) -> None:
    scores = header(tmp_path, {"alone": prompted(held(QUESTION), None)})
    assert scores["exact_question"]["accuracy"] == 1
    for absent in ("exact_both", "exact_answer", "converged_both", "worst_context_ratio"):
        assert scores.get(absent, {}).get("accuracy") is None
        assert scores.get(absent, {}).get("n", 0) == 0


def test_controls_are_shares_by_name_and_figures_are_means(tmp_path: Path) -> None:
    crossed = prompted(held(QUESTION, cross_exact=True), held(ANSWER, cross_exact=False))
    records = {
        "a": crossed.model_copy(update={"controls": {"shuffled": False, "random": False, "norm": 2.0}}),
        "b": GOOD.model_copy(update={"controls": {"shuffled": True, "random": False, "norm": 4.0}}),
        "none": GOOD,
    }
    found = header(tmp_path, records)["controls"]
    assert (found["shuffled"], found["shuffled:n"], found["random"], found["norm:mean"]) == (0.5, 2, 0, 3)
    assert (found["cross_question"], found["cross_question:n"], found["cross_answer"]) == (1, 1, 0)
    assert found["random:high"] == pytest.approx(wilson(0, 2).high)


def test_an_alias_is_recognised_for_the_answer_and_converged_pairs_are_told_apart(tmp_path: Path) -> None:
    alias = prompted(held(QUESTION), held(ANSWER, "the Alby!"))
    far = prompted(held(QUESTION, "Where was the new bridge?"), held(ANSWER, "glass", loss=3.9))
    tags = {ALIASES: '["in Alby", "Alby"]'}
    scores = header(tmp_path, {"alias": alias, "far": far}, tags=tags)
    assert scores["recognised_answer"]["accuracy"] == 0.5
    assert scores["recognised_answer"]["grade_answer:fail"] == 1
    assert scores["recognised_question"]["grade_question:partial"] == 1
    assert (scores["recognised_if_converged_answer"]["accuracy"], scores["recognised_if_converged_answer"]["n"]) == (
        1,
        1,
    )


def test_exact_tokens_that_read_as_another_text_are_not_exact(tmp_path: Path) -> None:
    lower = held(ANSWER).model_copy(update={"decoded": "in alby"})
    assert header(tmp_path, {"lower": prompted(held(QUESTION), lower)})["exact_both"]["accuracy"] == 0


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (None, "the solver left no soft prompt in the sample's store; run this task with --solver dcm"),
        (prompted(held(QUESTION), held("in Bryn")), "was made for the answer 'in Bryn', not for 'in Alby'"),
        (prompted(None, None), "has no target; mend the solver"),
    ],
)
def test_a_missing_or_foreign_record_is_an_error_and_no_zero(
    tmp_path: Path, record: Prompted | None, message: str
) -> None:
    log = run(tmp_path, {"broken": record})
    assert log.status == "error"
    assert log.error is not None
    assert message in log.error.message


def test_what_has_no_metric_is_kept_with_the_sample(tmp_path: Path) -> None:
    samples = run(tmp_path, {"lost": FIRST_LOST}).samples
    assert samples is not None
    scores = samples[0].scores
    assert scores is not None
    lost, kept = scores["losses"].as_dict(), scores["decoding"].as_dict()
    assert (lost["loss_answer"], lost["loss_random_answer"], lost["context_ratio_question"]) == (0.4, 4.0, 0.5)
    assert (kept["horizon_question"], kept["horizon_answer"]) == (1, 0)
    criteria = scores["convergence"].as_dict()
    assert (criteria["beats_random_answer"], criteria["near_context_answer"]) == (1, 1)
