"""The scorers of the IR tasks through a real `inspect_ai.eval`: what stands in the log header and in each sample."""

from __future__ import annotations

from pathlib import Path

import pytest
from inspect_ai import Task, eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.log import EvalLog, read_eval_log
from inspect_ai.scorer import Score
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.harness.outcome import Outcome
from glassbox.harness.records.attempt import Attempt
from glassbox.harness.records.frames import load_logs
from glassbox.harness.stats.intervals import wilson
from glassbox.scorers.ir import ir_scorers

PARSE = {"failure": Outcome.PARSE, "failure_kind": "no_expression", "completion": "no idea"}
ATTEMPTS = {
    "right": Attempt(program="69 - 49", value=20, alone_ms=3.0, amortised_ms=0.5, generated_tokens=4, model_calls=1),
    "swapped": Attempt(program="49 - 69", value=-20, alone_ms=5.0, amortised_ms=0.5, generated_tokens=4, model_calls=1),
    "other_op": Attempt(program="69 + 49", value=118, amortised_ms=1.5, generated_tokens=4, model_calls=1),
    "unread": Attempt.model_validate({**PARSE, "generated_tokens": 12, "model_calls": 1}),
    "out_of_range": Attempt(
        program="69 - 4900", failure=Outcome.SCHEMA, failure_kind="operand_out_of_range", model_calls=1
    ),
    "no_program": Attempt(value=20, reads_program=False, generated_tokens=2, model_calls=1),
    "no_number": Attempt(failure=Outcome.PARSE, failure_kind="no_number", reads_program=False, model_calls=1),
}


