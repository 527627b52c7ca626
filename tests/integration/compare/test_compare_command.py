"""`glassbox compare` on real logs: what it says of a difference, of none, and of runs that cannot be compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from real_runs import N, changed, compare, logged, other_task

from glassbox.harness.records.frames import load_logs, samples_frame
from glassbox.harness.stats import paired, paired_means


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """gold, regex_only and null on the same samples."""
    folder = tmp_path_factory.mktemp("compare")
    for name in ("gold", "regex_only", "null"):
        logged(name, folder)
    return folder


@pytest.fixture(scope="module")
def paths(logs: Path) -> dict[str, Path]:
    return {record.solver: record.path for record in load_logs(logs)}


def _json(capsys: Any, *arguments: object) -> dict[str, Any]:
    answer = compare(capsys, *arguments, "--format", "json")
    assert answer.status == 0, answer.err
    found = json.loads(answer.out)["records"][0]
    assert isinstance(found, dict)
    return found


def test_figures_are_those_of_the_samples(logs: Path, paths: dict[str, Path], capsys: Any) -> None:
    found = _json(capsys, "gold", "regex_only", "--log-dir", logs, "--cluster", "none")
    frame = samples_frame(paths["regex_only"], attempts=False)
    wrong = int((frame["score_semantic"] == 0).sum())
    assert 10 < wrong < N - 10
    assert [found[name] for name in ("both", "only_a", "only_b", "neither")] == [N - wrong, wrong, 0, 0]
    by_hand = paired.compare([1] * N, frame["score_semantic"].astype(int).tolist())
    assert (*(found["difference"][end] for end in ("value", "low", "high")), found["p"]) == pytest.approx(
        (by_hand.difference, by_hand.interval.low, by_hand.interval.high, by_hand.p)
    )
    assert found["evidence"] is True
    assert found["effect"] == 0.5
    assert found["sentence"].startswith("gold scores higher than regex_only on semantic: difference +")


def test_samples_of_one_template_are_a_cluster_unless_told_otherwise(
    logs: Path, paths: dict[str, Path], capsys: Any
) -> None:
    found = _json(capsys, "regex_only", "gold", "--log-dir", logs)
    frame = samples_frame(paths["regex_only"], attempts=False)
    by_hand = paired_means.compare_means(
        frame["score_semantic"].to_numpy(float), [1.0] * N, frame["metadata_template"].tolist()
    )
    assert found["cluster"] == "template"
    assert found["clusters"] == frame["metadata_template"].nunique()
    assert (*(found["difference"][end] for end in ("value", "low", "high")), found["p"]) == pytest.approx(
        (by_hand.difference, by_hand.interval.low, by_hand.interval.high, by_hand.p)
    )
    # A regex fails on whole templates: the independent test is far too sure of itself.
    independent = _json(capsys, "regex_only", "gold", "--log-dir", logs, "--cluster", "none")
    assert found["design_effect"] > 3
    wide, narrow = (one["difference"]["high"] - one["difference"]["low"] for one in (found, independent))
    assert wide > 1.7 * narrow
    assert found["p"] > 1000 * independent["p"]


def test_any_metadata_may_be_the_cluster_and_few_clusters_are_no_evidence(logs: Path, capsys: Any) -> None:
    found = _json(capsys, "gold", "regex_only", "--log-dir", logs, "--cluster", "op")
    assert found["clusters"] == 4
    assert not found["evidence"]
    assert found["sentence"].startswith("no evidence of a difference between gold and regex_only on semantic")
    assert any("the clusters decide" in note for note in found["notes"])
    assert any("4 are few" in note for note in found["notes"])


def test_a_run_against_its_own_repeat_is_no_evidence_of_a_difference(tmp_path: Path, capsys: Any) -> None:
    for _ in range(2):
        logged("regex_only", tmp_path)
    answer = compare(capsys, "regex_only", "regex_only", "--log-dir", tmp_path, "--cluster", "none")
    assert answer.status == 0
    first = answer.out.splitlines()[0]
    assert first.startswith("no evidence of a difference between regex_only (")
    assert "difference +0.0 points [-3.1, +3.1], p = 1, n = 120" in first
    assert "detectable, 80 % power" in answer.out


def test_a_small_difference_on_few_samples_is_a_tie_that_names_the_samples_needed(
    tmp_path: Path, paths: dict[str, Path], capsys: Any
) -> None:
    """Two samples of `gold` made wrong: as in FACTS 002, 2 discordant ones are no evidence."""

    def two_wrong(content: dict[str, Any]) -> None:
        for sample in content["samples"][:2]:
            sample["scores"]["semantic"]["value"] = 0

    worse = changed(paths["gold"], tmp_path, two_wrong)
    found = _json(capsys, worse, paths["gold"], "--cluster", "none")
    assert found["sentence"].startswith("no evidence of a difference")
    assert found["p"] == 0.5
    assert [found[name] for name in ("both", "only_a", "only_b", "neither")] == [N - 2, 0, 2, 0]
    assert found["needed"] > 2 * N
    assert any("differ on 2 samples: with fewer than 6 no outcome is evidence" in note for note in found["notes"])


def test_latency_and_time_are_ratios_with_intervals(logs: Path, capsys: Any) -> None:
    costs = _json(capsys, "regex_only", "null", "--log-dir", logs)["costs"]
    alone, ratio = costs["alone_ms"], costs["alone_ms"]["ratio"]
    assert ratio["value"] == pytest.approx(alone["a"] / alone["b"])
    assert 1 < ratio["low"] <= ratio["value"] <= ratio["high"]  # reading with a regex takes longer than doing nothing
    assert costs["amortised_ms"]["ratio"]["n"] == N
    assert "total_tokens" not in costs  # neither calls a model


def test_files_and_names_say_the_same(logs: Path, paths: dict[str, Path], capsys: Any) -> None:
    by_name = compare(capsys, "gold", "null", "--log-dir", logs, "--format", "markdown")
    by_file = compare(capsys, paths["gold"], paths["null"], "--format", "markdown")
    mixed = compare(capsys, paths["gold"], "null", "--log-dir", logs, "--format", "markdown")
    assert by_name == by_file == mixed
    assert by_name.out.startswith("### ir_arith 1-A · held_out_both · A gold against B null · n = 120\n")
    assert "gold scores higher than null on semantic: difference +100.0 points" in by_name.out
    assert "- model open/arith; judged by cluster-robust t interval and test" in by_name.out
    assert "| semantic, % | 100.0 [96.9, 100.0] | 0.0 [0.0, 3.1] | +100.0 [" in by_name.out


def test_names_mean_the_latest_runs_on_the_same_data(logs: Path, tmp_path: Path, capsys: Any) -> None:
    """A later run of one of them on other data does not get in the way."""
    for name in ("gold", "regex_only"):
        logged(name, tmp_path)
    logged("gold", tmp_path, n=7, split="iid")
    assert _json(capsys, "gold", "regex_only", "--log-dir", tmp_path)["n"] == N
    assert compare(capsys, "gold", "regex_only", "--log-dir", tmp_path, "--split", "iid").status == 2


def test_another_score_may_be_compared_and_an_unknown_one_is_named(logs: Path, capsys: Any) -> None:
    found = _json(capsys, "gold", "regex_only", "--log-dir", logs, "--score", "operation")
    assert found["sentence"].startswith("gold scores higher than regex_only on operation")
    unknown = compare(capsys, "gold", "regex_only", "--log-dir", logs, "--score", "taste")
    assert unknown.status == 2
    assert "do not both have the score taste; common to both: " in unknown.err
    assert "semantic" in unknown.err


def test_output_is_written_whole_and_is_what_would_be_printed(logs: Path, tmp_path: Path, capsys: Any) -> None:
    for form in ("rich", "markdown", "json", "csv"):
        file = tmp_path / f"comparison.{form}"
        written = compare(capsys, "gold", "null", "--log-dir", logs, "--format", form, "--output", file)
        printed = compare(capsys, "gold", "null", "--log-dir", logs, "--format", form)
        assert (written.status, written.out) == (0, "")
        assert file.read_text(encoding="utf-8") == printed.out
    assert {path.suffix for path in tmp_path.iterdir()} == {".csv", ".json", ".markdown", ".rich"}
    nowhere = compare(capsys, "gold", "null", "--log-dir", logs, "--output", tmp_path / "none" / "file")
    assert nowhere.status == 2
    assert "make it first" in nowhere.err


def _refused(capsys: Any, *arguments: object) -> str:
    """One line, and nothing on stdout."""
    answer = compare(capsys, *arguments)
    assert answer.status == 2
    assert answer.out == ""
    assert answer.err.count("\n") == 1
    return answer.err


def test_another_task_is_refused_by_name(tmp_path: Path, paths: dict[str, Path], capsys: Any) -> None:
    other = other_task(tmp_path)
    line = _refused(capsys, paths["gold"], other)
    assert f"{paths['gold'].name} and {other.name} are of different tasks, ir_arith and ir_multi_op" in line


def test_another_task_version_is_refused_by_name(tmp_path: Path, paths: dict[str, Path], capsys: Any) -> None:
    newer = changed(paths["gold"], tmp_path, lambda content: content["eval"].update(task_version="2-A"))
    line = _refused(capsys, paths["null"], newer)
    assert "are of different versions of ir_arith, 1-A and 2-A; run the older one again" in line


def test_other_samples_are_refused_by_name(tmp_path: Path, paths: dict[str, Path], capsys: Any) -> None:
    more = logged("gold", tmp_path, n=N, seed=1)
    line = _refused(capsys, paths["gold"], more)
    assert "were not run on the same samples: " in line
    assert "only in the first" in line

    def without_two(content: dict[str, Any]) -> None:
        content["samples"] = content["samples"][2:]

    fewer = changed(paths["gold"], tmp_path / "fewer", without_two)
    lost = [sample["id"] for sample in json.loads(paths["gold"].read_text(encoding="utf-8"))["samples"][:2]]
    line = _refused(capsys, paths["null"], fewer)
    assert f"2 samples ({', '.join(lost)}) only in the first, 0 samples only in the second, {N - 2} in both" in line


@pytest.mark.parametrize(("part", "value"), [("target", "-1"), ("input", "What is that?")])
def test_other_data_under_the_same_ids_is_refused_by_name(
    part: str, value: str, tmp_path: Path, paths: dict[str, Path], capsys: Any
) -> None:
    other = changed(paths["gold"], tmp_path, lambda content: content["samples"][3].update({part: value}))
    key = json.loads(paths["gold"].read_text(encoding="utf-8"))["samples"][3]["id"]
    line = _refused(capsys, paths["null"], other)
    assert f"have different data: 1 sample ({key}) with another {part}; run both on the same data" in line


def test_samples_scored_in_one_run_only_are_refused_and_in_neither_left_out(
    tmp_path: Path, paths: dict[str, Path], capsys: Any
) -> None:
    def unscored(content: dict[str, Any]) -> None:
        del content["samples"][0]["scores"]["semantic"]

    half = changed(paths["gold"], tmp_path / "a", unscored)
    other = changed(paths["null"], tmp_path / "b", unscored)
    line = _refused(capsys, paths["null"], half)
    assert f"without the score semantic in {half.name} but with it in the other" in line
    found = _json(capsys, half, other)
    assert (found["n"], found["unscored"]) == (N - 1, 1)
    assert "left out: 1 that neither run could score" in found["notes"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gold", "goldd"), "is of the solver goldd; there are gold, null, regex_only"),
        (("gold", "missing.eval"), "there is no log missing.eval"),
        (("gold", "gold"), "gold and gold are the same run"),
        (("gold", "null", "--cluster", "colour"), "not every sample has colour in its metadata; all have "),
        (("gold", "null", "--cluster", "canary"), "all 120 samples have the same canary"),
        (("gold", "null", "--confidence", "95"), "--confidence 95 is outside (0, 1)"),
    ],
)
def test_a_slip_gets_one_line_with_the_way_out(arguments: tuple[str, ...], said: str, logs: Path, capsys: Any) -> None:
    assert said in _refused(capsys, *arguments, "--log-dir", logs)
