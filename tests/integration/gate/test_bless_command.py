"""`glassbox bless` on real runs: what the file holds, what it refuses, and what it shows before it replaces another."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from gate_runs import SOLVERS, again, blessed, changed, command, degraded, logged

from glassbox.harness.plugins.registered import registered
from glassbox.harness.records.frames import load_logs, samples_frame
from glassbox.leaderboards.gate.baseline import baseline_text, read_baseline
from glassbox.tasks.ir_arith import ir_multi_op

N = 120


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """gold, null and regex_only on the same questions, gold on others too."""
    folder = tmp_path_factory.mktemp("bless")
    found = {name: logged(name, folder, N) for name in ("gold", "null", "regex_only")}
    return {**found, "chains": logged("gold", folder, N, ir_multi_op)}


def test_the_file_holds_what_every_sample_scored_and_where_it_comes_from(
    logs: dict[str, Path], tmp_path: Path, capsys: Any
) -> None:
    base = read_baseline(blessed(capsys, tmp_path, logs["regex_only"], logs["gold"]))
    assert (base.name, base.reason, base.former_sha256) == ("base", "a test", None)
    assert [row.label for row in base.runs] == [
        "ir_arith held_out_both n=120 · gold",
        "ir_arith held_out_both n=120 · regex_only",
    ]
    [samples] = base.samples.values()
    row, [record] = base.runs[1], load_logs(logs["regex_only"])
    frame = samples_frame(record).set_index("id")
    assert [frame["score_semantic"][key] for key in samples.ids] == row.values
    assert row.mean == pytest.approx(float(frame["score_semantic"].mean()))
    assert 0.4 < row.mean < 0.95
    assert samples.cluster == "template"
    assert [frame["metadata_template"][key] for key in samples.ids] == list(samples.group_by_id.values())
    alone = frame["attempt_alone_ms"].dropna()
    assert {samples.ids[at]: value for at, value in row.alone_ms.items()} == pytest.approx(dict(alone), rel=1e-3)
    assert row.log_sha256 == hashlib.sha256(logs["regex_only"].read_bytes()).hexdigest()
    assert row.git_commit == record.metadata["git.commit"]
    assert {"torch", "inspect-ai", "python"} <= set(row.versions)
    assert row.model_hash is not None
    assert len(row.model_hash) == 64
    assert (row.task_version, row.rule, row.score) == (record.task_version, "paired", "semantic")


def test_the_file_is_small_and_the_same_for_the_same_logs(logs: dict[str, Path], tmp_path: Path, capsys: Any) -> None:
    files = [blessed(capsys, tmp_path / name, *logs.values()) for name in ("one", "two")]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].stat().st_size < 40_000
    read = read_baseline(files[0])
    assert baseline_text(read) == files[0].read_text(encoding="utf-8")
    assert len(read.samples) == 2
    assert list(files[0].parent.iterdir()) == [files[0]]


def test_a_directory_gives_the_latest_run_of_each_row(logs: dict[str, Path], tmp_path: Path, capsys: Any) -> None:
    def later(content: dict[str, Any]) -> None:
        content["eval"]["created"] = "2999-01-01T00:00:00+00:00"
        for sample in content["samples"]:
            sample["scores"]["semantic"]["value"] = 1

    folder = tmp_path / "logs"
    again(logs["null"], folder)
    changed(logs["null"], folder, later).rename(folder / "later.json")
    changed(logs["null"], folder, lambda content: None)
    answer = command(
        capsys, "bless", "--log-dir", folder, "--name", "n", "--folder", tmp_path / "b", "--reason", "latest"
    )
    assert answer.status == 0, answer.err
    [row] = read_baseline(tmp_path / "b" / "n.json").runs
    assert (row.mean, row.log) == (1, "later.json")


def test_a_former_baseline_is_compared_with_before_it_is_replaced(
    logs: dict[str, Path], tmp_path: Path, capsys: Any
) -> None:
    first = blessed(capsys, tmp_path, logs["gold"], logs["null"], logs["chains"], options=["--exact", "null"])
    before = first.read_bytes()
    worse = degraded(logs["gold"], tmp_path / "w", range(6))
    asked = ("bless", worse, again(logs["null"], tmp_path / "w2"), logs["regex_only"], "--name", "base", "--folder")
    shown = command(capsys, *asked, tmp_path, "--reason", "second", "--dry-run")
    assert first.read_bytes() == before
    assert shown.out.splitlines() == [
        "changed: ir_arith held_out_both n=120 · gold: 100.0 to 95.0 %, lost 6 and gained 0 of 120, p of a loss 0.016",
        "same: ir_arith held_out_both n=120 · null: 0.0 to 0.0 %, lost 0 and gained 0 of 120",
        f"new: ir_arith held_out_both n=120 · regex_only: – to {_mean(logs['regex_only'])} %",  # noqa: RUF001
        "gone: ir_multi_op held_out_both n=120 · gold: 100.0 to – %",  # noqa: RUF001
    ]
    written = command(capsys, *asked, tmp_path, "--reason", "second")
    assert (written.status, written.out) == (0, shown.out)
    second = read_baseline(first)
    assert (second.reason, second.former_sha256) == ("second", hashlib.sha256(before).hexdigest())
    assert {row.solver: row.rule for row in second.runs} == {"gold": "paired", "null": "exact", "regex_only": "paired"}


def _mean(log: Path) -> str:
    return f"{samples_frame(log, attempts=False)['score_semantic'].mean() * 100:.1f}"


def test_a_row_may_be_added_to_a_former_baseline(logs: dict[str, Path], tmp_path: Path, capsys: Any) -> None:
    blessed(capsys, tmp_path, logs["gold"])
    both = read_baseline(blessed(capsys, tmp_path, logs["chains"], options=["--add"]))
    assert [row.task for row in both.runs] == ["ir_arith", "ir_multi_op"]
    assert len(both.samples) == 2


def _unfinished(content: dict[str, Any]) -> None:
    content["status"] = "error"


def _other_version(content: dict[str, Any]) -> None:
    content["eval"]["task_version"] = "9-Z"


def _graded(content: dict[str, Any]) -> None:
    content["samples"][5]["scores"]["semantic"]["value"] = 3


def test_what_is_no_result_is_refused_in_one_line_and_writes_nothing(
    logs: dict[str, Path], tmp_path: Path, capsys: Any
) -> None:
    good = logs["gold"]
    other = changed(logs["null"], tmp_path / "version", _other_version)
    broken = tmp_path / "broken.json"
    broken.write_text("{}", encoding="utf-8")
    cases: list[tuple[list[object], str]] = [
        ([good], "a baseline needs a reason; say why these results are right with --reason"),
        ([good, "--reason", "  "], "a baseline needs a reason"),
        ([changed(good, tmp_path / "u", _unfinished), "--reason", "r"], "is not complete (error, 120 of 120 samples)"),
        ([good, other, "--reason", "r"], "task ir_arith has logs of versions 1-A, 9-Z"),
        ([good, again(good, tmp_path / "twice").rename(tmp_path / "b.json"), "--reason", "r"], "are both runs of"),
        ([good, "--reason", "r", "--exact", "ir_head"], "--exact ir_head names no solver of these runs"),
        ([broken, "--reason", "r"], "broken.json is no readable inspect log"),
        ([tmp_path / "absent.json", "--reason", "r"], "there is no log"),
        (["--log-dir", tmp_path / "none", "--reason", "r"], "there is no log directory"),
        ([good, "--reason", "r", "--score", "taste"], "has no score taste; it has "),
        ([changed(good, tmp_path / "s", _graded), "--reason", "r"], "is 3, outside 0..1; choose with --score"),
    ]
    version = json.loads(good.read_text(encoding="utf-8"))["eval"]["task_version"]
    for arguments, said in cases:
        answer = command(capsys, "bless", *arguments, "--name", "no", "--folder", tmp_path / "out")
        assert answer.status == 2, arguments
        assert said.replace("1-A", version) in answer.err
        assert answer.err.count("\n") == 1
    named = command(capsys, "bless", good, "--name", "../no", "--reason", "r")
    assert (named.status, "must be letters, digits" in named.err) == (2, True)
    assert not (tmp_path / "out").exists()


def test_scores_that_are_not_0_or_1_are_kept_as_numbers(logs: dict[str, Path], tmp_path: Path, capsys: Any) -> None:
    half = degraded(logs["gold"], tmp_path / "half", [])
    content = json.loads(half.read_text(encoding="utf-8"))
    for at, sample in enumerate(content["samples"]):
        sample["scores"]["semantic"]["value"] = (at % 5) / 4
    half.write_text(json.dumps(content), encoding="utf-8")
    base = blessed(capsys, tmp_path, half)
    [row] = read_baseline(base).runs
    assert sorted(set(row.values)) == [0, 0.25, 0.5, 0.75, 1]  # type: ignore[type-var]
    assert row.mean == pytest.approx(0.5)
    answer = command(capsys, "gate", again(half, tmp_path / "again"), "--baseline", base, "--format", "json")
    assert json.loads(answer.out)["records"][0]["loss"]["high"] == pytest.approx(1 - 0.05 ** (1 / N))


def test_every_solver_of_these_tests_is_one_of_the_project() -> None:
    assert set(SOLVERS) <= set(registered("solver"))
