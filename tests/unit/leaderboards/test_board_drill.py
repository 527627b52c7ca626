"""A board taken apart by category: counts, shares and intervals of each, from the samples."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from inspect_ai.log import read_eval_log, write_eval_log
from trivial_runs import SIZE, gold, ir_head, run

from glassbox.harness.cli.main import main
from glassbox.harness.records.frames import load_logs
from glassbox.harness.stats.estimate import Estimate
from glassbox.harness.stats.intervals import wilson
from glassbox.leaderboards.drill import NoCategory, categories, drill


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A head that misreads the first 10 of 40 samples, and gold; in quarters, with flags on the first sample."""
    where = tmp_path_factory.mktemp("drilled")
    for made in (ir_head(wrong=10), gold()):
        log = read_eval_log(run(where, made).location)
        for sample in log.samples or []:
            index = int(sample.metadata["index"])
            sample.metadata |= {
                "category": f"quarter {index // 10}",
                "origin": {"family": "odd" if index % 2 else "even"},
            }
            sample.metadata["tags"] = ["hard", "long"] if index == 0 else []
        write_eval_log(log, log.location)
    return where


def _shares(where: Path, key: str) -> list[tuple[str, str, float, int]]:
    [table] = drill(load_logs(where), key)
    return [
        (str(row.facts["solver"]), row.cells[2].text, float(row.cells[4].value or 0), int(row.cells[3].value or 0))
        for row in table.rows
    ]


def test_each_solver_has_a_row_for_each_category(logs: Path) -> None:
    assert _shares(logs, "category") == [
        ("ir_head", "quarter 0", 0.0, 10),
        *[("ir_head", f"quarter {quarter}", 1.0, 10) for quarter in (1, 2, 3)],
        *[("gold", f"quarter {quarter}", 1.0, 10) for quarter in range(4)],
    ]


def test_a_row_has_wilsons_interval_and_controls_stand_below(logs: Path) -> None:
    [table] = drill(load_logs(logs), "category")
    interval = wilson(0, 10)
    first = table.rows[0]
    assert first.facts["semantic"] == Estimate.within(interval, 0, 10)
    assert [row.control for row in table.rows] == [False] * 4 + [True] * 4
    assert table.title.endswith("· by category")


@pytest.mark.parametrize("key", ["family", "origin.family"])
def test_a_dot_or_a_known_name_reaches_into_a_mapping(logs: Path, key: str) -> None:
    assert _shares(logs, key)[:2] == [("ir_head", "even", 0.75, 20), ("ir_head", "odd", 0.75, 20)]


def test_a_sample_with_several_tags_counts_in_each_and_one_without_in_none(logs: Path) -> None:
    head = [row for row in _shares(logs, "tag") if row[0] == "ir_head"]
    assert head == [("ir_head", "(none)", 30 / 39, SIZE - 1), ("ir_head", "hard", 0, 1), ("ir_head", "long", 0, 1)]


@pytest.mark.parametrize(
    ("metadata", "key", "found"),
    [
        ({"op": "add"}, "operation", ("add",)),
        ({"operation": "x", "op": "add"}, "operation", ("x",)),
        ({"level": 3}, "level", ("3",)),
        ({"a.b": "whole", "a": {"b": "part"}}, "a.b", ("whole",)),
        ({"a": None}, "a", None),
        ({"a": ""}, "a", ("(none)",)),
        ({}, "a", None),
    ],
)
def test_categories_of_a_sample(metadata: dict[str, object], key: str, found: tuple[str, ...] | None) -> None:
    assert categories(metadata, key) == found


def test_a_key_that_no_sample_has_is_refused_with_those_there_are(logs: Path) -> None:
    with pytest.raises(NoCategory, match=r"'colour' in its metadata; there are category, index, origin, program"):
        drill(load_logs(logs), "colour")


def test_the_command_prints_the_rows_in_place_of_the_board(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["leaderboard", "--log-dir", str(logs), "--by", "category", "--format", "csv"]
    assert main(words) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 8
    assert (rows[0]["solver"], rows[0]["by"], rows[0]["category"], rows[0]["semantic"]) == (
        "ir_head",
        "category",
        "quarter 0",
        "0.0",
    )
