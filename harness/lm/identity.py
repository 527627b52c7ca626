"""What a model is, as one content address: fitted parts name it, and are refused when it differs.

The address covers configuration, weights and tokenizer, not where they lie: a copy of the folder, and the same model
from the hub cache, have the same one. Device and dtype are not in it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.cache import cache_folder
from glassbox.harness.records.files import write_atomically

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

MODEL_HASH = "model_hash"
"""Key under which logs keep the address: in a log's metadata and in the metadata of a model's output."""

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "tokenizer.model",
    "spiece.model",
)
GGUF = "gguf.json"
"""Where a folder that was made from GGUF files keeps their digests."""
LARGE = 32 << 20
"""Bytes from which on a file's digest is kept on disk too: a second is 300 MB, and every process would read them."""
_INDEX = "model.safetensors.index.json"


def weight_files(folder: Path) -> tuple[Path, ...]:
    """The safetensors files that `from_pretrained` reads, shards in order; empty if there are none."""
    index = folder / _INDEX
    if index.is_file():
        names = sorted(set(json.loads(index.read_text())["weight_map"].values()))
        return tuple(folder / name for name in names)
    single = folder / "model.safetensors"
    return (single,) if single.is_file() else ()


def tokenizer_files(folder: Path) -> tuple[Path, ...]:
    """The tokenizer files that are there."""
    return tuple(folder / name for name in TOKENIZER_FILES if (folder / name).is_file())


def hash_folder(folder: Path) -> str:
    """64 hexadecimal digits for the model in `folder`; a file is read again only when its size or time changed."""
    files = (folder / "config.json", *weight_files(folder), *tokenizer_files(folder))
    # What a GGUF file says of itself comes out in other words with each version of transformers, its weights do not.
    if (folder / GGUF).is_file():
        files = (folder / GGUF, *weight_files(folder))
    return combined((path.name, file_digest(path)) for path in files)


def hash_view(base: str, adapter: str) -> str:
    """The address of a base with an adapter on it, by theirs."""
    return combined([("base", base), ("adapter", adapter)])


def hash_loaded(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> str:
    """The address of a model that has no safetensors folder: over its tensors as they are in memory."""
    import torch

    def tensor_digest(tensor: torch.Tensor) -> str:
        data = tensor.detach().cpu().reshape(-1).contiguous().view(torch.uint8)
        return hashlib.sha256(data.numpy().tobytes()).hexdigest()

    entries = [(name, tensor_digest(tensor)) for name, tensor in sorted(model.state_dict().items())]
    vocabulary = json.dumps(sorted(tokenizer.get_vocab().items()))
    # Ranks and scales of adapters that were put in are in no tensor.
    adapters = {name: config.to_dict() for name, config in getattr(model, "peft_config", {}).items()}
    put_in = [("adapters", json.dumps(adapters, sort_keys=True, default=sorted))] if adapters else []
    return combined([("config", model.config.to_json_string()), ("vocabulary", vocabulary), *put_in, *entries])


def combined(entries: Iterable[tuple[str, str]]) -> str:
    """64 hexadecimal digits over named contents, in order."""
    digest = hashlib.sha256()
    for name, content in entries:
        digest.update(json.dumps([name, content]).encode())
    return digest.hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file; read again only when its size or time changed."""
    real = path.resolve()
    # The hub cache names a large file by its SHA-256, so its gigabytes need not be read again.
    if real.parent.name == "blobs" and len(real.name) == 64:
        return real.name
    stat = real.stat()
    return _digest_once(str(real), stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=1024)
def _digest_once(path: str, size: int, mtime_ns: int) -> str:
    known = cache_folder("digests") / hashlib.sha256(f"{path} {size} {mtime_ns}".encode()).hexdigest()[:32]
    with suppress(OSError):
        if size >= LARGE and re.fullmatch("[0-9a-f]{64}", found := known.read_text()):
            return found
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if size >= LARGE:
        with suppress(OSError):  # a cache that cannot be written costs seconds, not the run
            known.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(known, digest)
    return digest
