"""The soft-prompt tasks: what their samples hold, which model they take, and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from inspect_ai import Task, eval
from inspect_ai.model import ModelName
from inspect_ai.scorer import Target
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.harness.data.grids import from_text
from glassbox.harness.data.pair import pair_of
from glassbox.harness.data.readers.source import SourceError
from glassbox.harness.plugins.registered import registered
from glassbox.harness.records.frames import load_logs
from glassbox.harness.records.prompted import TARGETS, Prompted, TargetName, TargetRecord
from glassbox.tasks.prompting.dataset import draw_pairs
from glassbox.tasks.soft_prompt import dcm_arc, dcm_arithmetic, dcm_nq, dcm_squad, dcm_sudoku, dcm_tier, dcm_triviaqa

SharedPath = Callable[[str], Path]


@solver
def write_both() -> Solver:
    """A control that holds both texts of the sample's pair to the letter."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        pair = pair_of(state)
        texts: dict[TargetName, str] = {"question": pair.question, "answer": pair.answer}
        record = Prompted(
            targets={
                name: TargetRecord(
                    target=texts[name],
                    decoded=texts[name],
                    exact=True,
                    first_token=True,
                    token_accuracy=1,
                    horizon=len(texts[name]),
                    tokens=len(texts[name]),
                    loss=0.01,
                    loss_random=4,
                )
                for name in TARGETS
            },
            steps=1,
            restarts=1,
            k=1,
            seconds=0.5,
            model_calls=1,
            artefact=None,
            converged=True,
        )
        record.keep(state)
        return state

    return solve


def state_of(task: Task, at: int = 0) -> TaskState:
    sample = task.dataset[at]
    return TaskState(
        model=ModelName("none/none"),
        sample_id=sample.id or "",
        epoch=1,
        input=sample.input,
        messages=[],
        target=Target(sample.target),
        metadata=sample.metadata,
    )


@pytest.mark.parametrize(
    ("make", "tier", "family", "grid"),
    [
        (dcm_squad, "1", "squad", None),
        (dcm_arithmetic, "3a", "arithmetic", None),
        (dcm_sudoku, "3b", "sudoku", "sudoku"),
        (dcm_arc, "4", "arc", "arc"),
    ],
)
def test_a_task_draws_its_own_set_with_tier_and_version(
    make: Callable[..., Task], tier: str, family: str, grid: str | None
) -> None:
    task = make(n=6, seed=4)
    assert (len(task.dataset), task.version, task.metadata and task.metadata["tier"]) == (6, "1-A", tier)
    assert task.metadata is not None
    assert task.metadata["split"] == "generated"
    again, other = make(n=6, seed=4), make(n=6, seed=5)
    assert [sample.id for sample in again.dataset] == [sample.id for sample in task.dataset]
    assert again.metadata is not None
    assert other.metadata is not None
    assert again.metadata["data"] == task.metadata["data"] != other.metadata["data"]
    for sample in task.dataset:
        assert sample.metadata is not None
        assert (sample.metadata["tier"], sample.metadata["family"], sample.metadata["grid"]) == (tier, family, grid)
        assert sample.metadata["canary"].startswith("glassbox:")


def test_the_pair_comes_back_from_the_sample_with_its_id() -> None:
    pairs = draw_pairs("squad", None, 5, 0).pairs
    task = dcm_squad(n=5)
    for at, pair in enumerate(pairs):
        state = state_of(task, at)
        assert pair_of(state) == pair
        assert pair_of(state).id == state.sample_id
    state.metadata.clear()
    with pytest.raises(LookupError, match="holds no question-answer pair; use a dcm_ task"):
        pair_of(state)


def test_the_reference_model_is_the_default() -> None:
    assert str(dcm_squad(n=1).model) == "open/arith"


def test_perfect_vectors_score_one_everywhere_they_are_asked(tmp_path: Path) -> None:
    for task in (dcm_squad(n=3), dcm_sudoku(n=2), dcm_arc(n=3)):
        (log,) = eval(task, model="none/none", solver=write_both(), log_dir=str(tmp_path), display="none")
        assert log.status == "success", log.error
    for run in load_logs(tmp_path):
        for score in ("exact_both", "exact_question", "exact_answer", "converged_both", "recognised_answer"):
            assert run.metric(score, "accuracy") == 1
        assert run.metric("solved", "accuracy") == (1 if run.task == "dcm_sudoku" else None)
        assert run.metric("right_grid", "accuracy") == (1 if run.task == "dcm_arc" else None)
        assert run.metric("seconds", "per_minute") == 120