@solver
def replay() -> Solver:
    """Leave the attempt that is written down in the sample."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        attempt = state.metadata["attempt"]
        if attempt is not None:
            Attempt.model_validate(attempt).keep(state)
        return state

    return solve


def _eval(
    where: Path, attempts: dict[str, Attempt | None], reference: str | None = "69 - 49", epochs: int = 1
) -> EvalLog:
    samples = [
        Sample(
            id=name,
            input="Subtract 49 from 69",
            target="20",
            metadata={"program": reference, "attempt": attempt.model_dump(mode="json") if attempt else None},
        )
        for name, attempt in attempts.items()
    ]
    task = Task(dataset=MemoryDataset(samples), solver=replay(), scorer=ir_scorers(), epochs=epochs)
    [log] = eval(task, model="none/none", log_dir=str(where), display="none", log_realtime=False)
    return log


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> EvalLog:
    written = _eval(tmp_path_factory.mktemp("logs"), dict(ATTEMPTS))
    assert written.status == "success"
    return read_eval_log(written.location)


def _score(log: EvalLog, sample: str, scorer: str) -> Score:
    scores = next(found.scores for found in log.samples or [] if found.id == sample)
    assert scores is not None
    return scores[scorer]


def _header(log: EvalLog) -> dict[str, dict[str, float]]:
    [record] = load_logs(log.location)
    return {name: dict(metrics) for name, metrics in record.scores.items()}


def test_the_header_holds_every_proportion_with_its_wilson_interval(log: EvalLog) -> None:
    header, interval = _header(log), wilson(2, 7)
    assert header["semantic"] == {
        "accuracy": pytest.approx(2 / 7),
        "low": pytest.approx(interval.low),
        "high": pytest.approx(interval.high),
        "n": 7,
    }
    assert header["structural"]["accuracy"] == pytest.approx(3 / 5)
    assert header["structural"]["n"] == 5


def test_parts_of_the_reading_are_told_apart(log: EvalLog) -> None:
    assert _score(log, "right", "reading").value == {
        "operation": 1,
        "first_operand": 1,
        "second_operand": 1,
        "program": 1,
    }
    assert _score(log, "swapped", "reading").value == {
        "operation": 1,
        "first_operand": 0,
        "second_operand": 0,
        "program": 0,
    }
    assert _score(log, "other_op", "reading").as_dict()["operation"] == 0
    assert _score(log, "unread", "reading").as_dict()["first_operand"] == 0
    header = _header(log)
    assert {part: header[part]["accuracy"] for part in ("operation", "first_operand", "second_operand", "program")} == {
        "operation": pytest.approx(3 / 5),
        "first_operand": pytest.approx(3 / 5),
        "second_operand": pytest.approx(2 / 5),
        "program": pytest.approx(1 / 5),
    }


def test_an_operand_beyond_the_range_is_no_valid_program(log: EvalLog) -> None:
    assert _score(log, "out_of_range", "structural").value == 0
    explanation = _score(log, "out_of_range", "structural").explanation or ""
    assert "4900, outside 0..1000" in explanation


def test_a_solver_without_programs_is_neither_structurally_right_nor_wrong(log: EvalLog) -> None:
    for sample in ("no_program", "no_number"):
        assert _score(log, sample, "structural").as_float() != _score(log, sample, "structural").as_float()  # NaN
        assert _score(log, sample, "structural").reason == "not_applicable"
        assert _score(log, sample, "reading").reason == "not_applicable"


def test_failures_are_counted_by_outcome_and_kind(log: EvalLog) -> None:
    header = _header(log)["parse_failure"]
    assert header["rate"] == pytest.approx(2 / 7)
    assert header["n"] == 7
    assert {name: count for name, count in header.items() if ":" in name} == {
        "parse:no_expression": 1,
        "parse:no_number": 1,
        "schema:operand_out_of_range": 1,
    }
    assert header["failures"] == 3


def test_a_parse_failure_keeps_the_completion_and_its_kind(log: EvalLog) -> None:
    score = _score(log, "unread", "parse_failure")
    assert (score.value, score.answer) == (1, "no idea")
    assert (score.metadata or {})["failure_kind"] == "no_expression"
    assert _score(log, "out_of_range", "parse_failure").value == 0


def test_the_outcome_stands_beside_the_semantic_score(log: EvalLog) -> None:
    outcomes = {name: (_score(log, name, "semantic").metadata or {})["outcome"] for name in ATTEMPTS}
    assert outcomes == {
        "right": "pass",
        "swapped": "wrong",
        "other_op": "wrong",
        "unread": "parse",
        "out_of_range": "schema",
        "no_program": "pass",
        "no_number": "parse",
    }


def test_latency_and_tokens_skip_what_was_not_measured(log: EvalLog) -> None:
    header = _header(log)
    assert header["alone_ms"] == {"p50": 4.0, "p95": pytest.approx(4.9), "n": 2}
    assert (header["amortised_ms"]["p50"], header["amortised_ms"]["n"]) == (0.5, 3)
    assert header["generated_tokens"]["mean"] == pytest.approx(26 / 7)
    assert header["model_calls"]["mean"] == 1


def test_without_reference_programs_no_reading_is_scored(tmp_path: Path) -> None:
    header = _header(_eval(tmp_path, {"right": ATTEMPTS["right"]}, reference=None))
    assert header["operation"] == {"n": 0}
    assert header["semantic"]["accuracy"] == 1


def test_no_failure_at_all_still_leaves_a_count_of_zero(tmp_path: Path) -> None:
    header = _header(_eval(tmp_path, {"right": ATTEMPTS["right"]}))
    assert header["parse_failure"]["failures"] == 0
    assert header["parse_failure"]["rate"] == 0


def test_every_epoch_counts_in_failures_by_kind(tmp_path: Path) -> None:
    header = _header(_eval(tmp_path, {"unread": ATTEMPTS["unread"], "right": ATTEMPTS["right"]}, epochs=3))
    assert header["parse_failure"]["parse:no_expression"] == 3
    assert (header["semantic"]["accuracy"], header["semantic"]["n"]) == (0.5, 2)


@pytest.mark.parametrize(
    ("attempt", "reason"),
    [
        (Attempt(failure=Outcome.INFRA, failure_kind="out_of_memory"), "the machinery's fault"),
        (Attempt(), "either a value or the reason"),
        (Attempt(value=1, failure=Outcome.PARSE), "either a value or the reason"),
        (None, "left no attempt"),
    ],
)
def test_a_fault_of_the_machinery_ends_the_run_and_is_never_scored_wrong(
    tmp_path: Path, attempt: Attempt | None, reason: str
) -> None:
    log = _eval(tmp_path, {"one": attempt})
    assert log.status == "error"
    assert log.error is not None
    assert reason in log.error.message
    assert log.results is None or not log.results.scores


def test_what_cannot_be_decided_is_unscored(tmp_path: Path) -> None:
    undecided = Attempt(failure=Outcome.UNSUPPORTED, failure_kind="fractions")
    header = _header(_eval(tmp_path, {"right": ATTEMPTS["right"], "undecided": undecided}))
    assert (header["semantic"]["accuracy"], header["semantic"]["n"]) == (1, 1)


def test_what_a_reader_cannot_express_is_left_out_of_one_figure_and_counts_in_the_headline(tmp_path: Path) -> None:
    right, wrong = ATTEMPTS["right"], ATTEMPTS["other_op"]
    log = _eval(
        tmp_path,
        {
            "said": right.model_copy(update={"expressible": True}),
            "missed": wrong.model_copy(update={"expressible": True}),
            "beyond": wrong.model_copy(update={"expressible": False}),
            "unknown": right,
        },
    )
    header = _header(log)
    assert (header["expressible"]["accuracy"], header["expressible"]["n"]) == (0.5, 2)
    assert (header["semantic"]["accuracy"], header["semantic"]["n"]) == (0.5, 4)
