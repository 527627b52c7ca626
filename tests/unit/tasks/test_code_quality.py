"""The quality of a suite: what its references, empty functions, known wrong programs and mutants come to."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from glassbox.harness.cli.commands import commands, prepared
from glassbox.harness.cli.main import main
from glassbox.harness.records.export import json_text, schema_of
from glassbox.harness.sandbox.pool import Pool
from glassbox.tasks.code import command
from glassbox.tasks.code.mutants import mutants
from glassbox.tasks.code.quality import LIMITS, Missed, Quality, Share, measure
from glassbox.tasks.code.quality_text import as_markdown, records
from glassbox.tasks.code.suite import read_suite

REFERENCE = "def passed(score):\n    return score >= 50\n"
TASK: dict[str, Any] = {
    "name": "passed",
    "category": "control_flow",
    "complexity": "easy",
    "entry_point": "passed",
    "prompt": "Whether a score is a pass; 50 is.",
    "cases": [{"args": "(80,)", "expected": "True"}, {"args": "(20,)", "expected": "False"}],
    "reference": REFERENCE,
    "wrong": [
        "def passed(score):\n    return score > 50\n",
        "def passed(score):\n    return True\n",
        "def passed(score):\n    while True:\n        pass\n",
    ],
}
BOUNDARY = [{"args": "(50,)", "expected": "True"}, {"args": "(49,)", "expected": "False"}]


def suite(folder: Path, **changed: object) -> Path:
    """A suite of one task."""
    path = folder / "one.jsonl"
    path.write_text(json.dumps({**TASK, **changed}) + "\n")
    return path


async def _measured(path: Path, mutate: bool) -> tuple[Quality, list[tuple[str, int, int]]]:
    ticks: list[tuple[str, int, int]] = []
    async with Pool(workers=1, limits=LIMITS) as pool:
        tasks = read_suite(path).items
        quality = await measure("one", tasks, pool, mutate=mutate, tick=lambda *tick: ticks.append(tick))
    return quality, ticks


def measured(path: Path, mutate: bool = True) -> tuple[Quality, list[tuple[str, int, int]]]:
    return asyncio.run(_measured(path, mutate))


def test_a_suite_without_its_boundary_misses_what_only_the_boundary_shows(tmp_path: Path) -> None:
    quality, _ = measured(suite(tmp_path))
    assert (quality.gold, quality.null, quality.wrong) == (Share(1, 1), Share(0, 1), Share(2, 3))
    assert quality.wrong_passes == (Missed("passed", "passed.wrong[0]", "known wrong", TASK["wrong"][0]),)
    assert quality.killed == Share(2, 5)
    assert [survivor.change.split("+ return ")[1] for survivor in quality.survivors] == [
        "score > 50",
        "score >= 51",
        "score >= 49",
    ]


def test_cases_at_the_boundary_kill_every_mutant_and_catch_every_wrong_program(tmp_path: Path) -> None:
    quality, ticks = measured(suite(tmp_path, cases=[*TASK["cases"], *BOUNDARY]))
    assert (quality.wrong, quality.killed, quality.survivors) == (Share(3, 3), Share(5, 5), ())
    assert quality.outcomes == {"wrong": 5}
    assert quality.by_operator == {"comparison": Share(2, 2), "nothing_returned": Share(1, 1), "number": Share(2, 2)}
    assert ticks[-1] == ("mutants", 5, 5)


def test_mutants_are_made_only_when_asked_for(tmp_path: Path) -> None:
    quality, _ = measured(suite(tmp_path), mutate=False)
    assert quality.killed == Share(0, 0)
    assert str(quality.killed) == "-"


def test_a_reference_that_fails_is_named_and_has_no_mutants(tmp_path: Path) -> None:
    quality, _ = measured(suite(tmp_path, reference="def passed(score):\n    return False\n"))
    assert quality.gold == Share(0, 1)
    assert quality.gold_failures == ("passed: wrong",)
    assert quality.killed == Share(0, 0)
    assert not quality.sound


def test_a_task_that_an_empty_function_passes_is_named(tmp_path: Path) -> None:
    quality, _ = measured(suite(tmp_path, cases=[{"args": "(1,)", "expected": "None"}]), mutate=False)
    assert quality.null_passes == ("passed",)
    assert not quality.sound


def test_the_interval_of_a_share_is_wilsons() -> None:
    assert str(Share(13, 18)) == "13/18 72.2 % [49.1, 87.5]"


def test_markdown_and_json_say_the_same(tmp_path: Path) -> None:
    quality, _ = measured(suite(tmp_path))
    text, record = as_markdown([quality]), json.loads(json_text("suites", records([quality])))["records"][0]
    assert "| one | 1 | 2 | 1/1 100.0 % [20.7, 100.0] | 0/1 0.0 % [0.0, 79.3] |" in text
    assert record["killed"] == pytest.approx({"value": 0.4, "low": 0.1176, "high": 0.7693, "n": 5}, abs=1e-4)
    assert all(survivor.id in text for survivor in quality.survivors)
    made = {mutant.id for mutant in mutants("passed", REFERENCE)}
    assert {survivor["id"] for survivor in record["survivors"]} < made


def test_the_command_prints_json_writes_a_folder_and_succeeds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, into = suite(tmp_path, cases=[*TASK["cases"], *BOUNDARY]), tmp_path / "out"
    run = prepared("suites", [str(path), "--mutants", "--format", "json", "--output", str(into)])
    assert run() == 0
    printed = json.loads(capsys.readouterr().out)
    written = json.loads((into / "one.json").read_text())
    assert printed["records"] == written["records"]
    for found in (printed, written):
        jsonschema.Draft202012Validator(schema_of("suites")).validate(found)
    assert written["provenance"]["version.wasmtime"]
    assert "5/5 100.0 %" in (into / "suites.md").read_text()


def test_the_command_fails_where_a_reference_fails_or_a_suite_is_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = suite(tmp_path, reference="def passed(score):\n    return False\n")
    run = prepared("suites", [str(path)])
    assert run() == 1
    assert "reference fails: passed: wrong" in capsys.readouterr().out
    assert main(["suites", "phase9"]) == 2
    assert "suite 'phase9' is unknown; one of phase2, phase3, phase3_plus, code_suite" in capsys.readouterr().err


def test_the_command_is_registered() -> None:
    assert commands()["suites"].module == command.__name__
