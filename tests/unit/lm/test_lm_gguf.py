"""GGUF files are models like any other: read once, the same weights, and a fault is named with the way out."""

from __future__ import annotations

import sys
from pathlib import Path

import gguf
import pytest
import torch
from tiny_gguf import CONFIG, END, TEMPLATE, Quantisation, tiny, write
from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from glassbox.harness.lm import folders as folders_of_models
from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.gguf_rope import LLAMA3
from glassbox.harness.lm.load import open_model


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GLASSBOX_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def folders(cache: Path) -> list[Path]:
    return [path for path in (cache / "models").iterdir() if path.is_dir()]


def test_the_weights_and_the_template_are_those_of_the_model_that_was_written(tmp_path: Path, cache: Path) -> None:
    write([tmp_path / "tiny.gguf"])
    opened = open_model(str(tmp_path / "tiny.gguf"))
    ids = torch.tensor([opened.tokenizer("What is 12 plus 3?").input_ids])
    with torch.no_grad():
        assert torch.allclose(opened.model(ids).logits, tiny()(ids).logits, atol=1e-5)
    assert opened.tokenizer.chat_template == TEMPLATE
    assert opened.tokenizer.eos_token == END
    assert opened.tokenizer.decode(ids[0]) == "What is 12 plus 3?"


def test_a_file_is_read_once_and_known_by_what_it_holds(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, copy, other = (tmp_path / f"{name}.gguf" for name in ("first", "copy", "other"))
    write([first])
    copy.write_bytes(first.read_bytes())
    write([other], Quantisation.Q8_0)
    address = open_model(str(first)).hash
    with monkeypatch.context() as patch:
        patch.setattr(folders_of_models, "_read_gguf", lambda file: pytest.fail("read again"))
        assert open_model(str(copy)).hash == address
    assert open_model(str(other)).hash != address
    assert len(folders(cache)) == 2


def test_a_split_file_is_one_model_whichever_part_is_named(tmp_path: Path, cache: Path) -> None:
    parts = [tmp_path / f"tiny-{at:05}-of-00003.gguf" for at in (1, 2, 3)]
    write(parts, Quantisation.Q8_0)
    write([tmp_path / "whole.gguf"], Quantisation.Q8_0)
    opened, whole = open_model(str(parts[1])), open_model(str(tmp_path / "whole.gguf"))
    assert all(torch.equal(one, whole.model.state_dict()[name]) for name, one in opened.model.state_dict().items())
    assert opened.tokenizer.chat_template == TEMPLATE
    assert open_model(str(parts[0])).hash == opened.hash
    assert not list(cache.rglob("*.gguf"))
    parts[2].unlink()
    with pytest.raises(OpenModelError, match=r"one of 3 files, and tiny-00003-of-00003.gguf is not beside it"):
        open_model(str(parts[0]))


def test_rotary_scaling_that_transformers_passes_over_is_kept_or_refused(tmp_path: Path) -> None:
    """The divisors of Llama 3.2 as its own configuration gives them, which is transformers' own computation."""
    llama3 = {"rope_type": "llama3", "factor": 32.0, "rope_theta": 10_000.0, **LLAMA3}
    config = LlamaConfig(**{**CONFIG.to_dict(), "rope_parameters": llama3})
    scaled, _ = ROPE_INIT_FUNCTIONS["llama3"](config, "cpu")
    plain = 1 / 10_000 ** (torch.arange(0, 16, 2) / 16)
    write([tmp_path / "llama3.gguf"], rope=plain / scaled)
    found = open_model(str(tmp_path / "llama3.gguf")).model.config.rope_parameters
    assert found == pytest.approx(llama3)
    write([tmp_path / "linear.gguf"], scaling="linear")
    found = open_model(str(tmp_path / "linear.gguf")).model.config.rope_parameters
    assert (found["rope_type"], found["factor"]) == ("linear", 4)
    write([tmp_path / "own.gguf"], rope=[1, 2, 3, 4, 5, 6, 7, 8])
    with pytest.raises(OpenModelError, match=r"own\.gguf has frequencies of its own \(rope_freqs\), which is not read"):
        open_model(str(tmp_path / "own.gguf"))
    write([tmp_path / "yarn.gguf"], scaling="yarn")
    with pytest.raises(OpenModelError, match=r"yarn\.gguf has rotary scaling of type yarn"):
        open_model(str(tmp_path / "yarn.gguf"))


def test_what_cannot_be_read_is_named_with_the_way_out_and_leaves_nothing(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OpenModelError, match=r"there is no file .*none\.gguf"):
        open_model(str(tmp_path / "none.gguf"))
    (tmp_path / "text.gguf").write_text("no weights at all, only words, and some more of them")
    with pytest.raises(OpenModelError, match=r"text\.gguf does not load"):
        open_model(str(tmp_path / "text.gguf"))
    write([tmp_path / "lacking.gguf"], leave_out="blk.1.ffn_up")
    with pytest.raises(OpenModelError, match=r"lacks 1 weights \(model\.layers\.1\.mlp\.up_proj\.weight"):
        open_model(str(tmp_path / "lacking.gguf"))
    write([tmp_path / "odd.gguf"])
    with monkeypatch.context() as patch:

        def refuse(*_: object) -> None:
            raise NotImplementedError("Dequantization for IQ9_X is not yet implemented")

        patch.setattr(gguf, "dequantize", refuse)
        with pytest.raises(OpenModelError, match=r"odd\.gguf does not load: Dequantization for IQ9_X .* such as Q8_0"):
            open_model(str(tmp_path / "odd.gguf"))
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "gguf", None)
        with pytest.raises(OpenModelError, match=r"the package gguf is missing; pip install gguf"):
            open_model(str(tmp_path / "odd.gguf"))
    assert folders(cache) == []
