"""Who ranks where: ties where no paired test parts two rows, and no rank where it would have no meaning."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from inspect_ai.log import EvalSample, read_eval_log, write_eval_log
from trivial_runs import SIZE, gold, ir_head, regex_pipeline, run

from glassbox.harness.records.frames import load_logs
from glassbox.harness.records.pairing import pair
from glassbox.leaderboards.board import Section, sections, tables
from glassbox.leaderboards.compare.report import report

Ranks = list[tuple[str, int | None, str]]


def _ranks(section: Section) -> Ranks:
    """Label, rank and letters of each row, in the order of the board."""
    return [
        (
            run.placed.label,
            standing.placing.rank if standing.placing else None,
            standing.placing.groups if standing.placing else "",
        )
        for run, standing in zip(section.runs, section.standings, strict=True)
    ]


def _only(where: Path) -> Section:
    [section] = sections(load_logs(where))
    return section


def _rewritten(log: Path, change: Callable[[EvalSample], None]) -> None:
    """Write the log again, its samples changed."""
    whole = read_eval_log(log)
    for sample in whole.samples or []:
        change(sample)
    write_eval_log(whole, log)


def _with_templates(template: Callable[[int], str]) -> Callable[[EvalSample], None]:
    def change(sample: EvalSample) -> None:
        sample.metadata["template"] = template(int(sample.metadata["index"]))

    return change


def _by_tens(index: int) -> str:
    return f"template {index // 10}"


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Runs by name. `head N` misreads the first N of 40 samples, so that a worse one misreads all of a better one's."""
    where = tmp_path_factory.mktemp("bank")
    logs = {f"head {wrong}": run(where, ir_head(wrong=wrong)) for wrong in (0, 4, 9, 10, 30)}
    logs |= {
        "gold": run(where, gold()),
        "short head": run(where, ir_head(wrong=0), limit=5),
        "broken head": run(where, ir_head(broken=True)),
        "bare pipeline": run(where, regex_pipeline(), log_samples=False),
    }
    return {name: Path(log.location) for name, log in logs.items()}


@pytest.fixture
def gathered(bank: dict[str, Path], tmp_path: Path) -> Callable[..., Path]:
    """Copies of some of them in a place of their own."""

    def gather(*names: str) -> Path:
        for name in names:
            shutil.copy(bank[name], tmp_path)
        return tmp_path

    return gather


@pytest.fixture
def four(gathered: Callable[..., Path]) -> Path:
    return gathered("head 0", "head 4", "head 9", "head 30", "gold")


def test_rows_share_a_letter_exactly_where_no_test_parts_them(four: Path) -> None:
    assert _ranks(_only(four)) == [
        ("ir_head wrong=0", 1, "a"),
        ("ir_head wrong=4", 1, "ab"),
        ("ir_head wrong=9", 2, "b"),
        ("ir_head wrong=30", 4, "c"),
        ("gold", None, ""),
    ]


def test_the_note_says_how_rows_were_told_apart(four: Path) -> None:
    [table] = tables(load_logs(four))
    [note] = [note for note in table.notes if note.startswith("rank:")]
    assert note.endswith(f"(6 paired tests on {SIZE} shared samples, Holm at 5 %)")
    assert [row.cells[1].text for row in table.rows] == ["1 a", "1 ab", "2 b", "4 c", ""]


def test_a_method_alone_has_a_rank_and_no_letters(gathered: Callable[..., Path]) -> None:
    [table] = tables(load_logs(gathered("head 4", "gold")))
    assert [row.cells[1].text for row in table.rows] == ["1", ""]
    assert not [note for note in table.notes if note.startswith("rank:")]


@pytest.mark.parametrize(("template", "evidence"), [(lambda index: "minus", True), (_by_tens, False)])
def test_two_rows_tie_exactly_where_compare_finds_no_evidence(
    gathered: Callable[..., Path], template: Callable[[int], str], evidence: bool
) -> None:
    # Ten more mistakes, all of them on the first template: one unlucky wording, not ten unlucky samples.
    where = gathered("head 0", "head 10")
    for log in where.iterdir():
        _rewritten(log, _with_templates(template))
    section = _only(where)
    found = report(pair(section.runs[0].record, section.runs[1].record))
    assert found.test.evidence is evidence
    assert [rank for _, rank, _ in _ranks(section)] == [1, 2 if evidence else 1]
    assert (f"{SIZE} shared samples in 4 clusters by template" in section.note) is not evidence


