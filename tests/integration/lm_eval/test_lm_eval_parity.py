"""The same tasks under lm-eval and under inspect: same ids, same prompts, same verdicts on the same responses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from inspect_ai import Task, eval
from inspect_ai.log import EvalLog
from inspect_ai.scorer import Score
from inspect_ai.solver import Generate, Solver, TaskState, solver
from lm_eval import simple_evaluate  # type: ignore[import-untyped]
from lm_eval.tasks import TaskManager  # type: ignore[import-untyped]

from glassbox.harness.data.arithmetic import dataset as builders
from glassbox.harness.data.arithmetic.dataset import Origin
from glassbox.harness.lm.shipped import shipped_models
from glassbox.harness.lm_eval.model import OpenLM
from glassbox.harness.records.attempt import STORE_KEY
from glassbox.scorers.ir import ir_scorers
from glassbox.solvers.arithmetic.text import choose_shots
from glassbox.solvers.ir_head import ir_head
from glassbox.solvers.regex_pipeline import RegexPipeline, regex_pipeline
from glassbox.tasks import ir_arith as inspect_tasks
from glassbox.tasks.lm_eval.ir import verdict

torch.set_num_threads(1)
TASKS = Path(__file__).resolve().parents[3] / "tasks" / "lm_eval"
VERDICTS = ("semantic", "structural", "parse_failure")

RIGHT = (" 69 - 49", "69 \N{MINUS SIGN} 49 = 20", " 69 - 49 - 0", " 69 - 49\nQuestion: Add 1 and 2.", " 40 / 2")
RIGHT_BUT_OUT_OF_RANGE = (" 2000 - 1980", " 1,069 - 1,049", " 10 - -10")
WRONG_BUT_VALID = (" 49 - 69", " 69 + 49", " sum(1..10)")
NEITHER_VALID_NOR_RIGHT = (" 7 / 0", " 99999 * 99999")
UNREADABLE = ("", "\n\n", " I think it is 20", " 20", " 69 -", " (69 - 49", " 69 - 49 apples", " 69 - 49.5")
RESPONSES = (*RIGHT, *RIGHT_BUT_OUT_OF_RANGE, *WRONG_BUT_VALID, *NEITHER_VALID_NOR_RIGHT, *UNREADABLE)


def arith() -> str:
    """The shipped model's name."""
    if "arith" not in shipped_models():
        pytest.skip("no model arith in baselines/models; `glassbox models train arith` makes it")
    return "arith"


def run_lm_eval(model: Any, task: str, **settings: Any) -> dict[str, Any]:
    problems = settings.pop("problems", {})
    manager = TaskManager(
        include_path=str(TASKS), include_defaults=False, metadata={"pretrained": "arith", "problems": problems}
    )
    found: dict[str, Any] = simple_evaluate(model, tasks=[task], task_manager=manager, bootstrap_iters=0, **settings)
    return found


def run_inspect(task: Task, chosen: Solver, logs: Path) -> EvalLog:
    (log,) = eval(task, solver=chosen, model="open/arith", log_dir=str(logs), display="none", log_realtime=False)
    assert log.status == "success", log.error
    return log


def scores_of(scores: dict[str, Score] | None) -> tuple[Any, ...]:
    assert scores is not None
    return tuple(scores[name].value for name in VERDICTS)


