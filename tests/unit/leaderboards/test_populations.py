"""A share of these problems, and of new templates: on boards, in criteria and in claims."""

from __future__ import annotations

from dataclasses import replace

import pytest
from inspect_ai import Task, eval, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.solver import Generate, Solver, TaskState, solver

from glassbox.harness.records.attempt import Attempt
from glassbox.harness.records.frames import RunRecord, load_logs
from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.stats.intervals import wilson
from glassbox.harness.stats.shares import clustered_share
from glassbox.leaderboards.board import tables
from glassbox.leaderboards.claims.claim import load_books
from glassbox.leaderboards.claims.headers import Extreme, Metric
from glassbox.leaderboards.claims.ledger import ledger
from glassbox.leaderboards.claims.samples import Share
from glassbox.leaderboards.claims.verdict import Standing
from glassbox.leaderboards.populations import beyond_of
from glassbox.leaderboards.success import success
from glassbox.scorers.ir import ir_scorers

TEMPLATES, EACH = 12, 10


@task(name="inspect_ai/ir_arith")
def clustered() -> Task:
    samples = [
        Sample(
            id=f"{template}-{at}",
            input=f"Say {template} {at}",
            target="7",
            metadata={"program": "3 + 4", "template": f"t{template}", "split": "held_out_both", "number": template},
        )
        for template in range(TEMPLATES)
        for at in range(EACH)
    ]
    return Task(dataset=MemoryDataset(samples), scorer=ir_scorers(), version="1-A")


@solver(name="inspect_ai/ir_head")
def knows(templates: int = TEMPLATES) -> Solver:
    """Right on all questions of the first templates and wrong on the others."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        right = int(state.metadata["number"]) < templates
        Attempt(program="3 + 4" if right else "3 + 5", value=7 if right else 8, model_calls=1).keep(state)
        return state

    return solve


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[int, RunRecord]:
    """By how many templates the head knows."""
    found = {}
    for templates in (9, TEMPLATES):
        folder = tmp_path_factory.mktemp("clustered")
        eval(clustered(), solver=knows(templates), model="none/none", log_dir=str(folder), display="none")
        [found[templates]] = load_logs(folder)
    return found


def _groups() -> list[int]:
    return [template for template in range(TEMPLATES) for _ in range(EACH)]


def test_nine_templates_of_twelve_are_three_quarters_of_these_problems_and_hardly_known_of_new_ones(
    runs: dict[int, RunRecord],
) -> None:
    found = beyond_of(runs[9], "semantic")
    assert found is not None
    these, new = wilson(90, 120), clustered_share([float(group < 9) for group in _groups()], _groups())
    assert (found.these.low, found.these.high) == (these.low, these.high)
    assert (found.share.low, found.share.high) == (new.low, new.high)
    assert new.high - new.low > 2.5 * (these.high - these.low)
    assert found.words == f"12 templates; these problems {found.these.text}"


def test_a_board_shows_both_and_says_what_the_second_means(runs: dict[int, RunRecord]) -> None:
    [table] = tables([runs[9]])
    titles = [column.title for column in table.columns]
    at = titles.index("new templates")
    assert titles[at - 1] == "semantic"
    assert table.rows[0].cells[at - 1].text == "75.0 [66.6, 81.9]"
    assert table.rows[0].cells[at].text.startswith("[4")
    assert (table.rows[0].facts["cluster"], table.rows[0].facts["clusters"]) == ("template", 12)
    assert any(
        note.startswith("new templates: the interval for questions from others than these 12") for note in table.notes
    )


def test_a_criterion_and_a_claim_that_samples_would_support_are_undetermined_on_twelve_templates(
    runs: dict[int, RunRecord],
) -> None:
    """All of 120 right: Wilson's interval begins at 96.9 %, that of twelve templates at 73.5 %."""
    head = runs[TEMPLATES]
    [semantic] = [
        line for line in success(head, replace(head, solver="regex_pipeline")).criteria if "semantic" in line.name
    ]
    assert semantic.measured is not None
    assert semantic.measured.low == pytest.approx(0.025 ** (1 / 12))
    assert (semantic.verdict.value, semantic.note) == (
        "undetermined",
        "n = 120 in 12 templates; these problems 100.0 [96.9, 100.0]",
    )
    for statistic in (Metric(score="semantic"), Share(where={"score_semantic": 1})):
        measured = statistic.measure({"run": [head]}, ())
        assert measured.found is not None
        assert measured.found.low == pytest.approx(0.025 ** (1 / 12))
        assert measured.clusters == 12
    best = Extreme(of="best", score="semantic").measure({"run": [runs[9], head]}, ())
    assert best.found is not None
    assert best.found.low == pytest.approx(0.0125 ** (1 / 12))


def test_what_the_design_cannot_fail_is_no_support(runs: dict[int, RunRecord]) -> None:
    [book] = [book for book in load_books() if book.seed == "000"]
    [claim] = [claim for claim in book.claims if claim.id == "000.no_text_generated"]
    one = book.model_copy(update={"claims": (claim,)})
    [entry] = ledger([one], [replace(runs[TEMPLATES], split="held_out_both", solver_args_passed={})])
    assert (entry.standing, entry.note.rpartition("; ")[2]) == (Standing.BY_CONSTRUCTION, "a head generates nothing")
    assert claim.standing(Standing.REFUTED, Estimate.of_count(119, 120)) is Standing.REFUTED
    assert claim.standing(Standing.UNDETERMINED, Estimate.of_count(119, 120)) is Standing.UNDETERMINED
