"""A view by every door: one model whether its adapter stands in the name or beside it, and never its base."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog, read_eval_log
from lm_eval.api.instance import Instance  # type: ignore[import-untyped]
from lm_eval.models.huggingface import HFLM  # type: ignore[import-untyped]
from peft import LoraConfig, get_peft_model

from glassbox.harness.cli.main import main
from glassbox.harness.data.arithmetic.dataset import Origin
from glassbox.harness.fit.artefacts import ArtefactStore
from glassbox.harness.fit.config import HeadConfig
from glassbox.harness.lm.identity import MODEL_HASH
from glassbox.harness.lm.load import open_model
from glassbox.harness.lm.shipped import shipped_models
from glassbox.harness.lm_eval.model import OpenLM
from glassbox.solvers.arithmetic.fitted import HeadTechnique, fitted
from glassbox.solvers.regex_pipeline import regex_pipeline
from glassbox.tasks.ir_arith import ir_arith

N = 6
torch.set_num_threads(1)


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter that changes what `arith` writes."""
    torch.manual_seed(0)
    settings = LoraConfig(r=4, target_modules=["q_proj", "down_proj"], init_lora_weights=False)
    made = get_peft_model(copy.deepcopy(open_model("arith", device="cpu").model), settings)
    folder = tmp_path_factory.mktemp("adapters") / "words"
    made.save_pretrained(str(folder))
    return folder


def facts(log: EvalLog) -> tuple[str, object, list[str]]:
    """Model as named, its content address, and what it wrote."""
    assert log.status == "success", log.error
    assert log.samples
    assert log.eval.metadata
    return log.eval.model, log.eval.metadata[MODEL_HASH], [sample.output.completion for sample in log.samples]


def test_the_name_the_argument_and_inspect_itself_give_one_model(words: Path, tmp_path: Path) -> None:
    named, beside = f"open/arith+{words}", ["--model", "open/arith", "-M", f"adapter={words}"]
    line = ["eval", "ir_arith", "--solver", "regex_pipeline", "-T", f"n={N}", "-S", "max_tokens=12"]
    for number, words_of_it in enumerate((["--model", named], beside)):
        assert main([*line, *words_of_it, "--log-dir", str(tmp_path / str(number))]) == 0
    runs = [read_eval_log(str(next((tmp_path / str(number)).glob("*.json")))) for number in (0, 1)]
    settings: dict[str, Any] = {
        "solver": regex_pipeline(max_tokens=12),
        "log_dir": str(tmp_path / "inspect"),
        "display": "none",
    }
    runs += inspect_eval(
        ir_arith, task_args={"n": N}, model="open/arith", model_args={"adapter": str(words)}, **settings
    )
    name, address, written = facts(runs[0])
    assert (name, address) == (named, open_model(f"arith+{words}").hash)
    assert all(facts(run) == (name, address, written) for run in runs)
    base = inspect_eval(ir_arith, task_args={"n": N}, model="open/arith", **settings)[0]
    assert facts(base)[1:] != (address, written)
    assert facts(base)[2] != written
    assert runs[1].eval.model_args == {"adapter": str(words)}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("adaptor=x", "open/ knows no model argument adaptor; it takes adapter,"),
        ("adapter=nowhere", "adapter nowhere has no adapter_config.json"),
        ("revision=v2", "arith is not from the hub and has no revision v2"),
    ],
)
def test_a_wrong_model_argument_is_one_line(
    given: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["eval", "ir_arith", "--solver", "regex_pipeline", "--model", "open/arith", "-M", given, "-T", "n=2"]
    assert main([*line, "--log-dir", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err


def test_lm_eval_takes_the_adapter_as_its_own_model_type_does(words: Path) -> None:
    asked = [Instance("loglikelihood", {}, ("Add 3 and 4.", f" {number} + 4"), number) for number in range(3)]
    ours = OpenLM("arith", device="cpu", peft=str(words)).loglikelihood(asked, disable_tqdm=True)
    named = OpenLM(f"arith+{words}", device="cpu").loglikelihood(asked, disable_tqdm=True)
    folder = str(shipped_models()["arith"])
    theirs = HFLM(pretrained=folder, peft=str(words), dtype="float32", device="cpu").loglikelihood(
        asked, disable_tqdm=True
    )
    assert ours == named
    assert [score for score, _ in ours] == pytest.approx([score for score, _ in theirs], abs=1e-4)


def part_of(model: str, store: ArtefactStore) -> HeadTechnique:
    return fitted(open_model(model, device="cpu"), Origin(family="single"), HeadConfig(epochs=1), 3, 64, 32, store)


def test_a_part_of_the_base_is_refused_by_its_views_by_name(
    words: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = ArtefactStore(tmp_path)
    base, view = part_of("arith", store).name, part_of(f"arith+{words}", store).name
    assert base != view
    for kind in ("json", "safetensors"):
        shutil.copy(tmp_path / f"{base}.{kind}", tmp_path / f"{view}.{kind}")
    assert part_of(f"arith+{words}", store).name == view
    assert f"artefact {view} in {tmp_path} is stale: its card names other inputs; fitting it again" in caplog.text
