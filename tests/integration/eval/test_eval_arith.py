"""Every solver through inspect's own `eval` on the reference model: who is right, who must not be, and what it cost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eval_runs import attempts, failed, kinds, metric, run
from inspect_ai import Task
from inspect_ai.log import EvalLog

from glassbox.harness.engine.technique import ALONE_SAMPLES
from glassbox.harness.lm.fetch import fetched
from glassbox.solvers.bag_of_tokens import bag_of_tokens
from glassbox.solvers.direct import direct
from glassbox.solvers.gold import gold
from glassbox.solvers.ir_head import ir_head
from glassbox.solvers.layer0 import layer0
from glassbox.solvers.null import null
from glassbox.solvers.regex_only import regex_only
from glassbox.solvers.regex_pipeline import regex_pipeline
from glassbox.solvers.shuffled_labels import shuffled_labels
from glassbox.tasks.ir_arith import ir_arith, ir_loop, ir_multi_op

SharedPath = Callable[[str], Path]
pytestmark = pytest.mark.usefixtures("arith")

N = 40
EXAMPLES = 600
TASKS: dict[str, Callable[..., Task]] = {"single": ir_arith, "chain": ir_multi_op, "loop": ir_loop}


def ids(log: EvalLog) -> list[Any]:
    return list(log.eval.dataset.sample_ids or [])


@pytest.mark.parametrize("family", TASKS)
def test_the_default_head_is_the_shipped_one_and_reads_held_out_wording_and_numbers(
    family: str, arith: Path, artefacts: Path, tmp_path: Path
) -> None:
    """Nothing is fitted on the user's machine: a default that asks for another part than the shipped one fails here."""
    if not (arith / "parts").is_dir():
        pytest.skip("no parts are shipped beside arith; `glassbox fit --out baselines/models/arith/parts` makes them")
    before = sorted(artefacts.glob("*.json"))
    log = run(TASKS[family](n=N), ir_head(), tmp_path)
    assert sorted(artefacts.glob("*.json")) == before
    assert {a.artefact for a in attempts(log)} <= {part.stem for part in (arith / "parts").glob("*.json")}
    assert metric(log, "structural") == 1
    assert metric(log, "semantic") >= (0.95 if family == "single" else 0.85)
    assert metric(log, "parse_failure", "rate") == 0
    assert metric(log, "generated_tokens", "mean") == 0
    assert metric(log, "model_calls", "mean") == 1
    assert metric(log, "alone_ms", "n") == ALONE_SAMPLES
    assert metric(log, "amortised_ms", "n") == N
    assert all(a.amortised_ms and a.amortised_ms > 0 for a in attempts(log))


@pytest.mark.parametrize("family", TASKS)
def test_gold_is_always_right_and_null_never(family: str, tmp_path: Path) -> None:
    for split in ("held_out_both", "fixed"):
        task = TASKS[family](n=N, split=split)
        assert metric(run(task, gold(), tmp_path), "semantic") == 1
        nothing = run(task, null(), tmp_path)
        assert metric(nothing, "semantic") == metric(nothing, "structural") == 0
        assert metric(nothing, "model_calls", "mean") == 0
        assert set(kinds(nothing)) == {"schema:no_program"}


def test_labels_of_other_prompts_are_worth_next_to_nothing(tmp_path: Path) -> None:
    log = run(ir_arith(n=N), shuffled_labels(examples=EXAMPLES), tmp_path)
    assert metric(log, "semantic") <= 0.3
    assert metric(log, "structural") == 1


def test_a_head_fitted_on_few_examples_beats_its_shuffled_and_lexical_controls(tmp_path: Path) -> None:
    """On word problems in unseen frames, where the words alone do not say which number comes first."""
    head = run(ir_arith(n=N), ir_head(examples=1500, epochs=6), tmp_path)
    lexical = [run(ir_arith(n=N), control(examples=1500, epochs=6), tmp_path) for control in (bag_of_tokens, layer0)]
    assert metric(head, "semantic") >= 0.8
    assert max(metric(log, "semantic") for log in lexical) < metric(head, "semantic")
    assert metric(lexical[0], "model_calls", "mean") == 0
    assert metric(lexical[1], "model_calls", "mean") == 1
    assert len({attempts(log)[0].artefact for log in (head, *lexical)}) == 3


