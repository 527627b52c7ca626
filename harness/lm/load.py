"""Open a causal LM by short name, hub name or path; each is loaded once a process.

model = open_model("arith")
model = open_model("smol")                              # after `glassbox models fetch smol`
model = open_model("models/Qwen2.5-0.5B-Q8_0.gguf")
model = open_model("TinyLlama/TinyLlama-1.1B-Chat-v1.0", device="cuda", dtype="bfloat16")
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glassbox.harness.cli.progress import Tick
from glassbox.harness.lm.errors import OpenModelError
from glassbox.harness.lm.families import check_rows
from glassbox.harness.lm.gguf import SUFFIX, gguf_folder
from glassbox.harness.lm.hub import first_line, hub_folder, hub_refusal
from glassbox.harness.lm.identity import tokenizer_files, weight_files
from glassbox.harness.lm.model import OpenModel
from glassbox.harness.lm.prompt import TEMPLATES
from glassbox.harness.lm.shipped import fetchable_models, shipped_models

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

FOLDER_NEEDS = "a model folder holds config.json, model.safetensors and tokenizer.json"
_DTYPES = ("float32", "bfloat16", "float16")

_Stamps = tuple[tuple[str, int], ...]
_opened: dict[tuple[str, str, str], tuple[_Stamps, OpenModel]] = {}
_other_forms: dict[tuple[str, str, str, str], OpenModel] = {}
"""Opened models as they are prompted otherwise; the weights are the same objects."""
_opening = threading.Lock()


def open_model(
    name_or_path: str,
    *,
    device: str | None = None,
    dtype: str | torch.dtype | None = None,
    template: str = "auto",
) -> OpenModel:
    """Open a causal LM; a second call with the same arguments returns the same object.

    A folder whose files changed since is loaded anew. No code from the model's repository is ever run, and weights
    are read from safetensors only.

    Args:
      name_or_path: Short name of a shipped or fetched model, hub name, folder, or GGUF file.
      device: Such as `cpu` or `cuda:1`; None or `auto` takes CUDA, then MPS, then CPU.
      dtype: Such as `float32`; None or `auto` takes bfloat16 on CUDA and float32 elsewhere.

      template: `auto` applies the chat template of a model that has one, `plain` never does.

    Raises:
      OpenModelError: The name is unknown, a file is missing or broken, or device, dtype or template is not to be had.
    """
    if template not in TEMPLATES:
        raise OpenModelError(f"template {template!r} is unknown; use {' or '.join(TEMPLATES)}")
    where = _device(device)
    precision = _dtype(dtype, where)
    folder = folder_of(name_or_path)
    key = (str(folder.resolve()) if folder else name_or_path, where, str(precision))
    with _opening:
        stamps = _stamps(folder)
        if key not in _opened or _opened[key][0] != stamps:
            _opened[key] = stamps, _load(name_or_path, folder, where, precision)
        opened = _opened[key][1]
        if opened.template == template:
            return opened
        if (*key, template) not in _other_forms or _other_forms[*key, template].model is not opened.model:
            _other_forms[*key, template] = replace(opened, template=template)
        return _other_forms[*key, template]


def wrap_loaded(name: str, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> OpenModel:
    """An open model over objects that are already in memory; its files are found again if it came from any."""
    came_from = getattr(model, "name_or_path", "") or ""
    folder = Path(came_from) if came_from and Path(came_from).is_dir() else hub_folder(came_from, model)
    known = folder is not None and bool(weight_files(folder))
    return _asked(OpenModel(name, model, tokenizer, folder if known else None))


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

    return _from_pretrained(file.name, file.parent, torch.float32, gguf_file=file.name)


def _check_folder(path: Path) -> None:
    """Name the first thing that is missing."""
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


def _stamps(folder: Path | None) -> _Stamps:
    """What shows that a folder's files changed."""
    if folder is None:
        return ()
    files = (folder / "config.json", *weight_files(folder), *tokenizer_files(folder))
    return tuple((file.name, file.stat().st_mtime_ns) for file in files)


