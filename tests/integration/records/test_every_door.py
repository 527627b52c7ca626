"""A number's provenance is in its log, through whichever door the run came; lm-eval's is in test_lm_eval_logs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from inspect_ai import Task, eval, task, task_with
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import get_model
from inspect_ai.scorer import match
from inspect_ai.solver import Generate, Solver, TaskState, generate, solver

from glassbox.harness.engine.run import run as run_directly
from glassbox.harness.lm.load import open_model
from glassbox.harness.records.frames import RunRecord, load_logs, readable_headers, samples_frame
from glassbox.harness.records.pairing import NotComparable, pair
from glassbox.harness.records.provenance import data_facts
from glassbox.harness.records.scored import data_digest, scored_samples
from glassbox.harness.records.traced import traced
from glassbox.harness.sandbox.component import card
from glassbox.solvers.gold import gold
from glassbox.solvers.ir_head import ir_head
from glassbox.tasks.code_spec import phase3
from glassbox.tasks.ir_arith import ir_arith

N = 12
LONG = "word " * 2000


def inspected(made: object, solve: Solver, logs: Path, **settings: object) -> RunRecord:
    (log,) = eval(made, solver=solve, log_dir=str(logs), display="none", log_realtime=False, **settings)  # type: ignore[arg-type]
    assert log.status == "success", log.error
    (record,) = load_logs(Path(log.location))
    return record


def direct(name: str, solve: Solver, logs: Path, seed: int = 0, limit: int | None = None) -> RunRecord:
    path = run_directly(
        ir_arith(n=N, seed=seed),
        solve,
        model="open/arith",
        task_args={"n": N, "seed": seed},
        solver_args={},
        log_dir=logs / name,
        limit=limit,
    )
    (record,) = load_logs(path)
    return record


@solver
def silent() -> Solver:
    """Calls no model."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        return state

    return solve


@task
def long_questions(ending: str = "one") -> Task:
    """Questions that a log's summaries cut before they differ."""
    samples = [Sample(id=f"s{i}", input=f"{i} {LONG} {ending}", target="x") for i in range(3)]
    return Task(dataset=MemoryDataset(samples), scorer=match(), metadata=dict(data_facts(samples)))


@task
def said_by_a_model() -> Task:
    """A task that knows nothing of this project."""
    return Task(dataset=MemoryDataset([Sample(id="s", input="2+2=", target="4")]), scorer=match())


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, arith: Path) -> dict[str, RunRecord]:
    logs = tmp_path_factory.mktemp("doors")
    return {"direct": direct("direct", ir_head(), logs), "inspect": inspected(ir_arith(n=N), ir_head(), logs)}


@pytest.mark.parametrize("door", ["direct", "inspect"])
def test_a_log_holds_versions_code_model_data_seeds_and_device(runs: dict[str, RunRecord], door: str) -> None:
    record = runs[door]
    found = record.provenance
    assert found is not None
    assert found.runner == door
    assert found.missing == ("isolation", "sandbox_component"), "no code of a model's ran"
    assert record.model_hash == open_model("arith").hash
    assert found.device == str(open_model("arith").device)
    assert {"glassbox-evals", "inspect-ai", "torch", "transformers", "python"} <= set(found.versions)
    assert {name: found.seeds[name] for name in ("task", "solver", "data")} == {"task": 0, "solver": 0, "data": 0}


def test_both_doors_write_the_same_data_hash_and_the_samples_in_the_log_have_it(runs: dict[str, RunRecord]) -> None:
    hashes = {record.data_hash for record in runs.values()}
    assert hashes == {data_digest(scored_samples(record, "semantic")) for record in runs.values()}
    assert len(hashes) == 1


def test_arguments_stand_in_the_log_with_their_defaults_through_either_door(runs: dict[str, RunRecord]) -> None:
    assert runs["direct"].task_args == runs["inspect"].task_args
    assert runs["direct"].solver_args == runs["inspect"].solver_args
    assert runs["direct"].task_args["split"] == "held_out_both"


def test_other_draws_have_other_data_hashes_and_are_refused_by_them(runs: dict[str, RunRecord], tmp_path: Path) -> None:
    other = direct("other", gold(), tmp_path, seed=1)
    with pytest.raises(NotComparable, match=rf"data hashes {runs['direct'].data_hash} and {other.data_hash}"):
        pair(runs["direct"], other)


def test_a_part_of_the_data_has_no_data_hash_and_is_paired_by_its_samples(tmp_path: Path, arith: Path) -> None:
    part = direct("part", gold(), tmp_path, limit=5)
    same = direct("same", gold(), tmp_path, limit=5)
    assert part.data_hash is None
    assert len(pair(part, same).ids) == 5


def test_texts_that_differ_only_where_summaries_are_cut_are_still_other_data(tmp_path: Path) -> None:
    one, two = (inspected(long_questions(end), silent(), tmp_path, model="none/none") for end in ("one", "two"))
    assert samples_frame(one)["score_match"].tolist() == ["I", "I", "I"]
    with pytest.raises(NotComparable, match=r"different data: 3 samples \(s0, s1, s2\) with another input"):
        pair(one, two)
    assert len(pair(one, inspected(long_questions("one"), silent(), tmp_path, model="none/none")).ids) == 3


def test_code_that_ran_was_kept_in_and_the_log_says_by_what(tmp_path: Path) -> None:
    none = get_model("none/none")
    record = inspected(task_with(phase3(n=3), model=none), gold(), tmp_path, model=none)
    assert record.provenance is not None
    assert record.provenance.isolation == (
        "WebAssembly, a fresh instance each run: no host files, environment, processes, sockets or clock"
    )
    assert record.metadata["sandbox_component"] == record.provenance.sandbox_component == card().name
    assert record.provenance.device is None, "no model of ours ran"
    assert record.metric("passed", "accuracy") == 1


def test_a_foreign_task_tells_its_model_by_the_first_answer_and_no_data_hash(tmp_path: Path, arith: Path) -> None:
    record = inspected(said_by_a_model(), generate(), tmp_path, model="open/arith", max_tokens=4)
    assert record.data_hash is None
    assert record.provenance is not None
    assert record.provenance.model_hash is None
    assert record.model_hash == open_model("arith").hash


def test_a_task_that_was_built_before_its_model_was_named_does_not_claim_another(tmp_path: Path, arith: Path) -> None:
    """The header's hash is believed only for the model it was taken of."""
    from dataclasses import replace

    record = direct("built", gold(), tmp_path)
    assert record.metadata["model_hash_of"] == "open/arith"
    (log,) = [header for _, header in readable_headers(record.path)]
    elsewhere = log.model_copy(update={"eval": log.eval.model_copy(update={"model": "open/coder"})})
    assert traced(log).model_hash == open_model("arith").hash
    assert traced(elsewhere).model_hash is None
    assert replace(record, provenance=traced(elsewhere)).model_hash is None


def test_the_model_of_the_command_line_is_the_one_whose_hash_is_logged(
    tmp_path: Path, arith: Path, shared_models: Callable[[str], Path]
) -> None:
    stories = shared_models("stories260K")
    record = inspected(ir_arith, gold(), tmp_path, model=f"open/{stories}", task_args={"n": 2})
    assert record.provenance is not None
    assert record.provenance.model_hash == open_model(str(stories)).hash != open_model("arith").hash
    assert record.provenance.missing == ("isolation", "sandbox_component")


def test_a_foreign_model_has_no_hash(tmp_path: Path) -> None:
    record = inspected(said_by_a_model(), silent(), tmp_path, model="none/none")
    assert record.model_hash is None
    assert record.provenance is not None
    assert "model_hash" in record.provenance.missing
