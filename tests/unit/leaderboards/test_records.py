"""What commands print for programs fits the schema that the tree holds, and pandas reads it in the line of the docs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pandas as pd
import pytest
from trivial_runs import gold, ir_head, run, shared_logs

from glassbox.harness.cli.main import main
from glassbox.harness.records.export import VERSIONS, csv_text, flattened, json_text, schema_name, schema_of
from glassbox.harness.records.records_page import page
from glassbox.harness.stats.estimate import Estimate

DOCS = Path(__file__).resolve().parents[3] / "docs" / "records.md"
PICTURE = {"cells", "columns", "title", "tone", "text", "mark", "legend", "derived"}
"""Keys of a table's picture."""


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_logs(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two blessed rows, in a folder with later runs of both, one of them worse."""
    folder = tmp_path_factory.mktemp("baseline")
    for made in (gold(), ir_head()):
        run(folder / "then", made, limit=20)
    words = ["--name", "x", "--folder", str(folder), "--reason", "a test", "--exact", "gold"]
    assert main(["bless", "--log-dir", str(folder / "then"), *words]) == 0
    for made in (gold(), ir_head()):  # a second run of each
        run(folder / "then", made, limit=20)
    for made in (gold(), ir_head(wrong=9)):
        run(folder / "now", made, limit=20)
    return folder


@pytest.mark.parametrize(
    ("words", "statuses"),
    [
        ("leaderboard --log-dir LOGS", {0}),
        ("leaderboard --log-dir LOGS --by template", {0}),
        ("compare ir_head gold --log-dir LOGS", {0}),
        ("compare ir_head regex_pipeline --log-dir LOGS --cluster none", {0}),
        ("compare ir_head gold --log-dir BASE/then --runs 2", {0}),
        ("compare 13/18 15/18", {0}),
        ("claims --log-dir LOGS", {0}),
        ("claims --log-dir nowhere", {0}),
        ("audit LOGS", {0, 1}),
        ("audit --list", {0}),
        ("gate --baseline BASE/x.json --log-dir BASE/now", {1, 2}),
        ("models list", {0}),
        ("models card arith", {0}),
        ("doctor", {0, 1}),
        ("questions phrasings --examples 40 --tests 20 --output OUT", {0}),
    ],
)
def test_what_a_command_prints_fits_its_schema(
    logs: Path, baseline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str, statuses: set[int]
) -> None:
    places = {"LOGS": logs, "BASE": baseline, "OUT": tmp_path}
    given = [re.sub("LOGS|BASE|OUT", lambda found: str(places[found[0]]), word) for word in words.split()]
    assert main([*given, "--format", "json"]) in statuses
    found = json.loads(capsys.readouterr().out)
    assert found["records"]
    jsonschema.Draft202012Validator(schema_of(given[0])).validate(found)
    assert found["schema"] == schema_name(given[0])
    assert not PICTURE & set(_keys(found))


@pytest.mark.parametrize("folder", ["questions", "soft_prompts"])
def test_the_answers_of_the_docs_fit_the_schema_of_their_command(folder: str) -> None:
    kept = sorted((DOCS.parent / folder).glob("*.json"))
    assert len(kept) > 4
    for path in kept:
        jsonschema.Draft202012Validator(schema_of("questions")).validate(json.loads(path.read_text(encoding="utf-8")))


def _keys(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        yield from found
    for one in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from _keys(one)


def test_a_field_that_the_schema_does_not_know_is_refused_by_it(capsys: pytest.CaptureFixture[str]) -> None:
    for command in VERSIONS:
        schema = schema_of(command)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["properties"]["schema"] == {"const": schema_name(command)}
    main(["compare", "13/18", "15/18", "--format", "json"])
    found = json.loads(capsys.readouterr().out)
    found["records"][0]["cells"] = []
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(found, schema_of("compare"))


def test_the_lines_of_the_docs_read_the_same_board_from_both_forms(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for form in ("json", "csv"):
        assert main(["leaderboard", "--log-dir", str(logs), "--format", form, "--output", f"board.{form}"]) == 0
    (lines,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    seen: dict[str, Any] = {}
    exec(lines, seen)
    runs, same = seen["runs"], seen["same"]
    assert isinstance(runs, pd.DataFrame)
    assert runs["solver"].tolist() == same["solver"].tolist() == ["ir_head", "regex_pipeline", "gold", "direct"]
    assert runs["semantic.value"].tolist() == same["semantic"].tolist() == [0.975, 0.875, 1.0, 0.65]
    assert runs["semantic.low"].tolist() == same["semantic_low"].tolist()
    assert same["semantic_n"].tolist() == [40] * 4
    assert same["control"].dtype == bool
    assert same["generated_tokens"].sum() == runs["generated_tokens"].sum() > 0


def test_every_field_of_a_board_is_in_the_docs(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["leaderboard", "--log-dir", str(logs), "--format", "json"])
    fields = {name for record in json.loads(capsys.readouterr().out)["records"] for name in record}
    assert not {name for name in fields if f"`{name}`" not in DOCS.read_text(encoding="utf-8")}


def test_the_page_is_made_from_the_schemas() -> None:
    again = "make it again: python -m glassbox.harness.records.records_page > docs/records.md"
    assert DOCS.read_text(encoding="utf-8") == page(), again


def test_a_figure_nests_in_json_and_is_four_columns_in_csv() -> None:
    records: list[dict[str, object]] = [
        {"name": "a", "share": Estimate(0.5, 0.25, 0.75, 8), "by": {"x": Estimate(1, 0.5, 1, 2), "y": 3}},
        {"name": "b", "share": None, "by": {}, "words": ["one", "two"], "never": float("nan")},
    ]
    first, second = json.loads(json_text("gate", records))["records"]
    assert first["share"] == {"value": 0.5, "low": 0.25, "high": 0.75, "n": 8}
    assert (second["share"], second["never"], second["words"]) == (None, None, ["one", "two"])
    assert dict(flattened(records[0])) == {
        **{"name": "a", "share": 0.5, "share_low": 0.25, "share_high": 0.75, "share_n": 8},
        **{"by_x": 1, "by_x_low": 0.5, "by_x_high": 1, "by_x_n": 2, "by_y": 3},
    }
    lines = csv_text(records).splitlines()
    assert lines[0] == "name,share,share_low,share_high,share_n,by_x,by_x_low,by_x_high,by_x_n,by_y,words,never"
    assert lines[2] == "b,,,,,,,,,,one; two,"
