"""Opening a model: by folder, by short name, and every way in which it can fail, told in one line."""

from __future__ import annotations

import io
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from open_models import build, config_of, word_tokenizer
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.load import open_model, wrap_loaded
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.shipped import shipped_models

Shared = Callable[[str], Path]


def save(folder: Path, architecture: str = "llama", seed: int = 0) -> Path:
    build(config_of(architecture), seed).save_pretrained(folder)
    word_tokenizer().save_pretrained(folder)
    return folder


@pytest.mark.parametrize("architecture", ["llama", "qwen2", "gpt_neox", "gpt2", "granite"])
def test_a_saved_model_of_any_architecture_opens_with_its_weights(architecture: str, tmp_path: Path) -> None:
    model = open_model(str(save(tmp_path, architecture)), device="cpu")
    ids = torch.tensor([[5, 6, 7]])
    assert torch.equal(model.model(input_ids=ids).logits, build(config_of(architecture))(input_ids=ids).logits)
    assert (len(model.blocks), model.hidden_size, model.context, model.stop_ids) == (4, 32, 48, (1,))
    assert not model.model.training
    assert not any(weight.requires_grad for weight in model.model.parameters())


def test_the_public_checkpoint_opens(shared_models: Shared) -> None:
    model = open_model(str(shared_models("stories260K")))
    assert (len(model.blocks), model.hidden_size, model.context) == (5, 64, 512)


def test_the_same_arguments_give_the_same_object_even_from_threads(tmp_path: Path) -> None:
    folder = str(save(tmp_path))
    found: list[OpenModel] = []
    threads = [threading.Thread(target=lambda: found.append(open_model(folder, device="cpu"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(model) for model in found}) == 1
    assert open_model(folder, device="cpu", dtype="bfloat16") is not found[0]


def test_relative_and_absolute_paths_are_one_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = save(tmp_path / "net")
    monkeypatch.chdir(tmp_path)
    assert open_model("net", device="cpu") is open_model(str(folder), device="cpu")


def test_a_folder_that_changed_is_loaded_anew(tmp_path: Path) -> None:
    folder = str(save(tmp_path))
    before = open_model(folder, device="cpu")
    first = before.hash
    save(tmp_path, seed=1)
    stat = (tmp_path / "model.safetensors").stat()
    os.utime(tmp_path / "model.safetensors", ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000))
    after = open_model(folder, device="cpu")
    assert after is not before
    assert after.hash != first


def test_dtype_and_device_are_settable_and_float32_is_the_default_on_cpu(tmp_path: Path) -> None:
    folder = str(save(tmp_path))
    assert open_model(folder, device="cpu").dtype == torch.float32
    assert open_model(folder, device="cpu", dtype="auto").dtype == torch.float32
    assert open_model(folder, device="cpu", dtype="bfloat16").dtype == torch.bfloat16
    assert open_model(folder, device="cpu", dtype=torch.float16).dtype == torch.float16
    assert open_model(folder, device="cpu").device == torch.device("cpu")


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("config.json", "has no config.json; a model folder holds config.json, model.safetensors and tokenizer.json"),
        ("model.safetensors", "has no model.safetensors;"),
        ("tokenizer.json", "has no tokenizer.json;"),
    ],
)
def test_a_missing_file_is_named(missing: str, message: str, tmp_path: Path) -> None:
    save(tmp_path)
    (tmp_path / missing).unlink()
    if missing == "tokenizer.json":
        (tmp_path / "tokenizer_config.json").unlink()
    with pytest.raises(OpenModelError, match=message) as caught:
        open_model(str(tmp_path))
    assert "\n" not in str(caught.value)


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    model = build(config_of("llama"))
    model.save_pretrained(tmp_path, max_shard_size="20KB")
    word_tokenizer().save_pretrained(tmp_path)
    shards = sorted(tmp_path.glob("model-*.safetensors"))
    assert len(shards) > 1
    assert open_model(str(tmp_path), device="cpu").model(input_ids=torch.tensor([[5]])).logits.shape == (1, 1, 97)
    shards[1].unlink()
    with pytest.raises(OpenModelError, match=f"has no {shards[1].name}"):
        open_model(str(tmp_path), device="cpu")


def test_pickled_weights_are_not_read(tmp_path: Path) -> None:
    save(tmp_path)
    torch.save(load_file(tmp_path / "model.safetensors"), tmp_path / "pytorch_model.bin")
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(OpenModelError, match=r"has no model\.safetensors"):
        open_model(str(tmp_path))


