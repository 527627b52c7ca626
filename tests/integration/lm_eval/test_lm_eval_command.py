"""`glassbox lm-eval run ... --model open` as a user types it: offline and from any folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from glassbox.harness.lm.load import open_model
from glassbox.harness.lm.shipped import shipped_models
from tests.forks import forked

ROOT = Path(__file__).resolve().parents[3]
# lm-eval reads the 14,000 files of its own tasks at each start, ten seconds of a core; none of them is asked for here.
LM_EVAL = """
import sys
from functools import partialmethod
from lm_eval.tasks import TaskManager
from glassbox.harness.cli.main import main
TaskManager.__init__ = partialmethod(TaskManager.__init__, include_defaults=False)
sys.exit(main(["lm-eval", *sys.argv[1:]]))
"""


def lm_eval(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return forked("-c", LM_EVAL, *map(str, arguments), cwd=cwd, variables=os.environ).ended()


def test_lm_eval_finds_the_model_type_and_prints_its_table(tmp_path: Path) -> None:
    if "arith" not in shipped_models():
        pytest.skip("no model arith in baselines/models; `glassbox models train arith` makes it")
    done = lm_eval(
        *("run", "--include_path", ROOT / "tasks/lm_eval", "--tasks", "ir_arith_fixed", "--model", "open"),
        *("--model_args", "pretrained=arith", "--batch_size", "16", "--output_path", tmp_path),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [line.split("|") for line in done.stdout.splitlines() if line.startswith("|")]
    shown = {row[5].strip(): float(row[7]) for row in rows[2:]}
    (kept,) = tmp_path.rglob("results_*.json")
    results = json.loads(kept.read_text())
    assert shown["semantic"] == pytest.approx(results["results"]["ir_arith_fixed"]["semantic,none"], abs=1e-3)
    assert shown["semantic"] >= 0.9
    assert results["n-samples"]["ir_arith_fixed"]["effective"] == 16
    assert results["versions"]["ir_arith_fixed"] == "1-A"
    assert results["config"]["model_hash"] == open_model("arith").hash


def test_every_flag_is_lm_evals_and_so_is_its_refusal(tmp_path: Path) -> None:
    done = lm_eval("run", "--no-such-flag", cwd=tmp_path)
    assert done.returncode == 2
    assert "unrecognized arguments: --no-such-flag" in done.stderr


def test_importing_torch_loads_nothing_of_ours(tmp_path: Path) -> None:
    program = "import sys, torch; print([name for name in sys.modules if name.startswith(('glassbox', 'lm_eval'))])"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_the_entry_point_that_later_versions_of_lm_eval_look_for_leads_to_the_same_class() -> None:
    (found,) = [point for point in entry_points(group="lm_eval.models") if point.name == "open"]
    from lm_eval.api.registry import get_model  # type: ignore[import-untyped]

    ours = found.load()
    assert get_model("open") is ours