def test_every_pair_of_a_real_board_agrees_with_compare_before_correction(four: Path) -> None:
    records = {run.placed.label: run.record for run in _only(four).runs if run.record.solver == "ir_head"}
    for (name_a, a), (name_b, b) in combinations(records.items(), 2):
        ranks = _ranks(sections([a, b])[0])
        tied = len({rank for _, rank, _ in ranks}) == 1
        assert tied is not report(pair(a, b)).test.evidence, (name_a, name_b)


def test_a_run_on_other_samples_is_marked_and_not_ranked_however_good(gathered: Callable[..., Path]) -> None:
    records = load_logs(gathered("head 4", "head 9", "short head"))
    [table] = tables(records, keep_all=True)
    assert [(row.cells[0].text, row.cells[1].text, row.mark) for row in table.rows] == [
        ("ir_head wrong=4", "1 a", ""),
        ("ir_head wrong=9", "1 a", ""),
        ("ir_head wrong=0", "–", "≠"),  # noqa: RUF001
    ]
    assert table.notes[0] == (
        "≠ ir_head wrong=0: 5 other samples than the 40 of most rows, 5 in common: do not compare; not ranked"
    )


def test_the_same_ids_with_other_questions_are_other_samples(
    gathered: Callable[..., Path], bank: dict[str, Path]
) -> None:
    where = gathered("head 4", "head 9", "head 0")

    def ask_otherwise(sample: EvalSample) -> None:
        if sample.metadata["index"] == 0:
            sample.input = "What is 51 minus 1?"

    _rewritten(where / bank["head 0"].name, ask_otherwise)
    assert _ranks(_only(where)) == [
        ("ir_head wrong=4", 1, "a"),
        ("ir_head wrong=9", 1, "a"),
        ("ir_head wrong=0", None, ""),
    ]


def _unscore(first: int) -> Callable[[EvalSample], None]:
    """Take the headline from the first so many samples, as a program that cannot be decided has none."""

    def change(sample: EvalSample) -> None:
        if sample.metadata["index"] < first and sample.scores is not None:
            sample.scores["semantic"].value = float("nan")

    return change


def test_what_one_run_could_not_be_scored_on_counts_for_none(
    gathered: Callable[..., Path], bank: dict[str, Path]
) -> None:
    where = gathered("head 0", "head 10")
    _rewritten(where / bank["head 10"].name, _unscore(2))
    section = _only(where)
    assert [rank for _, rank, _ in _ranks(section)] == [1, 2]
    assert "1 paired test on 38 shared samples, without 2 that not every row could be scored on" in section.note


def test_a_run_that_could_not_be_scored_on_many_samples_is_not_ranked(
    gathered: Callable[..., Path], bank: dict[str, Path]
) -> None:
    where = gathered("head 0", "head 10")
    _rewritten(where / bank["head 10"].name, _unscore(3))
    [table] = tables(load_logs(where))
    assert [(row.facts["rank"], row.mark) for row in table.rows] == [(1, ""), (None, "∅‡")]
    assert table.notes[0].startswith(
        "‡ ir_head wrong=10: audit failed: the header is not of these samples: accuracy of"
    )
    assert table.notes[1] == "∅ ir_head wrong=10: only 37 of 40 samples could be scored; not ranked"


def test_an_unfinished_run_is_not_ranked(gathered: Callable[..., Path]) -> None:
    [table] = tables(load_logs(gathered("head 4", "broken head")))
    assert [(row.mark, row.cells[1].text) for row in table.rows] == [("", "1"), ("†", "–")]  # noqa: RUF001
    assert table.notes[0] == "† ir_head broken=True wrong=1 (error): 0 of 40 samples scored"


def test_a_run_that_kept_no_samples_is_not_ranked(gathered: Callable[..., Path]) -> None:
    [table] = tables(load_logs(gathered("head 4", "bare pipeline")))
    assert [(row.mark, row.facts["rank"]) for row in table.rows] == [("", 1), ("∅", None)]
    assert "its log holds no scored samples" in table.notes[0]


def test_controls_on_other_samples_do_not_unrank_a_method(gathered: Callable[..., Path]) -> None:
    [table] = tables(load_logs(gathered("short head", "gold")))
    assert [(row.facts["solver"], row.facts["rank"], row.mark) for row in table.rows] == [
        ("ir_head", 1, ""),
        ("gold", None, "≠"),
    ]


def test_no_methods_no_ranks(gathered: Callable[..., Path]) -> None:
    section = _only(gathered("gold"))
    assert (_ranks(section), section.note) == ([("gold", None, "")], "")