@pytest.mark.parametrize("head", ["regression", "binned", "digits"])
def test_the_seeds_heads_run_and_leave_valid_attempts_however_wrong(head: Any, tmp_path: Path) -> None:
    log = run(ir_arith(n=N), ir_head(head=head, pool="last", layer=2, examples=200, epochs=2, hidden=0), tmp_path)
    left = attempts(log)
    assert len(left) == N
    assert all((a.value is None) == (a.failure is not None) for a in left)
    assert metric(log, "parse_failure", "rate") == 0
    assert metric(log, "program", "n") == N


def test_the_pipeline_is_right_on_unseen_wording_and_its_costs_are_in_the_log(tmp_path: Path) -> None:
    log = run(ir_arith(n=N, split="held_out_templates"), regex_pipeline(), tmp_path)
    assert metric(log, "semantic") >= 0.9
    left = attempts(log)
    assert all(a.completion and a.completion.startswith(" ") for a in left)
    assert all(0 < a.generated_tokens < 48 and a.prompt_tokens > 5 and a.model_calls == 1 for a in left)
    assert metric(log, "alone_ms", "n") == ALONE_SAMPLES
    assert log.samples is not None
    assert log.samples[0].messages[0].text.endswith("Expression:")


def test_one_solver_over_two_tasks_measures_latency_alone_in_both(tmp_path: Path) -> None:
    from inspect_ai import eval

    for solver in (regex_pipeline(max_tokens=8), gold()):
        logs = eval([ir_arith(n=5), ir_loop(n=5)], solver=solver, log_dir=str(tmp_path), display="none", max_tasks=1)
        assert [metric(log, "alone_ms", "n") for log in logs] == [5, 5]


def test_direct_and_regex_only_are_lower_and_say_so_in_their_own_terms(tmp_path: Path) -> None:
    number = run(ir_arith(n=N, split="word_problems"), direct(), tmp_path)
    assert metric(number, "structural", "n") == 0
    assert {a.program for a in attempts(number)} == {None}
    pattern = run(ir_arith(n=N, split="word_problems"), regex_only(), tmp_path)
    assert metric(pattern, "model_calls", "mean") == 0
    assert metric(pattern, "semantic") < 0.9
    assert ids(number) == ids(pattern)


def test_a_model_that_writes_garbage_fails_to_parse_and_every_failure_has_its_kind(
    shared_models: SharedPath, tmp_path: Path
) -> None:
    model = f"open/{shared_models('stories260K')}"
    log = run(
        ir_arith, regex_pipeline(max_tokens=16), tmp_path, model=model, task_args={"n": N}, model_args={"device": "cpu"}
    )
    assert log.eval.model == model
    assert metric(log, "semantic") == 0
    found = kinds(log)
    assert found.total() == N
    assert metric(log, "parse_failure", "rate") == sum(n for k, n in found.items() if k.startswith("parse:")) / N > 0.8
    assert log.results is not None
    header = {
        key: value.value
        for score in log.results.scores
        if score.name == "parse_failure"
        for key, value in score.metrics.items()
        if ":" in key
    }
    assert header == dict(found)
    assert all(a.completion for a in attempts(log))
    asked = [message.text for message in log.samples[0].messages if message.role == "user"] if log.samples else []
    prompt = "".join(asked)
    assert prompt.count("Expression:") == 5, "four examples for a model that was not trained on this prompt"


@pytest.mark.parametrize("solver", [ir_head, layer0, bag_of_tokens, shuffled_labels])
def test_a_model_that_gives_text_only_is_refused_in_one_line_that_names_what_works(
    solver: Callable[..., Any], tmp_path: Path
) -> None:
    message = failed(ir_arith, solver(examples=60), tmp_path, model="mockllm/model", task_args={"n": 2})
    assert "\n" not in message
    assert "mockllm/model gives text only, and this solver works inside the model: use open/ or hf/" in message
    assert "solvers that work with it: direct, gold, null, regex_only, regex_pipeline" in message