def test_an_incomplete_checkpoint_is_refused_rather_than_filled_with_random_numbers(tmp_path: Path) -> None:
    save(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    del weights["model.layers.2.mlp.up_proj.weight"]
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(OpenModelError, match=r"lacks 1 weights \(model\.layers\.2\.mlp\.up_proj\.weight"):
        open_model(str(tmp_path), device="cpu")


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_file_cut_short_is_refused_in_one_line(file: str, tmp_path: Path) -> None:
    save(tmp_path)
    content = (tmp_path / file).read_bytes()
    (tmp_path / file).write_bytes(content[: len(content) // 2])
    with pytest.raises(OpenModelError, match="does not load: ") as caught:
        open_model(str(tmp_path), device="cpu")
    assert "\n" not in str(caught.value)


def test_a_tokenizer_of_another_model_is_refused_at_load_and_special_tokens_beyond_are_not(tmp_path: Path) -> None:
    save(tmp_path)
    tokenizer = word_tokenizer()
    rows = open_model(str(tmp_path)).model.config.vocab_size
    tokenizer.add_special_tokens({"additional_special_tokens": [f"<image-{at}>" for at in range(rows)]})
    tokenizer.save_pretrained(tmp_path)
    assert open_model(str(tmp_path)).hidden_size > 0
    another = Tokenizer(WordLevel({f"w{at}": at for at in range(rows + 1)}, unk_token="w0"))
    another.save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(OpenModelError, match=f"tokenizer of another model: its tokens go up to {rows}, the embedding"):
        open_model(str(tmp_path))


def test_code_in_a_model_folder_is_never_run(tmp_path: Path) -> None:
    save(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    config.update(model_type="made_up", auto_map={"AutoConfig": "evil.Config", "AutoModelForCausalLM": "evil.Model"})
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()")
    with pytest.raises(OpenModelError, match="does not load: "):
        open_model(str(tmp_path), device="cpu")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["/no/such/folder", "./nowhere", "a/b/c"])
def test_a_path_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(OpenModelError, match=f"^no folder {name}; a model folder holds"):
        open_model(name)


def test_an_unknown_name_lists_the_shipped_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glassbox.harness.lm.folders.shipped_models", lambda: {"arith": Path("x"), "coder": Path("y")})
    monkeypatch.setattr("glassbox.harness.lm.folders.fetchable_models", lambda: {})
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(OpenModelError, match=r"^arithh is no shipped model \(arith, coder\), no folder") as caught:
        open_model("arithh")
    assert "\n" not in str(caught.value)


def test_every_shipped_model_is_a_complete_folder_and_opens_by_its_short_name() -> None:
    shipped = shipped_models()
    if not shipped:
        pytest.skip("no reference model is trained yet: baselines/models holds no model.safetensors")
    for name, folder in shipped.items():
        model = open_model(name, device="cpu")
        assert model.name == name
        assert model.folder == folder


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"device": "gpu9"}, "device 'gpu9' is unknown"),
        ({"dtype": "float8"}, "dtype 'float8' is unknown; use auto, float32, bfloat16, float16"),
    ],
)
def test_unknown_devices_and_dtypes_are_refused(settings: dict[str, str], message: str) -> None:
    with pytest.raises(OpenModelError, match=message):
        open_model("anything", **settings)


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is there, so it can be used")
def test_a_device_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OpenModelError, match="does not go to device cuda:7"):
        open_model(str(save(tmp_path)), device="cuda:7", dtype="float32")


def test_a_model_in_memory_is_found_again_in_its_folder(tmp_path: Path) -> None:
    opened = open_model(str(save(tmp_path)), device="cpu")
    again = wrap_loaded("mine", opened.model, opened.tokenizer)
    assert again.folder == tmp_path
    assert again.hash == opened.hash


def with_sentencepiece(folder: Path) -> Path:
    """A model whose only tokenizer file is a tokenizer.model, trained here on a few words."""
    import sentencepiece

    save(folder)
    for file in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        (folder / file).unlink(missing_ok=True)
    words = [f"the {one} saw a {other}" for one in ("cat", "dog", "bird") for other in ("tree", "boat", "house")]
    trained = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(words), model_writer=trained, vocab_size=20, bos_id=1, eos_id=2, unk_id=0, minloglevel=2
    )
    (folder / "tokenizer.model").write_bytes(trained.getvalue())
    return folder


def test_a_folder_with_a_tokenizer_model_alone_opens_or_names_the_package_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = with_sentencepiece(tmp_path / "spm")
    codec = open_model(str(folder)).codec
    assert codec.decode(codec.ids("the cat saw a boat")) == "the cat saw a boat"
    other = with_sentencepiece(tmp_path / "other")
    monkeypatch.setitem(sys.modules, "sentencepiece", None)
    with pytest.raises(OpenModelError) as refused:
        open_model(str(other))
    assert str(refused.value) == (
        f"{other} has a tokenizer.model and no tokenizer.json, and sentencepiece is not installed; "
        "pip install 'glassbox-evals[sentencepiece]'"
    )
