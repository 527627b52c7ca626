"""What the gate says besides the score: time relative to a reference, JUnit XML, Markdown and the job's summary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from gate_runs import again, blessed, changed, command, degraded, logged

SMALL = 120


@pytest.fixture(scope="module")
def trivial(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """gold, null and regex_only on few questions."""
    folder = tmp_path_factory.mktemp("reports")
    return {name: logged(name, folder, SMALL) for name in ("gold", "null", "regex_only")}


def _slower(times: float) -> Any:
    def change(content: dict[str, Any]) -> None:
        content["eval"]["run_id"] = "again"
        for sample in content["samples"]:
            cost = sample["scores"]["cost"]["value"]
            if isinstance(cost["alone_ms"], float) and cost["alone_ms"] == cost["alone_ms"]:
                cost["alone_ms"] *= times

    return change


def _taking(milliseconds: float) -> Any:
    """Every sample as if it had taken so long, whatever else the machine did when the log was made."""

    def change(content: dict[str, Any]) -> None:
        content["eval"]["run_id"] = f"taking {milliseconds}"
        for sample in content["samples"]:
            sample["scores"]["cost"]["value"]["alone_ms"] = milliseconds

    return change


def test_time_is_gated_relative_to_a_reference_of_the_same_run(
    trivial: dict[str, Path], tmp_path: Path, capsys: Any
) -> None:
    slow = {name: changed(trivial[name], tmp_path / "slow", _slower(100.0)) for name in ("gold", "regex_only")}
    base = blessed(capsys, tmp_path, *slow.values())
    shown = ("--baseline", base, "--format", "json", "--latency-reference", "gold")
    asked = (*shown, "--latency-margin", 1.5)
    cases = {"load": (4.0, 4.0, 0, 1.0), "slower": (2.0, 6.0, 1, 3.0)}  # what gold takes, the row, the exit, the ratio
    for name, (reference, row, status, ratio) in cases.items():
        logs = [
            changed(slow["gold"], tmp_path / name, _slower(reference)),
            changed(slow["regex_only"], tmp_path / name, _slower(row)),
        ]
        answer = command(capsys, "gate", *logs, *asked)
        found = json.loads(answer.out)["records"][1]
        assert (answer.status, found["method"]) == (status, "regex_only")
        assert found["slowdown"]["value"] == pytest.approx(ratio, rel=0.01)
    assert found["why"].startswith("slower than the 1.5 x allowed: 3.00 x [3.00, 3.00] its blessed time relative to")
    allowed = command(capsys, "gate", *logs, *asked, "--latency-margin", 3.5)
    off = command(capsys, "gate", *logs, *shown)
    assert (allowed.status, off.status) == (0, 0)
    assert "3.00 x [3.00, 3.00]" in off.out
    assert "not judged without --latency-margin" in off.out
    alone = json.loads(command(capsys, "gate", *logs, *asked, "--solver", "regex_only").out)["records"][0]
    assert (alone["ruling"], alone["slowdown"]) == ("pass", None)
    assert alone["slowdown_why"] == "time is not judged: no gold on the same samples and model"


def test_a_row_that_seems_slower_is_timed_twice_more_before_it_is_believed(
    trivial: dict[str, Path], tmp_path: Path, capsys: Any
) -> None:
    """Blessed as if regex_only had taken a tenth of its time: then every measurement of the real one is slower."""
    logs = [
        changed(trivial["gold"], tmp_path / "b", _slower(100.0)),
        changed(trivial["regex_only"], tmp_path / "b", _slower(10.0)),
    ]
    base = blessed(capsys, tmp_path, *logs)
    asked = ("--baseline", base, "--latency-reference", "gold", "--latency-margin", 1.5, "--log-dir", tmp_path / "l")
    answer = command(capsys, "gate", "--run", *asked)
    assert answer.status == 1, answer.out
    assert answer.err.count("gate: timed again: ir_arith held_out_both n=120 · regex_only") == 2
    assert "regression: slower than the 1.5 x allowed" in answer.out
    assert "its blessed time relative to gold, n = 20, the best of 3 measurements" in answer.out
    assert len(list((tmp_path / "l").glob("*.json"))) == 2


def test_a_row_of_microseconds_is_not_timed(trivial: dict[str, Path], tmp_path: Path, capsys: Any) -> None:
    then = {name: changed(trivial[name], tmp_path / "then", _taking(0.09)) for name in ("gold", "regex_only")}
    base = blessed(capsys, tmp_path, *then.values())
    logs = [changed(then[name], tmp_path / "again", _taking(9.0)) for name in then]
    answer = command(
        capsys,
        "gate",
        *logs,
        "--baseline",
        base,
        "--format",
        "json",
        "--latency-reference",
        "gold",
        "--latency-margin",
        2,
    )
    assert answer.status == 0
    assert json.loads(answer.out)["records"][1]["slowdown_why"] == (
        "time is not judged: under 0.1 ms a sample when blessed"
    )


def test_junit_markdown_and_the_job_summary_say_the_same_and_are_stable(
    trivial: dict[str, Path], tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = blessed(capsys, tmp_path, *trivial.values())
    step = tmp_path / "step.md"
    step.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))
    logs = [degraded(trivial["gold"], tmp_path / "w", range(30)), again(trivial["null"], tmp_path / "w")]
    written = []
    for name in ("one", "two"):
        files = tmp_path / f"{name}.xml", tmp_path / f"{name}.md"
        answer = command(capsys, "gate", *logs, "--baseline", base, "--junit", files[0], "--summary", files[1])
        assert answer.status == 1
        written.append(tuple(path.read_text(encoding="utf-8") for path in files))
    assert written[0] == written[1]
    junit, summary = written[0]
    suite = ElementTree.fromstring(junit).find("testsuite")
    assert suite is not None
    assert {name: suite.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "3",
        "failures": "1",
        "errors": "1",
    }
    cases = {str(case.get("name")): case for case in suite}
    failure, error = cases["gold"].find("failure"), cases["regex_only"].find("error")
    assert failure is not None
    assert error is not None
    assert str(failure.get("message")).startswith("lost 25 points (100.0 to 75.0 %")
    assert error.get("type") == "not comparable"
    assert [child.tag for child in cases["null"]] == ["system-out"]
    assert summary.startswith("### gate base: REGRESSION (1 regression, 1 not comparable, 1 pass of 3)")
    assert step.read_text(encoding="utf-8") == f"before\n{summary}\n{summary}\n"
