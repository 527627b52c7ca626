"""`glassbox gate` on real runs of the shipped model: 0 where nothing was lost, 1 where it was, 2 where it is unsure."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from gate_runs import again, blessed, changed, command, copied, degraded, logged

N = 1000
SMALL = 120
SharedPath = Any


@pytest.fixture(scope="module")
def head(arith: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference head on 1,000 questions."""
    return logged("ir_head", tmp_path_factory.mktemp("head"), N)


@pytest.fixture(scope="module")
def trivial(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """gold, null and regex_only on few questions."""
    folder = tmp_path_factory.mktemp("trivial")
    return {name: logged(name, folder, SMALL) for name in ("gold", "null", "regex_only")}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """regex_only and gold on 1,000 questions."""
    folder = tmp_path_factory.mktemp("many")
    return {name: logged(name, folder, N) for name in ("gold", "regex_only")}


def test_the_same_head_run_again_passes_at_n_1000(head: Path, tmp_path: Path, capsys: Any) -> None:
    base = blessed(capsys, tmp_path, head)
    answer = command(capsys, "gate", "--baseline", base, "--run", "--log-dir", tmp_path / "logs", "--format", "json")
    assert answer.status == 0, answer.out
    found = json.loads(answer.out)
    [row] = found["records"]
    assert (row["n"], row["ruling"], row["lost"]) == (N, "pass", 0)
    assert row["loss"]["high"] == pytest.approx(1 - 0.05 ** (1 / N))
    assert row["why"] == "no evidence of a loss, at most 0.3 points possible, n = 1,000"
    assert row["log"] != head.name
    assert found["sentence"] == "gate base: passed (1 pass of 1)"


def test_five_planted_points_at_n_1000_are_a_regression(head: Path, tmp_path: Path, capsys: Any) -> None:
    base = blessed(capsys, tmp_path, head)
    worse = degraded(head, tmp_path / "worse", range(0, N, 20))
    answer = command(capsys, "gate", worse, "--baseline", base)
    assert answer.status == 1
    assert answer.out.startswith("gate base: REGRESSION (1 regression of 1)\n")
    [line] = [line for line in answer.out.splitlines() if ": regression: " in line]
    assert line.startswith("ir_arith held_out_both n=1000 · ir_head: regression: lost 5 points (")
    assert "lost 50 and gained 0 of 1,000" in line
    assert "; most in template '" in line


def test_five_planted_points_are_found_by_clusters_too(head: Path, tmp_path: Path, capsys: Any) -> None:
    base = blessed(capsys, tmp_path, head)
    worse = degraded(head, tmp_path / "worse", range(0, N, 20))
    answer = command(capsys, "gate", worse, "--baseline", base, "--clustered", "--format", "json")
    [row] = json.loads(answer.out)["records"]
    assert (answer.status, row["ruling"]) == (1, "regression")
    assert row["units"] == 24
    assert any("judged by 24 clusters of the same template" in note for note in row["notes"])
    same = command(capsys, "gate", again(head, tmp_path / "same"), "--baseline", base, "--clustered")
    assert same.status == 2
    assert "11.7 possible, n = 1,000 in 24 clusters" in same.out


def test_a_template_that_fails_altogether_is_no_evidence_of_others_and_no_pass(
    head: Path, tmp_path: Path, capsys: Any
) -> None:
    base = blessed(capsys, tmp_path, head)
    content = json.loads(head.read_text(encoding="utf-8"))
    template = {sample["id"]: sample["metadata"]["template"] for sample in content["samples"]}
    ids = content["eval"]["dataset"]["sample_ids"]
    largest = Counter(template.values()).most_common(1)[0][0]
    broken = [at for at, key in enumerate(ids) if template[key] == largest]
    answer = command(capsys, "gate", degraded(head, tmp_path / "worse", broken), "--baseline", base, "--format", "json")
    [row] = json.loads(answer.out)["records"]
    assert (answer.status, row["ruling"]) == (2, "inconclusive")
    assert row["loss"]["high"] > 0.05
    assert row["p"] > 0.05


def test_twenty_samples_tell_nothing_even_where_all_are_the_same(head: Path, tmp_path: Path, capsys: Any) -> None:
    base = blessed(capsys, tmp_path, head)
    answer = command(
        capsys, "gate", "--baseline", base, "--run", "--limit", 20, "--log-dir", tmp_path / "l", "--format", "markdown"
    )
    assert answer.status == 2
    assert answer.out.startswith("### gate base: NOT DECIDED (1 inconclusive of 1)\n")
    assert (
        "inconclusive: a loss of 5 points is not ruled out: 0 found, 13.9 possible, n = 20; 59 samples would settle it"
    ) in answer.out
    assert "980 blessed samples were left out" in answer.out


def test_a_baseline_of_twenty_samples_warns_when_blessed_and_never_passes(tmp_path: Path, capsys: Any) -> None:
    few = logged("gold", tmp_path / "few", 20)
    said = command(capsys, "bless", few, "--name", "few", "--folder", tmp_path, "--reason", "small")
    assert "even the same answers leave a loss of 13.9 points possible; bless more samples" in said.err
    answer = command(capsys, "gate", again(few, tmp_path / "again"), "--baseline", tmp_path / "few.json")
    assert answer.status == 2
    wide = command(capsys, "gate", again(few, tmp_path / "again"), "--baseline", tmp_path / "few.json", "--margin", 15)
    assert wide.status == 0


def test_a_pipeline_that_lost_its_model_is_a_regression(many: dict[str, Path], tmp_path: Path, capsys: Any) -> None:
    """Answers of the bare regex under the name of a solver that was right on all."""

    def pose_as_gold(content: dict[str, Any]) -> None:
        content["eval"]["solver"] = content["plan"]["steps"][0]["solver"] = "gold"

    base = blessed(capsys, tmp_path, many["gold"])
    answer = command(
        capsys,
        "gate",
        changed(many["regex_only"], tmp_path / "w", pose_as_gold),
        "--baseline",
        base,
        "--format",
        "json",
    )
    assert answer.status == 1
    [row] = json.loads(answer.out)["records"]
    assert row["loss"]["value"] > 0.1
    assert row["gained"] == 0
    assert row["p"] < 0.01  # by 24 templates, most of which the regex reads too


def test_another_model_is_gated_against_the_blessed_one(
    arith: Path, shared_models: SharedPath, tmp_path: Path, capsys: Any
) -> None:
    base = blessed(capsys, tmp_path, logged("regex_pipeline", tmp_path / "right", 20, max_tokens=12))
    model = f"open/{shared_models('stories260K')}"
    answer = command(
        capsys, "gate", "--baseline", base, "--run", "--model", model, "--log-dir", tmp_path / "l", "--format", "json"
    )
    assert answer.status == 1, answer.out
    [row] = json.loads(answer.out)["records"]
    assert (row["model"], row["method"], row["now"]) == (model, "regex_pipeline max_tokens=12", 0)
    assert row["blessed"] >= 0.9


def test_p_is_corrected_over_the_rows_that_are_judged(trivial: dict[str, Path], tmp_path: Path, capsys: Any) -> None:
    """Five lost of 120 have p = 0.031: evidence in a gate of one row, none in one of three."""
    base = blessed(capsys, tmp_path, *trivial.values())
    logs = tmp_path / "logs"
    degraded(trivial["gold"], logs, range(5))
    again(trivial["null"], logs)
    again(trivial["regex_only"], logs)
    alone = command(capsys, "gate", "--baseline", base, "--log-dir", logs, "--solver", "gold")
    assert alone.status == 1
    assert "p = 0.031" in alone.out
    together = command(capsys, "gate", "--baseline", base, "--log-dir", logs)
    assert together.status == 2
    assert "p = 0.094 over 3 rows" in together.out


def test_an_exact_row_must_come_out_the_same(trivial: dict[str, Path], tmp_path: Path, capsys: Any) -> None:
    base = blessed(capsys, tmp_path, trivial["null"], trivial["gold"], options=["--exact", "null", "gold"])
    logs = tmp_path / "logs"
    again(trivial["null"], logs)
    again(trivial["gold"], logs)
    same = command(capsys, "gate", "--baseline", base, "--log-dir", logs)
    assert (same.status, "exact" in same.out) == (0, True)
    leak = tmp_path / "leak"
    again(trivial["gold"], leak)
    degraded(trivial["null"], leak, [7], value=1)
    found = command(capsys, "gate", "--baseline", base, "--log-dir", leak)
    assert found.status == 1
    assert "1 of 120 samples are not as blessed (" in found.out
    assert " 0 to 1), and this row must come out the same" in found.out


def _other_version(content: dict[str, Any]) -> None:
    content["eval"]["task_version"] = "2-A"


def _other_input(content: dict[str, Any]) -> None:
    content["samples"][3]["input"] += " Please."


def _other_data(content: dict[str, Any]) -> None:
    content["eval"]["metadata"]["data_hash"] = "0123456789abcdef"


def _fewer(content: dict[str, Any]) -> None:
    del content["samples"][-2:]
    del content["eval"]["dataset"]["sample_ids"][-2:]


def _unfinished(content: dict[str, Any]) -> None:
    content["status"] = "cancelled"


def _unscored(content: dict[str, Any]) -> None:
    content["samples"][0]["scores"]["semantic"]["value"] = float("nan")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_other_version, "ir_arith is version 2-A now and was blessed as 1-A; bless it anew"),
        (_other_input, "with another input or target; bless it anew"),
        (_other_data, "was run on other data (0123456789abcdef) than the blessed run ("),
        (_fewer, "has other samples than the blessed run: 2 samples ("),
        (_unfinished, "is not complete (cancelled, 120 of 120 samples); run it again"),
        (_unscored, "1 sample ("),
    ],
)
def test_what_cannot_be_compared_is_named_and_exits_2(
    change: Any, said: str, trivial: dict[str, Path], tmp_path: Path, capsys: Any
) -> None:
    base = blessed(capsys, tmp_path, trivial["gold"])
    version = json.loads(trivial["gold"].read_text(encoding="utf-8"))["eval"]["task_version"]
    answer = command(capsys, "gate", changed(trivial["gold"], tmp_path / "other", change), "--baseline", base)
    assert answer.status == 2
    assert said.replace("1-A", version) in answer.out
    assert answer.out.startswith("gate base: NOT DECIDED (1 not comparable of 1)")


