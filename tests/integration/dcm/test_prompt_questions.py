"""Each analysis of soft prompts on a real checkpoint, from the command line to JSON, picture and page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as evaluate

from glassbox.harness.cli.commands import prepared
from glassbox.harness.records.answer import Answer, answers_in
from glassbox.harness.stats.estimate import Estimate
from glassbox.solvers.dcm import dcm
from glassbox.studies.prompt_questions.command import NAMES
from glassbox.studies.prompt_questions.inquiry import Inquiry
from glassbox.tasks.soft_prompt import dcm_squad

Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one analysis has searched, the next one reads."""
    return tmp_path_factory.mktemp("prompts")


@pytest.fixture
def ask(shared_models: Callable[[str], Path], store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Run `glassbox prompt-questions NAME`, and read what it wrote."""
    monkeypatch.setenv("GLASSBOX_ARTEFACTS", str(store))
    model = shared_models("stories260K")

    def run(name: str, *given: str, tag: str = "") -> Answer:
        out = tmp_path / "soft_prompts"
        own = ["--model", str(model), "--device", "cpu", "--out", str(out), "--tag", tag]
        command = prepared("prompt-questions", [name, *own, *given])
        assert command() == 0
        stem = f"{name}-stories260K-{tag}" if tag else f"{name}-stories260K"
        answer = answers_in(out, NAMES)[stem]
        assert answer.question in (tmp_path / "soft_prompts.md").read_text()
        assert (out / f"{stem}.png").stat().st_size > 5_000
        return answer

    return run


def estimates(answer: Answer, column: str) -> dict[tuple[str | int, ...], float]:
    found = {tuple(row.setting.values()): row.figures[column] for row in answer.rows}
    return {
        key: figure.value if isinstance(figure, Estimate) else figure
        for key, figure in found.items()
        if figure is not None
    }


def test_a_sweep_fails_at_one_vector_and_holds_at_32_with_controls_at_0(ask: Ask, store: Path) -> None:
    given = ("--n", "2", "--k", "1:1", "32", "-S", "steps=60", "-S", "restarts=1", "-S", "seed=1")
    answer = ask("sweep", *given)
    assert estimates(answer, "exact both") == {(1, 1): 0.0, (32, 2): 1.0}
    assert set(estimates(answer, "shuffled pairs").values()) == {0.0}
    assert set(estimates(answer, "random vectors").values()) == {0.0}
    assert answer.origin is not None
    assert answer.origin.command == (
        "glassbox prompt-questions sweep --model stories260K --n 2 --k 1:1 32 -S steps=60 -S restarts=1 -S seed=1"
    )
    # What is kept is read again: not a byte is written, and the cost is that of the first run.
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*.json")}
    assert ask("sweep", *given) == answer
    assert {path: path.stat().st_mtime_ns for path in store.rglob("*.json")} == before


def test_restarts_end_in_different_places_that_all_write_the_pair(ask: Ask) -> None:
    answer = ask("agreement", "--n", "2", "--seeds", "2")
    cosines = estimates(answer, "cosine, a position")
    assert abs(cosines["same pair, other seed", "as found"]) < 0.15
    assert abs(cosines["random, same norms", "as found"]) < 0.15
    assert cosines["own start", "as found"] > 0.2
    assert len(answer.points["same pair, other seed"]) == 2
    assert answer.notes[0].startswith("2 of 2 pairs are solved by all 2 seeds")


def test_found_vectors_are_no_tokens(ask: Ask) -> None:
    answer = ask("nearest", "--n", "2")
    apart, norms = estimates(answer, "distance to the nearest token"), estimates(answer, "norm")
    assert apart[("found",)] > 2 * apart[("tokens",)]
    assert norms[("start",)] == pytest.approx(norms[("tokens",)], rel=0.1)
    assert "0.0 % [0.0, 65.8] of pairs are still written" in answer.sentence
    for bins in answer.points.values():
        assert sum(density for _, density in bins) * (bins[1][0] - bins[0][0]) == pytest.approx(1, abs=1e-3)


def test_data_sets_are_compared_with_what_did_not_fit_the_context(ask: Ask) -> None:
    answer = ask("datasets", "--data", "squad", "arithmetic", "--n", "2", tag="two")
    assert estimates(answer, "exact both") == {
        ("squad", 2, *tokens(answer, 0)): 1.0,
        ("arithmetic", 2, *tokens(answer, 1)): 1.0,
    }
    assert answer.notes == (
        "Tokens are medians, stop token included.",
        "Tokens that the model's output layer hardly tells from another (cosine 0.99 or more): "
        "0 % of squad, 10 % of arithmetic.",
    )


def test_of_an_unfinished_search_what_is_kept_is_shown_and_what_is_missing_told(ask: Ask) -> None:
    given = ("--data", "squad", "--n", "2", "-S", "seed=7", "-S", "steps=5", "-S", "restarts=1")
    with pytest.raises(ValueError, match="no pair of squad was searched"):
        ask("datasets", *given, "--kept")
    ask("datasets", *given, "--limit", "1")
    answer = ask("datasets", *given, "--kept")
    assert answer.rows[0].setting["n"] == 1
    assert answer.notes[-1] == "Left out of squad: 1 not searched to an end (the share is an upper bound)."


def tokens(answer: Answer, row: int) -> tuple[str | int, ...]:
    return tuple(answer.rows[row].setting[name] for name in ("tokens Q", "tokens A"))


def test_vectors_are_told_from_starts_by_their_data_set_or_not_at_all(ask: Ask) -> None:
    answer = ask("clusters", "--data", "squad", "arithmetic", "--n", "6")
    pure = estimates(answer, "neighbours of the same data set")
    assert pure["text lengths", "log tokens"] > 0.9
    assert pure["start", "one long vector"] < 0.75
    assert [len(points) for points in answer.points.values()] == [6, 6]


def test_a_sweep_is_read_from_logs_of_the_same_pairs_that_differ_in_k_alone(
    ask: Ask, shared_models: Callable[[str], Path], tmp_path: Path
) -> None:
    logs, model = tmp_path / "logs", shared_models("stories260K")

    def evaluated(**given: Any) -> None:
        (log,) = evaluate(
            dcm_squad,
            task_args={"n": 1},
            model=f"open/{model}",
            model_args={"device": "cpu"},
            solver=dcm(restarts=1, baselines=False, **given),
            log_dir=str(logs),
            display="none",
        )
        assert log.status == "success", log.error

    with pytest.raises(ValueError, match="holds no complete run of dcm_squad --solver dcm on stories260K"):
        ask("sweep", "--logs", str(logs))
    evaluated(k=1, steps=5)
    answer = ask("sweep", "--logs", str(logs))
    assert estimates(answer, "exact both") == {(1, 1): 0.0}
    assert estimates(answer, "steps") == {(1, 1): 5.0}
    assert answer.origin is not None
    assert answer.origin.provenance["device"] == "cpu"
    evaluated(k=2, steps=6)
    with pytest.raises(ValueError, match="differ in steps, not in k alone"):
        ask("sweep", "--logs", str(logs))


def test_agreement_of_one_seed_and_groups_of_one_data_set_are_refused(
    shared_models: Callable[[str], Path],
) -> None:
    def answer(name: str, *given: str) -> Answer:
        model = str(shared_models("stories260K"))
        args = prepared("prompt-questions", [name, "--model", model, *given]).args[0]
        return Inquiry(args, lambda stage, done, total: None).answer(name)

    with pytest.raises(ValueError, match="1 seed has nothing to agree with"):
        answer("agreement", "--seeds", "1", "--n", "2")
    with pytest.raises(ValueError, match="1 data set has no other to be told from"):
        answer("clusters", "--data", "squad")