def test_a_tier_draws_all_of_its_generated_sets_and_tier_2_has_none() -> None:
    task = dcm_tier(tier="3b", n=2)
    assert task.metadata is not None
    assert (len(task.dataset), task.metadata["tier"]) == (2, "3b")
    with pytest.raises(ValueError, match=r"tier 2 has no generated data \(tiers 1, 3a, 3b, 4 have\)"):
        dcm_tier(tier="2")


@pytest.mark.parametrize("make", [dcm_triviaqa, dcm_nq])
def test_knowledge_asks_for_its_file(make: Callable[..., Task]) -> None:
    with pytest.raises(SourceError, match="needs path=: the official file"):
        make()


def test_settings_that_can_do_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="n=0 should be greater than or equal to 1"):
        dcm_squad(n=0)
    with pytest.raises(ValueError, match="generated pairs need a seed"):
        dcm_arc(seed=None)
    with pytest.raises(ValueError, match="longest=3 leaves no pair; the shortest has"):
        dcm_squad(longest=3)
    with pytest.raises(ValueError, match="arithmetic from a file needs source="):
        dcm_arithmetic(path="two_digit_addition.jsonl")


def test_official_squad_is_drawn_by_seed_or_from_the_start(shared_data: SharedPath) -> None:
    path = str(shared_data("squad/squad-v2.0-dev-half.json"))
    first = dcm_squad(path=path, n=3, seed=None)
    assert [sample.input for sample in first.dataset][:2] == [
        "In what country is Normandy located?",
        "When were the Normans in Normandy?",
    ]
    assert first.metadata is not None
    assert first.metadata["split"] == "squad"
    assert first.metadata["left_out"] == {"squad": {"unanswerable": 3168}}
    assert first.metadata["file_sha256"]["squad"].startswith("e67e5969b6dc6c16")
    drawn = dcm_squad(path=path, n=100)
    titles = {(sample.metadata or {})["tags"]["title"] for sample in drawn.dataset}
    assert len(drawn.dataset) == 100
    assert len(titles) > 5
    assert all((sample.metadata or {})["pair_context"] for sample in drawn.dataset)


def test_official_knowledge_boards_and_patterns(shared_data: SharedPath) -> None:
    trivia = dcm_triviaqa(path=str(shared_data("triviaqa/triviaqa-500.jsonl")), n=100)
    queries = dcm_nq(path=str(shared_data("nq_open/NQ-open.dev.jsonl")), n=100)
    boards = dcm_sudoku(path=str(shared_data("sudoku/sudoku.jsonl")), n=100)
    grids = dcm_arc(path=str(shared_data("arc_agi_1/training.jsonl")), n=100, longest=109)
    assert [len(task.dataset) for task in (trivia, queries, boards, grids)] == [100, 100, 100, 100]
    assert "Mark Twain" in json.loads(
        (
            dcm_triviaqa(path=str(shared_data("triviaqa")) + "/triviaqa-500.jsonl", n=1, seed=None).dataset[0].metadata
            or {}
        )["tags"]["aliases"]
    )
    for sample in grids.dataset:
        assert max(len(str(sample.input)), len(str(sample.target))) <= 109
        assert from_text(str(sample.input))
    assert grids.metadata is not None
    assert grids.metadata["left_out"]["arc"]["too_long"] > 0


def test_official_arithmetic_keeps_its_own_wording(shared_data: SharedPath) -> None:
    task = dcm_arithmetic(
        path=str(shared_data("gpt3_arithmetic/two_digit_addition.jsonl")), source="gpt3_arithmetic", n=2, seed=None
    )
    assert task.metadata is not None
    assert task.metadata["split"] == "gpt3_arithmetic"
    assert [(sample.input, sample.target) for sample in task.dataset] == [
        ("What is 98 plus 45?", "143"),
        ("What is 95 plus 58?", "153"),
    ]


def test_every_task_is_registered() -> None:
    names = {"dcm_squad", "dcm_triviaqa", "dcm_nq", "dcm_arithmetic", "dcm_sudoku", "dcm_arc", "dcm_tier"}
    assert names <= set(registered("task"))
