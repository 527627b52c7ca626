"""The content address: equal for equal models wherever they lie, different for any difference that matters."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
import torch
from open_models import build, config_of, random_model, word_tokenizer
from torch import nn

from glassbox.harness.lm import identity
from glassbox.harness.lm.identity import hash_folder, hash_loaded
from glassbox.harness.lm.load import wrap_loaded


def save(folder: Path, seed: int = 0) -> Path:
    build(config_of("llama"), seed).save_pretrained(folder)
    word_tokenizer().save_pretrained(folder)
    return folder


def test_a_copy_has_the_same_address(tmp_path: Path) -> None:
    first = save(tmp_path / "a")
    second = shutil.copytree(first, tmp_path / "elsewhere" / "b")
    assert hash_folder(first) == hash_folder(second)
    assert len(hash_folder(first)) == 64


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "tokenizer.json"])
def test_one_changed_byte_changes_the_address(file: str, tmp_path: Path) -> None:
    folder = save(tmp_path)
    before = hash_folder(folder)
    content = bytearray((folder / file).read_bytes())
    content[-2] ^= 1
    (folder / file).write_bytes(content)
    changed = hash_folder(folder)
    assert changed != before
    content[-2] ^= 1
    (folder / file).write_bytes(content)
    assert hash_folder(folder) == before


def test_what_does_not_make_the_model_does_not_change_the_address(tmp_path: Path) -> None:
    folder = save(tmp_path)
    before = hash_folder(folder)
    (folder / "README.md").write_text("a model card")
    assert hash_folder(folder) == before


def test_a_file_in_the_hub_cache_is_known_by_its_name(tmp_path: Path) -> None:
    """The cache names large files by their SHA-256: the address is that of a plain copy, and nothing is read."""
    plain = save(tmp_path / "plain")
    blobs, snapshot = tmp_path / "blobs", tmp_path / "snapshots" / "abc"
    blobs.mkdir()
    snapshot.mkdir(parents=True)
    for file in plain.iterdir():
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        large = file.suffix == ".safetensors"
        blob = blobs / (digest if large else digest[:40])
        blob.write_bytes(b"" if large else file.read_bytes())
        (snapshot / file.name).symlink_to(blob)
    assert hash_folder(snapshot) == hash_folder(plain)


def test_models_in_memory_differ_by_their_weights_and_vocabulary() -> None:
    one = random_model("llama")
    same = wrap_loaded("copy", build(config_of("llama")), word_tokenizer())
    other = wrap_loaded("other", build(config_of("llama"), seed=1), word_tokenizer())
    assert one.hash == same.hash
    assert one.hash != other.hash
    tokenizer = word_tokenizer()
    tokenizer.add_tokens(["extra"])
    assert hash_loaded(same.model, tokenizer) != same.hash


def test_bfloat16_weights_have_an_address_too() -> None:
    low = build(config_of("gpt2"))
    nn.Module.to(low, torch.bfloat16)
    assert hash_loaded(low, word_tokenizer()) != hash_loaded(build(config_of("gpt2")), word_tokenizer())


def test_a_large_file_is_read_once_a_machine_and_again_when_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLASSBOX_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(identity, "LARGE", 1)
    file = tmp_path / "weights"
    file.write_bytes(b"weights")
    first = identity.file_digest(file)
    (kept,) = (tmp_path / "cache" / "digests").iterdir()
    assert first == kept.read_text() == hashlib.sha256(b"weights").hexdigest()
    for content in ("f" * 64, "half of a dig"):
        kept.write_text(content)
        identity._digest_once.cache_clear()
        assert identity.file_digest(file) == (content if len(content) == 64 else first)
    file.write_bytes(b"others")
    assert identity.file_digest(file) == hashlib.sha256(b"others").hexdigest()
