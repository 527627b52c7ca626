"""`glassbox stages`: real runs with logs, gates that stop with a reason and an exit status, resumed from the store."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from inspect_ai.log import list_eval_logs, read_eval_log

from glassbox.harness.cli.main import main
from glassbox.harness.records.export import schema_of
from glassbox.studies.stages.gate import Gate, Stage

Shared = Callable[[str], Path]


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLASSBOX_ARTEFACTS", str(tmp_path / "parts"))


def stages(model: Path, tmp_path: Path, *more: str) -> tuple[int, dict[str, Any]]:
    given = ["--model", f"open/{model}", "--device", "cpu", "--log-dir", str(tmp_path / "logs"), "--display", "none"]
    status = main(["stages", *given, *more])
    (file,) = (tmp_path / "logs").glob("stages-*.json")
    found: dict[str, Any] = json.loads(file.read_text())
    return status, found


def test_every_stage_is_run_logged_and_passed(
    shared_models: Shared, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--n", "3", "--ablate", "k = 16", "--ablate-pairs", "2", "-S", "baselines=false")
    status, found = stages(shared_models("stories260K"), tmp_path, *asked)
    assert status == 0
    assert (found["task"], found["provenance"]["device"]) == ("dcm_squad", "cpu")
    assert [(stage["number"], stage["verdict"]) for stage in found["stages"]] == [
        (0, "passed"),
        (1, "passed"),
        (2, "passed"),
        (3, "told"),
        (4, "told"),
    ]
    jsonschema.Draft202012Validator(schema_of("stages")).validate(found)
    infrastructure, _, _, decoding, _ = found["stages"]
    gates = [[gate for gate in found["records"] if gate["stage"] == number] for number in range(5)]
    assert infrastructure["facts"]["loss"] == "aligned"
    assert infrastructure["facts"]["stop token"] == "1 '<s>'"
    assert [gate["threshold"] for gate in gates[1]] == [0.7, None, 0.7, None]
    both = gates[2][0]
    assert (both["gate"], both["threshold"], both["target"]) == ("both, by exact", 0.3, 0.5)
    assert (both["share"]["n"], both["share"]["value"]) == (3, 1.0)
    assert (both["share"]["low"], both["share"]["high"]) == (pytest.approx(0.438, abs=1e-3), 1.0)
    assert decoding["facts"]["questions"] == "3 pass, 0 partial, 0 fail"
    assert gates[4][0]["gate"] == "k = 16, by exact"
    logs = list_eval_logs(str(tmp_path / "logs"))
    named = [log for stage in found["stages"] for log in stage["logs"]]
    assert {Path(log.name).name for log in logs} == set(named)
    told = {read_eval_log(log, header_only=True).eval.metadata["stage"] for log in logs}  # type: ignore[index]
    assert told == {"0 infrastructure", "1 question alone", "1 answer alone", "2 joint", "4 k = 16"}
    assert "Stage 2, passed: joint" in capsys.readouterr().out


def test_a_gate_that_is_missed_stops_with_its_value_and_interval(
    shared_models: Shared, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hopeless = ("--n", "3", "--ablate", "none", "-S", "steps=3", "-S", "restarts=1", "-S", "baselines=false")
    status, found = stages(shared_models("stories260K"), tmp_path, *hopeless)
    assert status == 1
    assert [stage["verdict"] for stage in found["stages"]] == ["passed", "failed"]
    line = "stage 1 failed: question alone, by exact: 0 of 3, 0.0 % [0.0, 56.1], at least 70% asked for"
    assert line in capsys.readouterr().out
    kept = {file: file.stat().st_mtime_ns for file in (tmp_path / "parts" / "dcm").iterdir() if file.suffix != ".lock"}
    status, found = stages(shared_models("stories260K"), tmp_path, *hopeless, "--no-gates")
    assert status == 1
    assert [stage["verdict"] for stage in found["stages"]] == ["passed", "failed", "failed", "told"]
    # What the first run had searched was not searched again.
    assert {file: file.stat().st_mtime_ns for file in kept} == kept


def test_an_early_stop_signal_stops_with_its_reason(
    shared_models: Shared, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hopeless = ("-S", "k=1", "-S", "steps=1", "-S", "restarts=1", "-S", "baselines=false")
    status, found = stages(
        shared_models("stories260K"), tmp_path, "--task", "dcm_arithmetic", "--n", "52", "--ablate", "none", *hopeless
    )
    assert status == 1
    assert [stage["verdict"] for stage in found["stages"]] == ["passed", "stopped"]
    reason = "few_converged: 0 of 50 pairs are met, less than 20% after 50; look at the model and the search's settings"
    assert found["stages"][1]["reason"] == reason
    assert f"stage 1 stopped: {reason}" in capsys.readouterr().out


def test_a_users_error_is_one_line_and_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for wrong, said in (
        (["--ablate", "k = 5"], "no ablation 'k = 5'; did you mean k = 8?"),
        (["-S", "kk=3"], "the search takes no argument 'kk'; did you mean k? it takes abreast, "),
        (["--path", str(tmp_path / "none.json"), "--display", "none"], "none.json"),
    ):
        assert main(["stages", "--log-dir", str(tmp_path / "logs"), *wrong]) == 2
        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1


def test_a_gate_compares_the_share_itself_and_an_empty_one_is_not_passed() -> None:
    assert Gate.of("x", [True] * 7 + [False] * 3, threshold=0.7).verdict == "passed"
    assert Gate.of("x", [True] * 6 + [False] * 4, threshold=0.7).verdict == "failed"
    assert Gate.of("x", [], threshold=0.7).verdict == "failed"
    assert Gate.of("x", [False]).verdict == "told"
    stage = Stage.judged(1, "t", [Gate.of("a", [True], 0.7), Gate.of("b", [False] * 4, 0.7)], ["log"], {})
    assert (stage.verdict, stage.reason) == ("failed", "b: 0 of 4, 0.0 % [0.0, 49.0], at least 70% asked for")
