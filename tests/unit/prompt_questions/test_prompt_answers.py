"""Figures, sentences and the page: what stands in docs/soft_prompts.md is what its JSON says."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from glassbox.harness.cli.commands import prepared
from glassbox.harness.records.answer import UnreadableAnswer, answers_in, text_of
from glassbox.harness.records.prompted import Prompted, TargetRecord
from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.tables.render import text_tables
from glassbox.studies.prompt_questions.command import NAMES
from glassbox.studies.prompt_questions.datasets import datasets
from glassbox.studies.prompt_questions.inquiry import Inquiry, settings_of, sizes_of
from glassbox.studies.prompt_questions.page import page
from glassbox.studies.prompt_questions.pairs import asked, draw
from glassbox.studies.prompt_questions.summary import summary
from glassbox.studies.prompt_questions.sweep import sweep

DOCS = Path(__file__).resolve().parents[3] / "docs"


def target(text: str, *, exact: bool) -> TargetRecord:
    return TargetRecord(
        target=text,
        decoded=text if exact else "",
        exact=exact,
        first_token=exact,
        token_accuracy=float(exact),
        horizon=3 * exact,
        tokens=3,
        loss=0.1,
        cross_exact=False,
    )


def record(question: bool, answer: bool, k: int = 8, **controls: bool) -> Prompted:
    return Prompted(
        targets={"question": target("q", exact=question), "answer": target("a", exact=answer)},
        steps=40,
        restarts=1,
        k=k,
        seconds=2.0,
        model_calls=41,
        artefact=None,
        converged=question and answer,
        controls={"shuffled_exact": False, "random_exact": False, **controls},
    )


def records(right: int, of: int = 20) -> list[Prompted]:
    return [record(True, at < right) for at in range(of)]


def test_a_summary_counts_targets_controls_and_cost_apart() -> None:
    found = summary([record(True, True, shuffled_exact=True), record(True, False)])
    estimates = {name: figure.value if isinstance(figure, Estimate) else figure for name, figure in found.items()}
    assert estimates["exact Q"] == 1.0
    assert estimates["exact A"] == estimates["exact both"] == estimates["shuffled pairs"] == 0.5
    assert estimates["tokens right"] == estimates["prefix right"] == 0.75
    assert estimates["random vectors"] == estimates["other mode"] == 0
    assert estimates["text hurt"] is None
    assert (estimates["steps"], estimates["restarts"], estimates["pairs a minute"]) == (40, 1, 30)


def test_tokens_count_alike_whatever_target_they_are_of_and_a_prefix_ends_at_the_first_mistake() -> None:
    held = record(True, False)
    parted = held.targets["answer"].model_copy(update={"tokens": 9, "token_accuracy": 8 / 9, "horizon": 3})
    [right, prefix] = [
        summary([held.model_copy(update={"targets": {**held.targets, "answer": parted}})])[name]
        for name in ("tokens right", "prefix right")
    ]
    assert [right, prefix] == pytest.approx([(3 + 8) / 12, (3 + 3) / 12])


def test_the_smallest_k_is_told_by_the_estimate_and_by_the_whole_interval() -> None:
    answer = sweep({4: records(3), 8: records(18), 16: records(20), 32: records(100, 100), 64: records(100, 100)})
    assert answer.sentence == (
        "K = 8 is the smallest measured that gives 90% by the estimate; "
        "K = 32 is the smallest measured that gives 90% with the whole 95 % interval above it"
    )


def test_a_lucky_k_among_failing_ones_is_not_the_smallest() -> None:
    answer = sweep({2: records(20), 4: records(5), 8: records(20)})
    assert answer.sentence.startswith("K = 8 is the smallest measured that gives 90% by the estimate; no measured K")


def test_a_data_set_without_a_pair_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no pair of arc was searched"):
        datasets({"squad": records(1), "arc": []}, {})


def test_what_was_left_out_and_why_stands_in_the_notes() -> None:
    answer = datasets({"squad": records(20)}, {"squad": {"unanswerable": 3168, "too_long": 2}})
    assert answer.sentence.endswith("squad 20 of 20")
    assert answer.notes[1] == "Left out of squad: 3,168 unanswerable, 2 too long."
    told = datasets({"squad": records(20)}, {}, {"squad": 0.482})
    assert (
        told.notes[1]
        == "Tokens that the model's output layer hardly tells from another (cosine 0.99 or more): 48 % of squad."
    )


def test_a_file_is_named_without_its_folders_and_an_unknown_data_set_is_refused() -> None:
    assert asked("squad=/some/where/dev-v2.0.json").text == "squad=dev-v2.0.json"
    with pytest.raises(ValueError, match="unknown data set 'hotpot'; one of squad, triviaqa"):
        asked("hotpot")
    with pytest.raises(ValueError, match="squad is asked for twice"):
        draw([asked("squad"), asked("squad")], 2, 0)


def test_settings_of_search_and_optimiser_are_taken_by_name_and_checked() -> None:
    found = settings_of(["k=4", "lr=0.2", "preset=plain", "mode=none"])
    assert (found.k, found.optimiser.lr, found.optimiser.beta1, found.mode) == (4, 0.2, 0.9, "none")
    with pytest.raises(ValueError, match="the search takes no argument 'depth'; it takes beta1"):
        settings_of(["depth=3"])
    with pytest.raises(ValueError, match="-S k: Input should be greater than or equal to 1"):
        settings_of(["k=0"])


def test_a_size_may_ask_for_the_first_pairs_alone_and_stands_once() -> None:
    assert sizes_of(["8", "1:12"]) == {8: None, 1: 12}
    for wrong in (["0"], ["8", "8:2"], ["8:"], ["eight"]):
        with pytest.raises(ValueError, match=f"--k {wrong[-1]} is no new size; give each once"):
            sizes_of(wrong)


def arguments(*given: str) -> argparse.Namespace:
    parsed: argparse.Namespace = prepared("prompt-questions", given).args[0]
    return parsed


def test_an_empty_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="--limit 0 looks at nothing"):
        Inquiry(arguments("sweep", "--limit", "0"), lambda stage, done, total: None)


def test_the_page_shows_table_picture_and_command_of_each_answer(tmp_path: Path) -> None:
    answer = sweep({8: records(18), 16: records(20)})
    (tmp_path / "sweep-arith.json").write_text(text_of([answer]))
    text = page(answers_in(tmp_path, NAMES), "soft_prompts")
    assert "| K | n | exact Q | exact A | exact both | tokens right | prefix right | shuffled pairs |" in text
    assert "| 8 | 20 | 100.0 % [83.9 %, 100.0 %] | 90.0 % [69.9 %, 97.2 %] |" in text
    assert "![How few vectors do?](soft_prompts/sweep-arith.png)" in text


def test_a_file_that_is_no_answer_is_named(tmp_path: Path) -> None:
    (tmp_path / "sweep-arith.json").write_text("{}")
    with pytest.raises(UnreadableAnswer, match=r"sweep-arith.json holds no answer \(no 'schema'\); remove it"):
        answers_in(tmp_path, NAMES)
    (tmp_path / "sweep-arith.json").write_text('{"schema": "glassbox/questions/1"}')
    with pytest.raises(UnreadableAnswer, match=r"\(its form is glassbox/questions/1, not glassbox/questions/2\)"):
        answers_in(tmp_path, NAMES)


def test_an_answer_is_read_back_as_it_was_written_units_and_gaps_included(tmp_path: Path) -> None:
    answer = sweep({8: records(18), 16: records(1, 1)})
    assert (answer.units["tokens right"], answer.units["steps"]) == ("share", "number")
    assert answer.rows[0].figures["text hurt"] is None
    assert answer.rows[1].figures["steps"] == 40, "of one pair there is no interval"
    (tmp_path / "sweep-arith.json").write_text(text_of([answer]))
    assert answers_in(tmp_path, NAMES) == {"sweep-arith": answer}


@pytest.mark.parametrize(("width", "whole"), [(60, 2), (100, 4), (300, 11)])
def test_a_narrow_terminal_leaves_out_the_last_figures_and_keeps_the_others_whole(
    width: int, whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    written = text_tables([sweep({8: records(18), 16: records(20)}).table])
    lines = written.splitlines()
    assert max(map(len, lines)) <= width
    assert "90.0 [69.9, 97.2]" in written
    heads = [head for head in ("exact Q %", "exact A %", "exact both %", "tokens right %") if head in lines[1]]
    assert len(heads) == min(whole, 4)
    assert ("no room here for" in written) == (width < 300)


def test_the_committed_page_is_what_its_json_renders_to_and_every_picture_is_there() -> None:
    folder = DOCS / "soft_prompts"
    answers = answers_in(folder, NAMES)
    assert (DOCS / "soft_prompts.md").read_text() == page(answers, "soft_prompts")
    for stem, answer in answers.items():
        assert (folder / f"{stem}.json").read_text() == text_of([answer])
        assert 5_000 < (folder / f"{stem}.png").stat().st_size < 100_000
    assert {answer.name for answer in answers.values()} == {"datasets", "sweep", "agreement", "nearest", "clusters"}