def test_solvers_without_a_model_work_under_a_model_that_gives_text_only(tmp_path: Path) -> None:
    for solver, share in ((gold(), 1), (null(), 0)):
        log = run(ir_arith, solver, tmp_path, model="mockllm/model", task_args={"n": 4})
        assert log.eval.model == "mockllm/model"
        assert metric(log, "semantic") == share


def test_the_models_that_a_run_asks_for_is_the_one_that_answers_and_arith_is_the_default(
    arith: Path, shared_models: SharedPath, tmp_path: Path
) -> None:
    other = f"open/{shared_models('stories260K')}"
    asked = run(ir_arith, ir_head(examples=60, epochs=1), tmp_path, model=other, task_args={"n": 4})
    assert asked.eval.model == other
    assert metric(asked, "prompt_tokens", "mean") > 30, "stories260K spells these prompts in more tokens than arith"
    assert run(ir_arith, gold(), tmp_path, task_args={"n": 4}).eval.model == "open/arith"


def test_inspects_own_provider_gives_the_same_head_and_the_same_programs(arith: Path, tmp_path: Path) -> None:
    """`hf/` loads the weights; the solver works inside them, and the part is found by the model's content."""
    settings: dict[str, Any] = {"examples": EXAMPLES, "epochs": 2, "hidden": 16}
    theirs = run(
        ir_arith, ir_head(**settings), tmp_path, model=f"hf/{arith}", task_args={"n": 20}, model_args={"device": "cpu"}
    )
    mine = run(ir_arith, ir_head(**settings), tmp_path, task_args={"n": 20})
    assert theirs.eval.model == f"hf/{arith}"
    assert {a.artefact for a in attempts(theirs)} == {a.artefact for a in attempts(mine)}
    same = [a.program == b.program for a, b in zip(attempts(theirs), attempts(mine), strict=True)]
    assert sum(same) >= 19


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (99, "layer 99 is outside this model (8 blocks; 0..8)"),
        ("deep", "layer 'deep' is neither an index, a fraction of the depth, nor auto"),
    ],
)
def test_a_layer_that_is_none_is_named_in_one_line(layer: Any, message: str, tmp_path: Path) -> None:
    said = failed(ir_arith(n=20), ir_head(layer=layer), tmp_path)
    assert message in said
    assert "\n" not in said


def test_the_same_run_twice_gives_the_same_programs_and_reads_the_same_artefact(tmp_path: Path) -> None:
    first, second = (run(ir_multi_op(n=12), ir_head(examples=200, epochs=2), tmp_path) for _ in range(2))
    assert ids(first) == ids(second)
    assert [(a.program, a.artefact) for a in attempts(first)] == [(a.program, a.artefact) for a in attempts(second)]


def test_real_wording_is_fitted_on_one_side_and_tested_on_the_other(shared_data: SharedPath, tmp_path: Path) -> None:
    path = str(shared_data("arith_single_op/single_op.jsonl"))
    log = run(ir_arith(source="single_op", path=path, n=60), ir_head(epochs=3, hidden=32), tmp_path)
    assert len(ids(log)) == 60
    assert metric(log, "structural") >= 0.9
    assert 0.1 < metric(log, "semantic") <= 1
    right = run(ir_arith(source="single_op", path=path, n=60), gold(), tmp_path)
    assert metric(right, "semantic") == metric(right, "structural") == 1
    assert {s.metadata["split"] for s in log.samples or []} == {"test"}


def test_the_default_head_on_the_real_model_is_the_shipped_one(artefacts: Path, tmp_path: Path) -> None:
    if fetched("smol") is None:
        pytest.skip("smol is not on this machine; `glassbox models fetch smol` fetches it")
    before = sorted(artefacts.glob("*.json"))
    log = run(ir_arith(n=4), ir_head(), tmp_path, model="open/smol")
    assert sorted(artefacts.glob("*.json")) == before
    assert metric(log, "semantic") == 1