def _load(name: str, folder: Path | None, device: str, dtype: torch.dtype) -> OpenModel:
    from torch import nn

    folder = folder or _cached_when_unreachable(name)
    model, tokenizer = _from_pretrained(name, folder, dtype)
    model.train(False).requires_grad_(False)
    try:
        nn.Module.to(model, device)
    except (RuntimeError, AssertionError) as error:
        raise OpenModelError(f"{name} does not go to device {device}: {first_line(error)}") from error
    return _asked(OpenModel(name, model, tokenizer, folder or hub_folder(name, model)))


def _asked(opened: OpenModel) -> OpenModel:
    """The model, if its family does what batches of it are read by."""
    check_rows(opened)
    return opened


def _cached_when_unreachable(name: str) -> Path | None:
    """None when the hub gives `name`; else the folder of its cache, which spares the library's retries for each file.

    Raises:
      OpenModelError: The cache does not have it either.
    """
    refusal = hub_refusal(name)
    if refusal is None:
        return None
    cached = hub_folder(name)
    if cached is not None:
        _check_folder(cached)
        return cached
    shipped = ", ".join([*shipped_models(), *fetchable_models()]) or "none"
    raise OpenModelError(
        f"{name} is no shipped model ({shipped}), no folder ({FOLDER_NEEDS}), nor to be had from the hub: {refusal}"
    )


def _from_pretrained(
    name: str, folder: Path | None, dtype: torch.dtype, **form: str
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM, AutoTokenizer

    source = str(folder) if folder else name
    try:
        with _quiet(folder):
            tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=False, **form)
            # With the loading report, a pair comes back, which the library's own annotation leaves out.
            loaded: Any = AutoModelForCausalLM.from_pretrained(
                source,
                dtype=dtype,
                use_safetensors=True,
                trust_remote_code=False,
                output_loading_info=True,
                **form,
            )
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise OpenModelError(f"{name} does not load: {first_line(error)}") from error
    _refuse_incomplete(name, loaded[1])
    _refuse_another_models_tokenizer(name, loaded[0], tokenizer)
    return loaded[0], tokenizer


@contextmanager
def _quiet(folder: Path | None) -> Iterator[None]:
    """Hide the library's progress bars while a small folder loads: they would last a blink."""
    from transformers.utils import logging

    small = folder is not None and sum(file.stat().st_size for file in weight_files(folder)) < 1 << 30
    hide = small and logging.is_progress_bar_enabled()
    if hide:
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if hide:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def _refuse_incomplete(name: str, report: dict[str, Any]) -> None:
    """Weights that the checkpoint lacks would be random numbers, and every measurement on them noise."""
    missing = sorted(report["missing_keys"])
    if missing:
        raise OpenModelError(f"{name} lacks {len(missing)} weights ({missing[0]}, ...); its checkpoint is incomplete")


def _refuse_another_models_tokenizer(name: str, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
    """A token beyond the embedding is an IndexError in the middle of a run, and every one before it another word."""
    embedding: Any = model.get_input_embeddings()
    rows, added = embedding.weight.shape[0], tokenizer.get_added_vocab()
    # Special tokens may lie beyond (Gemma 3's image token does): no text gives them.
    beyond = max((index for token, index in tokenizer.get_vocab().items() if token not in added), default=0)
    if beyond >= rows:
        raise OpenModelError(
            f"{name} has a tokenizer of another model: its tokens go up to {beyond}, the embedding has {rows} rows; "
            "put the model's own tokenizer.json beside its weights"
        )


def _device(device: str | None) -> str:
    import torch

    if device is None or device == "auto":
        return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        return str(torch.device(device))
    except RuntimeError as error:
        raise OpenModelError(f"device {device!r} is unknown; use auto, cpu, cuda, cuda:N or mps") from error


def _dtype(dtype: str | torch.dtype | None, device: str) -> torch.dtype:
    import torch

    if isinstance(dtype, torch.dtype):
        return dtype
    if dtype is None or dtype == "auto":
        return torch.bfloat16 if device.startswith("cuda") else torch.float32
    if dtype not in _DTYPES:
        raise OpenModelError(f"dtype {dtype!r} is unknown; use auto, {', '.join(_DTYPES)}")
    found: torch.dtype = getattr(torch, dtype)
    return found