def test_the_blessed_log_itself_is_no_new_run_and_an_absent_one_is_missed(
    trivial: dict[str, Path], tmp_path: Path, capsys: Any
) -> None:
    base = blessed(capsys, tmp_path, trivial["gold"])
    itself = command(capsys, "gate", copied(trivial["gold"], tmp_path / "same"), "--baseline", base)
    assert itself.status == 2
    assert "the latest run is the blessed one itself" in itself.out
    other = command(capsys, "gate", trivial["null"], "--baseline", base)
    assert other.status == 2
    assert "no log is of gold on ir_arith held_out_both n=120 with open/arith; run it, or gate with --run" in other.out


def test_a_regression_outweighs_what_could_not_be_compared(
    trivial: dict[str, Path], tmp_path: Path, capsys: Any
) -> None:
    base = blessed(capsys, tmp_path, *trivial.values())
    answer = command(capsys, "gate", degraded(trivial["gold"], tmp_path / "w", range(30)), "--baseline", base)
    assert answer.status == 1
    assert answer.out.startswith("gate base: REGRESSION (1 regression, 2 not comparable of 3)")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--baseline", "nowhere"), "there is no baseline nowhere; make one with glassbox bless"),
        (("--baseline", "{base}", "--margin", "0"), "margin 0 is outside (0, 100)"),
        (("--baseline", "{base}", "--alpha", "0.7"), "alpha 0.7 must lie in (0, 0.5)"),
        (("--baseline", "{base}", "--solver", "ir_head"), "has no such row; it has ir_arith gold"),
        (("--baseline", "{base}", "--log-dir", "{folder}/none"), "there is no log directory"),
        (("--baseline", "{base}", "--limit", "1"), "--limit 1 leaves nothing to compare"),
        (("--baseline", "{base}", "--latency-margin", "1"), "latency margin 1 must be above 1"),
        (("--baseline", "{base}", "--junit", "{folder}/none/a.xml"), "there is no directory"),
        (("--baseline", "{log}"), "is no baseline of format 1"),
    ],
)
def test_a_users_error_is_one_line_and_exit_2(
    arguments: tuple[str, ...], said: str, trivial: dict[str, Path], tmp_path: Path, capsys: Any
) -> None:
    base = blessed(capsys, tmp_path, trivial["gold"])
    given = [one.format(base=base, folder=tmp_path, log=trivial["gold"]) for one in arguments]
    answer = command(capsys, "gate", *given)
    assert (answer.status, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert said in answer.err
