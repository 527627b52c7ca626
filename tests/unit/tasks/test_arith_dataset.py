"""From task arguments to problems and samples: the right side of the right source, or one line that says why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from inspect_ai import Task

from glassbox.harness.data.arithmetic.dataset import (
    Origin,
    Source,
    SplitName,
    fit_problems,
    largest_operand,
    locate,
    samples,
)
from glassbox.harness.data.arithmetic.dataset import (
    test_problems as problems_of,
)
from glassbox.harness.data.arithmetic.generate import CANARY
from glassbox.harness.data.problem import Problem
from glassbox.harness.data.readers import SourceError
from glassbox.harness.ir.program import Op, chain, single
from glassbox.harness.ir.text import parse
from glassbox.tasks.ir_arith import ir_arith, ir_loop, ir_multi_op

SharedPath = Callable[[str], Path]
SINGLE = Origin(family="single")
OFFICIAL: dict[Source, str] = {
    "single_op": "arith_single_op/single_op.jsonl",
    "svamp": "svamp/SVAMP.json",
    "mawps": "mawps",
    "gsm8k": "gsm8k/test.jsonl",
    "gpt3_arithmetic": "gpt3_arithmetic",
}


def ids(task: Task) -> list[str | int | None]:
    return [sample.id for sample in task.dataset]


def test_a_sample_holds_all_that_scorers_and_controls_need_and_the_canary() -> None:
    problem = Problem("Subtract 49 from 69", 20, single(Op.SUBTRACT, 69, 49), "t", "iid", {"op": "subtract"})
    (sample,) = samples([problem], SINGLE, "ir_arith/iid")
    assert (sample.id, sample.input, sample.target) == (problem.id, "Subtract 49 from 69", "20")
    assert sample.metadata == {
        "program": "69 - 49",
        "template": "t",
        "split": "iid",
        "origin": {"family": "single", "source": "generated", "path": None},
        "canary": CANARY,
        "op": "subtract",
    }
    assert CANARY.startswith("glassbox:")


def test_a_tag_never_hides_what_solvers_and_scorers_rely_on() -> None:
    tags = dict.fromkeys(("origin", "program", "canary", "distractors"), "mine")
    (sample,) = samples([Problem("q", 5, single(Op.ADD, 2, 3), "t", "s", tags)], SINGLE, "any")
    assert sample.metadata is not None
    assert Origin.model_validate(sample.metadata["origin"]) == SINGLE
    assert (sample.metadata["program"], sample.metadata["canary"]) == ("2 + 3", CANARY)
    assert {sample.metadata[name] for name in ("tag_origin", "tag_program", "tag_canary", "distractors")} == {"mine"}


@pytest.mark.parametrize("task", [ir_arith, ir_multi_op, ir_loop])
def test_a_task_shows_a_thousand_problems_of_the_hardest_split_and_the_same_ones_each_time(task: type[Task]) -> None:
    made = task()
    assert len(made.dataset) == 1000
    assert {sample.metadata["split"] for sample in made.dataset if sample.metadata} == {"held_out_both"}
    assert ids(made) == ids(task())
    assert len(set(ids(made))) == 1000
    assert str(made.version) == "1-A"


@pytest.mark.parametrize("split", ["train", "iid", "held_out_templates", "held_out_operands", "word_problems", "fixed"])
def test_every_split_can_be_asked_for_by_name(split: SplitName) -> None:
    task = ir_arith(split=split, n=10)
    assert len(task.dataset) == 10
    assert {s.metadata["split"] for s in task.dataset if s.metadata} == {split}
    assert task.metadata is not None
    assert task.metadata["split"] == split


def test_another_seed_shows_other_problems() -> None:
    assert set(ids(ir_arith(n=50))) != set(ids(ir_arith(n=50, seed=1)))


def test_fit_problems_of_generated_sources_are_training_problems_only() -> None:
    for family in ("single", "chain", "loop"):
        drawn = fit_problems(Origin(family=family), 100, 0)
        assert len(drawn) == 100
        assert {p.split for p in drawn} == {"train"}


def test_real_wording_without_a_fit_side_of_its_own_is_learned_from_generated_problems(shared_data: SharedPath) -> None:
    origin = Origin(family="single", source="svamp", path=str(shared_data("svamp/SVAMP.json")))
    assert fit_problems(origin, 20, 0) == fit_problems(SINGLE, 20, 0)


def test_single_op_is_fitted_on_two_thirds_and_tested_on_the_other_third(shared_data: SharedPath) -> None:
    origin = Origin(family="single", source="single_op", path=str(shared_data("arith_single_op/single_op.jsonl")))
    fit = fit_problems(origin, 100_000, 0)
    test, _ = problems_of(origin, "held_out_both", 100_000, 0)
    assert len(fit) > 1.9 * len(test) > 700
    assert {p.id for p in fit} & {p.id for p in test} == set()
    assert {p.question.lower() for p in fit} & {p.question.lower() for p in test} == set()
    assert fit_problems(origin, 10, 0) == fit[:10]


@pytest.mark.parametrize("source", list(OFFICIAL))
def test_official_sources_carry_their_own_name_and_range(source: Source, shared_data: SharedPath) -> None:
    task = ir_arith(source=source, path=str(shared_data(OFFICIAL[source])), n=30)
    assert len(task.dataset) == 30
    assert task.metadata is not None
    assert task.metadata["split"] == source
    for sample in task.dataset:
        assert sample.metadata is not None
        assert sample.metadata["origin"]["source"] == source
        if sample.metadata["program"] is not None:
            parse(sample.metadata["program"])


def test_the_range_of_a_source_is_its_largest_literal_operand() -> None:
    problems = [
        Problem("q", 5, single(Op.ADD, 2, 3), "t", "s"),
        Problem("r", 1, chain(4000, (Op.SUBTRACT, 3999)), "t", "s"),
        Problem("s", 1, None, "t", "s"),
    ]
    assert largest_operand(problems) == 4000
    assert largest_operand(problems[2:]) == 0


def test_a_relative_path_counts_from_the_shell_that_inspect_was_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shell").mkdir()
    (tmp_path / "shell" / "data.jsonl").write_text("")
    (tmp_path / "tasks").mkdir()
    monkeypatch.chdir(tmp_path / "tasks")
    monkeypatch.setenv("PWD", str(tmp_path / "shell"))
    assert locate("data.jsonl", "single_op") == str(tmp_path / "shell" / "data.jsonl")
    assert locate(str(tmp_path / "x.json"), "svamp") == str(tmp_path / "x.json")


def test_bad_arguments_are_named_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="source=svamp needs path=") as no_path:
        ir_arith(source="svamp")
    with pytest.raises(SourceError, match=r"absent\.json") as absent:
        ir_arith(source="svamp", path=str(tmp_path / "absent.json"))
    with pytest.raises(
        ValueError, match="split word_problems exists for single operations only, not for loops"
    ) as words:
        ir_loop(split="word_problems")
    with pytest.raises(ValueError, match="split=held_out is none of train, iid") as unknown:
        ir_arith(split="held_out")  # type: ignore[arg-type]
    for caught in (no_path, absent, words, unknown):
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("n", [0, -1])
@pytest.mark.parametrize("split", ["held_out_both", "fixed"])
def test_fewer_than_one_problem_is_refused_for_every_split(n: int, split: SplitName) -> None:
    with pytest.raises(ValueError, match=f"n={n} should be greater than or equal to 1"):
        ir_arith(split=split, n=n)


@pytest.mark.parametrize("n", [0, -1])
def test_fewer_than_one_problem_is_refused_for_official_sources_too(n: int, shared_data: SharedPath) -> None:
    with pytest.raises(ValueError, match=f"n={n} should be greater than or equal to 1"):
        ir_arith(source="svamp", path=str(shared_data("svamp/SVAMP.json")), n=n)
