"""Where a model lies: the folder of a short name, a path, a GGUF file or what the hub's cache has."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from glassbox.harness.cli.progress import Tick
from glassbox.harness.lm.adapters import CONFIG, Adapter
from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.gguf import SUFFIX, gguf_folder
from glassbox.harness.lm.hub import hub_folder, hub_refusal
from glassbox.harness.lm.identity import hash_folder, hash_view, tokenizer_files, weight_files
from glassbox.harness.lm.names import ViewName
from glassbox.harness.lm.pretrained import from_pretrained
from glassbox.harness.lm.shipped import fetchable_models, shipped_models

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

FOLDER_NEEDS = "a model folder holds config.json, model.safetensors and tokenizer.json"


def folder_of(name_or_path: str) -> Path | None:
    """The folder of the model meant, or None when it can only be a hub name.

    Raises:
      OpenModelError: It is not there, or something in it is missing.
    """
    shipped = shipped_models()
    if name_or_path in shipped:
        return shipped[name_or_path]
    path = Path(name_or_path).expanduser()
    if path.is_dir():
        _check_folder(path)
        return path
    if path.suffix == SUFFIX:
        return gguf_folder(path, _read_gguf)
    if name_or_path in fetchable_models():
        return _fetched(name_or_path)
    if path.is_absolute() or name_or_path.startswith(("./", "../", "~")) or name_or_path.count("/") > 1:
        raise OpenModelError(f"no folder {name_or_path}; {FOLDER_NEEDS}")
    return None


def hash_of(name: str) -> str | None:
    """Content address of the view that a name stands for, without loading it; None where no file says it."""
    try:
        view = ViewName.of(name)
        folder = folder_of(view.base) or hub_folder(view.base, revision=view.revision)
        if folder is None or view.random or not weight_files(folder):
            return None
        base = hash_folder(folder)
        return hash_view(base, Adapter.at(view.adapter).hash) if view.adapter else base
    except OpenModelError:
        return None


def fetch_model(name: str, tick: Tick = lambda *_: None) -> Path:
    """Fetch a model that a package names by where it is to be had, and give its folder; once a machine.

    Args:
      name: Its short name.
      tick: Progress.

    Raises:
      OpenModelError: It is not to be had.
    """
    from glassbox.harness.lm.fetch import fetch

    return fetch(name, _read_gguf, tick)


def _fetched(name: str) -> Path:
    from glassbox.harness.lm.fetch import fetched

    folder = fetched(name)
    if folder is None:
        raise OpenModelError(f"{name} is not on this machine yet; glassbox models fetch {name}")
    return folder


def _read_gguf(file: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    import torch

    return from_pretrained(file.name, file.parent, torch.float32, gguf_file=file.name)


def _check_folder(path: Path) -> None:
    """Name the first thing that is missing."""
    if (path / CONFIG).is_file() and not (path / "config.json").is_file():
        raise OpenModelError(f"{path} is an adapter; name the model that it goes on: BASE+{path}")
    if not (path / "config.json").is_file():
        raise OpenModelError(f"{path} has no config.json; {FOLDER_NEEDS}")
    weights = weight_files(path)
    missing = [file.name for file in weights if not file.is_file()]
    if not weights or missing:
        raise OpenModelError(f"{path} has no {missing[0] if missing else 'model.safetensors'}; {FOLDER_NEEDS}")
    there = {file.name for file in tokenizer_files(path)}
    if not there:
        raise OpenModelError(f"{path} has no tokenizer.json; {FOLDER_NEEDS}")
    if "tokenizer.model" in there and not there & {"tokenizer.json", "vocab.json"}:
        _need_sentencepiece(path)


def _need_sentencepiece(path: Path) -> None:
    """A tokenizer.model alone is read by a package that is no dependency of this one."""
    try:
        for package in ("sentencepiece", "google.protobuf"):
            import_module(package)
    except ImportError as error:
        raise OpenModelError(
            f"{path} has a tokenizer.model and no tokenizer.json, and {error.name} is not installed; "
            "pip install 'glassbox-evals[sentencepiece]'"
        ) from error


@lru_cache(maxsize=64)  # the hub is asked once a process
def cached_when_unreachable(name: str, revision: str | None = None) -> Path | None:
    """None when the hub gives `name`; else the folder of its cache, which spares the library's retries for each file.

    Raises:
      OpenModelError: The cache does not have it either.
    """
    refusal = hub_refusal(name, revision)
    if refusal is None:
        return None
    cached = hub_folder(name, revision=revision)
    if cached is not None:
        _check_folder(cached)
        return cached
    shipped = ", ".join([*shipped_models(), *fetchable_models()]) or "none"
    raise OpenModelError(
        f"{ViewName(name, revision)} is no shipped model ({shipped}), no folder ({FOLDER_NEEDS}), "
        f"nor to be had from the hub: {refusal}"
    )