@solver
def reads_given_completion() -> Solver:
    """The reading half of `regex_pipeline`, on a completion that stands in the sample."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        (attempt,) = RegexPipeline((), 48, 32).read([state.metadata["completion"]])
        attempt.keep(state)
        return state

    return solve


def test_both_show_the_same_problems_and_judge_the_models_answers_alike(tmp_path: Path) -> None:
    name = "ir_arith_word_problems"  # the split on which the model errs
    model = OpenLM(arith(), batch_size=32)
    task = inspect_tasks.ir_arith(split="word_problems", n=60)
    theirs = run_inspect(task, regex_pipeline(), tmp_path)
    ours = run_lm_eval(model, name, problems={"n": 60})
    assert theirs.samples is not None
    mine = {sample["doc"]["id"]: sample for sample in ours["samples"][name]}
    assert list(mine) == [sample.id for sample in task.dataset]
    assert len(mine) == len(theirs.samples) == 60
    for sample in theirs.samples:
        same = mine[str(sample.id)]
        assert same["arguments"][0][0] == sample.messages[0].text
        assert same["resps"][0][0] == sample.store[STORE_KEY]["completion"]
        assert same["target"] == sample.target
        assert tuple(same[score] for score in VERDICTS) == scores_of(sample.scores)
    assert 0.3 < ours["results"][name]["semantic,none"] == accuracy(theirs, "semantic") <= 1
    assert ours["results"][name]["structural,none"] == accuracy(theirs, "structural")
    assert ours["versions"][name] == inspect_tasks.VERSION == theirs.eval.task_version


def accuracy(log: EvalLog, scorer: str) -> Any:
    assert log.results is not None
    (found,) = [score.metrics for score in log.results.scores if score.name == scorer]
    return found["accuracy"].value


def test_ir_head_is_the_same_part_and_reads_the_same_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBOX_ARTEFACTS", str(tmp_path / "parts"))
    settings: dict[str, Any] = {"examples": 400, "epochs": 3, "hidden": 32}
    model = OpenLM(arith(), solver="ir_head", batch_size=60, **settings)
    ours = run_lm_eval(model, "ir_arith", problems={"n": 60})
    (artefact,) = model.get_model_info()["artefacts"]
    theirs = run_inspect(inspect_tasks.ir_arith(n=60), ir_head(**settings), tmp_path)
    assert theirs.samples is not None
    mine = {sample["doc"]["id"]: sample for sample in ours["samples"]["ir_arith"]}
    for sample in theirs.samples:
        attempt = sample.store[STORE_KEY]
        assert attempt["artefact"] == artefact
        assert mine[str(sample.id)]["resps"][0][0] == attempt["program"]
        assert tuple(mine[str(sample.id)][name] for name in VERDICTS) == scores_of(sample.scores)
    assert len({sample["resps"][0][0] for sample in mine.values()}) > 30
    assert ours["results"]["ir_arith"]["semantic,none"] == accuracy(theirs, "semantic")


def test_the_same_responses_get_the_same_verdicts(tmp_path: Path) -> None:
    problem = builders.test_problems(Origin(family="single"), "fixed", 16, 0)[0][1]
    assert (problem.question, problem.answer) == ("Subtract 49 from 69", 20)
    (sample,) = builders.samples([problem], Origin(family="single"), "one")
    dataset = [
        sample.model_copy(update={"id": index, "metadata": {**(sample.metadata or {}), "completion": response}})
        for index, response in enumerate(RESPONSES)
    ]
    task = Task(dataset=dataset, solver=reads_given_completion(), scorer=ir_scorers(high=1000))
    (log,) = eval(task, model="none/none", log_dir=str(tmp_path), display="none", log_realtime=False)
    assert log.status == "success", log.error
    assert log.samples is not None
    document = {"target": sample.target, "high": 1000}
    found = {response: tuple(verdict(document, [response])[name] for name in VERDICTS) for response in RESPONSES}
    assert found == {s.metadata["completion"]: scores_of(s.scores) for s in log.samples}
    assert {found[response] for response in RIGHT} == {(1, 1, 0)}
    assert {found[response] for response in RIGHT_BUT_OUT_OF_RANGE} == {(1, 0, 0)}
    assert {found[response] for response in WRONG_BUT_VALID} == {(0, 1, 0)}
    assert {found[response] for response in NEITHER_VALID_NOR_RIGHT} == {(0, 0, 0)}
    assert {found[response] for response in UNREADABLE} == {(0, 0, 1)}


@pytest.mark.parametrize(
    ("name", "family", "split"),
    [
        ("ir_arith", "single", "held_out_both"),
        ("ir_arith_iid", "single", "iid"),
        ("ir_arith_held_out_templates", "single", "held_out_templates"),
        ("ir_arith_held_out_operands", "single", "held_out_operands"),
        ("ir_arith_word_problems", "single", "word_problems"),
        ("ir_arith_fixed", "single", "fixed"),
        ("ir_multi_op", "chain", "held_out_both"),
        ("ir_multi_op_fixed", "chain", "fixed"),
        ("ir_loop", "loop", "held_out_both"),
        ("ir_loop_fixed", "loop", "fixed"),
    ],
)
def test_every_task_holds_the_builders_problems(name: str, family: Any, split: Any) -> None:
    manager = TaskManager(include_path=str(TASKS), include_defaults=False, metadata={"problems": {"n": 20, "seed": 3}})
    documents = manager.load([name])["tasks"][name].eval_docs
    problems, _ = builders.test_problems(Origin(family=family), split, 20, 3)
    assert [document["id"] for document in documents] == [problem.id for problem in problems]
    assert [document["target"] for document in documents] == [str(problem.answer) for problem in problems]
    assert {document["split"] for document in documents} == {split}


def test_every_task_file_is_in_the_index_and_groups_hold_what_they_name() -> None:
    manager = TaskManager(include_path=str(TASKS), include_defaults=False)
    assert manager.all_groups == ["glassbox_ir", "glassbox_ir_splits"]
    assert len(manager.all_subtasks) == len(list(TASKS.glob("*.yaml"))) - 3
    assert set(manager.load(["glassbox_ir"])["tasks"]) == {"ir_arith", "ir_multi_op", "ir_loop"}


def test_shots_are_the_examples_that_solvers_choose() -> None:
    manager = TaskManager(include_path=str(TASKS), include_defaults=False, metadata={"problems": {"n": 2}})
    task = manager.load(["ir_arith"])["tasks"]["ir_arith"]
    document = task.eval_docs[0]
    for count in (0, 1, 4):
        shots = choose_shots("another model", count, Origin(family="single"))
        assert task.fewshot_context(document, count) == RegexPipeline(shots, 8, 32).prompt(document["question"])
        assert document["question"] not in [shot.question for shot in shots]


@pytest.mark.parametrize(
    ("problems", "message"),
    [
        ({"sede": 1}, "^problems setting sede is unknown; there are n, seed, source, path, high$"),
        ({"source": "svamp"}, "source=svamp needs path="),
        ({"n": 0}, "n is 0"),
    ],
)
def test_a_setting_of_the_problems_that_is_unknown_or_impossible_is_refused(
    problems: dict[str, Any], message: str
) -> None:
    manager = TaskManager(include_path=str(TASKS), include_defaults=False, metadata={"problems": problems})
    with pytest.raises(ValueError, match=message):
        manager.load(["ir_arith"])


def test_an_official_file_is_shown_with_its_own_largest_operand(shared_data: Any) -> None:
    path = str(shared_data("svamp/SVAMP.json"))
    origin = Origin(family="single", source="svamp", path=path)
    problems, _ = builders.test_problems(origin, "fixed", 50, 0)
    metadata = {"problems": {"source": "svamp", "path": path, "n": 50}}
    manager = TaskManager(include_path=str(TASKS), include_defaults=False, metadata=metadata)
    documents = manager.load(["ir_arith"])["tasks"]["ir_arith"].eval_docs
    assert [document["id"] for document in documents] == [problem.id for problem in problems]
    assert documents[0]["origin"] == origin.model_dump()
    assert documents[0]["high"] >= 1000
